"""Lines below functions over boxes: never above them, and as tight as closed forms say."""

from fractions import Fraction

import numpy as np
import pytest

from graphopt.enclosures.derivatives.hessians import HessianBelow
from graphopt.solvers.branching.half_spaces import least_value
from graphopt.solvers.branching.taylor_lines import lines_below


def quadratic(rng, n, count, eigenvalues):
    """Return symmetric matrices (count, n, n) with these eigenvalues, and slopes."""
    vectors = np.linalg.qr(rng.normal(size=(count, n, n)))[0]
    return (vectors * eigenvalues) @ vectors.swapaxes(1, 2), rng.normal(size=(count, n))


def exactly(Q, convex=None):
    """Return the form below a Hessian that is known."""
    known = np.zeros(len(Q), dtype=bool) if convex is None else convex
    return HessianBelow(Q, 1e-15 * np.abs(Q), known)


def values(Q, g, x):
    return np.einsum("bi,bpi->bp", g, x) + 0.5 * np.einsum("bpi,bij,bpj->bp", x, Q, x)


@pytest.mark.parametrize("n", [1, 2, 5, 12])
@pytest.mark.parametrize("kind", ["convex", "flat", "mixed", "concave"])
def test_lines_stay_below_quadratic_functions(n, kind):
    """At random points and corners of boxes of widths from 1e-8 to 1e3, one flat, expanded at any point."""
    rng = np.random.default_rng(n)
    eigenvalues = {
        "convex": rng.uniform(0.1, 3, n),
        "flat": np.where(np.arange(n) % 2, 0.0, 1.0),
        "mixed": np.linspace(-2, 2, n),
        "concave": -rng.uniform(0.1, 3, n),
    }[kind]
    Q, g = quadratic(rng, n, 40, eigenvalues)
    lower = rng.normal(size=(40, n))
    upper = lower + 10.0 ** rng.uniform(-8, 3, (40, n))
    upper[0] = lower[0]
    point = lower + (upper - lower) * rng.uniform(0, 1, (40, n))
    value, slope = values(Q, g, point[:, None])[:, 0], g + np.einsum("bij,bj->bi", Q, point)
    size = np.abs(value) + np.abs(slope).sum(axis=1) + 1.0
    error = 1e-13 * size
    found = lines_below(
        value - error, (slope - error[:, None], slope + error[:, None]), exactly(Q), point, lower, upper
    )
    assert np.isfinite(found.constant).all()
    share = np.concatenate([rng.random((40, 200, n)), rng.integers(0, 2, (40, 200, n))], axis=1)
    x = lower[:, None] + (upper - lower)[:, None] * share
    below = np.einsum("bi,bpi->bp", found.slope, x) + found.constant[:, None]
    tolerance = 1e-15 * (1 + np.abs(np.einsum("bi,bpi->bp", np.abs(found.slope), np.abs(x))))
    assert (below <= values(Q, g, x) + tolerance).all()
    assert found.convex.all() == (kind in ("convex", "flat"))


def test_in_exact_arithmetic_no_line_is_above_the_function():
    """Rational numbers at corners and inside: boxes of widths from 1e-8 on around points of sizes to 1e3."""
    rng = np.random.default_rng(5)
    for _ in range(80):
        n = int(rng.integers(1, 6))
        Q, g = quadratic(rng, n, 1, rng.uniform(-1, 2, n) * (rng.random(n) < 0.8))
        Q = 0.5 * (Q + Q.swapaxes(1, 2)) * 10.0 ** rng.uniform(-3, 3)
        point = rng.normal(size=(1, n)) * 10.0 ** rng.uniform(-2, 3)
        lower, upper = (point + sign * 10.0 ** rng.uniform(-8, 1, (1, n)) for sign in (-1, 1))
        known = HessianBelow(Q, np.zeros_like(Q), np.zeros(1, dtype=bool))
        value = rng.normal(size=1)
        found = lines_below(value, (g, g), known, point, lower, upper)
        slope, constant = exact(found.slope[0]), Fraction(float(found.constant[0]))
        shares = np.concatenate([rng.integers(0, 2, (8, n)), rng.random((8, n))])
        for share in shares:
            x = exact(np.clip(lower[0] + (upper - lower)[0] * share, lower[0], upper[0]))
            d = x - exact(point[0])
            function = Fraction(float(value[0])) + exact(g[0]) @ d + d @ exact(Q[0]) @ d / 2
            assert slope @ x + constant <= function


def exact(array):
    """Return numbers as rational ones."""
    return np.vectorize(lambda z: Fraction(float(z)), otypes=[object])(array)


def test_the_least_value_of_a_convex_quadratic_function_is_found():
    """Its minimum over a box has no closed form in general; bounds and the best point meet, and so it is."""
    rng = np.random.default_rng(0)
    Q, g = quadratic(rng, 8, 50, np.linspace(0.05, 4, 8))
    lower, upper = -np.ones((50, 8)), np.ones((50, 8))
    origin = np.zeros((50, 8))
    found = lines_below(np.zeros(50), (g, g), exactly(Q), origin, lower, upper)
    bound = least_value(found.slope, found.constant, lower, upper)
    at = values(Q, g, found.least[:, None])[:, 0]
    np.testing.assert_allclose(bound, at, atol=1e-9)
    assert (bound <= at).all()


def test_one_direction_that_bends_down_costs_its_chord():
    """x ** 2 - y ** 2 on [-1, 1] ** 2 from the centre: -1; from (0, 1), where it is least, -1 as well."""
    Q = np.array([[[2.0, 0.0], [0.0, -2.0]]])
    lower, upper = -np.ones((1, 2)), np.ones((1, 2))
    for point, value, slope in (([0.0, 0.0], 0.0, [0.0, 0.0]), ([0.0, 1.0], -1.0, [0.0, -2.0])):
        g = np.array([slope])
        found = lines_below(np.array([value]), (g, g), exactly(Q), np.array([point]), lower, upper)
        bound = least_value(found.slope, found.constant, lower, upper)
        np.testing.assert_allclose(bound, -1.0, atol=1e-12)
        assert bound[0] <= -1.0


def test_a_convex_function_without_a_hessian_has_its_tangent():
    known = HessianBelow(np.zeros((2, 1, 1)), np.full((2, 1, 1), np.inf), np.array([True, False]))
    g = np.array([[3.0], [3.0]])
    found = lines_below(np.ones(2), (g, g), known, np.zeros((2, 1)), -np.ones((2, 1)), np.ones((2, 1)))
    assert found.slope[:, 0].tolist() == [3.0, 0.0]
    np.testing.assert_allclose(found.constant, [1.0, -np.inf], atol=1e-12)
    assert found.convex.tolist() == [True, False]
