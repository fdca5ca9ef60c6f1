"""HiGHS by either way against enumeration; by highspy a start, an interrupt and a bound in time."""

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from graphopt.errors import MissingExtra, UnknownName
from graphopt.solvers.linear import highs
from graphopt.solvers.linear.integer import chosen_backend, search
from graphopt.solvers.linear.model import LinearModel


@pytest.fixture
def highspy():
    return pytest.importorskip("highspy")


def knapsack(seed, items, sacks):
    """Return the negative worth of items that go into several sacks at once, each half full at most."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 60, (sacks, items)).astype(float)
    return LinearModel(
        -rng.integers(1, 60, items).astype(float),
        0.5,
        sparse.csr_array(weights),
        np.full(sacks, -np.inf),
        np.floor(0.5 * weights.sum(axis=1)),
        np.zeros(items),
        np.ones(items),
    )


@pytest.mark.parametrize("seed", range(4))
def test_knapsacks_against_enumeration(seed, backend):
    model, whole = knapsack(seed, 10, 4), np.ones(10, dtype=bool)
    found = search(model, whole, max_seconds=60, start=np.zeros(10), backend=backend)
    points = np.array(list(product([0.0, 1.0], repeat=10)))
    inside = np.all(points @ model.matrix.T <= model.row_upper, axis=1)
    least = (points[inside] @ model.cost + model.constant).min()
    assert found.status == "optimal"
    assert model.value(found.x) == pytest.approx(least, abs=1e-9)
    assert least - 1e-3 <= found.bound <= least


@pytest.mark.parametrize("limit", [10.0, -1.0])
def test_infeasible_and_unbounded(limit, backend):
    """-x with x - y <= limit in whole numbers: y grows along without an end; or y is 0 and x never below."""
    model = LinearModel(
        np.array([-1.0, 0.0]),
        0.0,
        sparse.csr_array(np.array([[1.0, -1.0]])),
        np.array([-np.inf]),
        np.array([limit]),
        np.zeros(2),
        np.array([np.inf, np.inf]) if limit > 0 else np.array([5.0, 0.0]),
    )
    found = search(model, np.ones(2, dtype=bool), max_seconds=60, backend=backend)
    assert found.status in (("unbounded", "failed") if limit > 0 else ("infeasible",))
    assert found.bound == (-np.inf if limit > 0 else np.inf)


def test_a_start_is_as_good_as_a_point_found(highspy):
    """Stopped at once, HiGHS gives back the point it was given."""
    model, whole = knapsack(0, 200, 80), np.ones(200, dtype=bool)
    good = search(model, whole, max_seconds=2.0, gap=1e9, backend="highspy").x
    found = search(model, whole, max_seconds=60, gap=1e9, start=good, backend="highspy")
    assert model.value(found.x) <= model.value(good)


def test_keyboard_interrupt_ends_a_search_with_a_bound(highspy):
    model, whole = knapsack(0, 200, 80), np.ones(200, dtype=bool)
    seen = []

    def interrupt(bound, nodes):
        seen.append(bound)
        if len(seen) == 4:
            raise KeyboardInterrupt

    found = search(model, whole, max_seconds=600, start=np.zeros(200), backend="highspy", progress=interrupt)
    assert (found.status, len(seen)) == ("interrupted", 4)
    assert seen == sorted(seen)
    assert found.bound >= seen[-1]
    assert found.bound <= model.value(np.zeros(200))


def test_other_exceptions_pass(highspy):
    model, whole = knapsack(0, 200, 80), np.ones(200, dtype=bool)

    def fail(bound, nodes):
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        search(model, whole, max_seconds=600, backend="highspy", progress=fail)


def test_a_bound_in_time(highspy):
    """Without any point of its own HiGHS tells a bound through highspy."""
    model, whole = knapsack(0, 200, 80), np.ones(200, dtype=bool)
    found = search(model, whole, max_seconds=0.3, backend="highspy")
    assert found.status == "time"
    assert np.isfinite(found.bound)
    assert found.x is None or found.bound <= model.value(found.x)


def test_what_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(highs, "installed", lambda: False)
    assert chosen_backend(None) == "scipy"
    with pytest.raises(MissingExtra, match=r'pip install "graphopt\[milp\]"'):
        chosen_backend("highspy")
    with pytest.raises(UnknownName, match="Did you mean 'highspy'"):
        chosen_backend("highsp")
