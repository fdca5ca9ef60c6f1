"""The data guard: distances against closed forms, expressions against numbers, limits that hold."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt import engine
from graphopt.errors import InvalidValue, ShapeMismatch, UnknownName
from graphopt.problem.trust import DataGuard

MEASURES = ("mahalanobis", "neighbours", "hull")


def banana(count=400, seed=0):
    """Return samples along a bow, (count, 2)."""
    rng = np.random.default_rng(seed)
    along = rng.normal(size=count)
    return np.column_stack([along, along**2 + 0.2 * rng.normal(size=count)])


@pytest.mark.parametrize("measure", MEASURES)
def test_expression_is_the_distance(measure):
    """The hull's expression is the distance beyond one facet, so it is compared in one dimension."""
    data = banana(60)[:, : 1 if measure == "hull" else 2]
    guard = DataGuard(data, measure, neighbours=3)
    x = pt.vector("x", shape=(data.shape[1],))
    f = engine.compile([x], guard.expression({"x": x}), tier="now")
    points = np.random.default_rng(1).normal(size=(20, data.shape[1])) * 4
    np.testing.assert_allclose([f(p) for p in points], guard.distance(points), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_limited_is_at_most_zero_exactly_within_the_limit(measure):
    guard = DataGuard(banana(60), measure, level=0.9)
    x = pt.vector("x", shape=(2,))
    f = engine.compile([x], guard.constraint({"x": x}).expression, tier="now")
    points = np.random.default_rng(2).normal(size=(200, 2)) * 3
    distances = guard.distance(points)
    clear = np.abs(distances - guard.limit) > 1e-6
    within = np.array([np.max(f(p)) <= 0 for p in points])
    np.testing.assert_array_equal(within[clear], (distances <= guard.limit)[clear])
    assert 0 < within.sum() < 200


def test_mahalanobis_of_independent_elements_is_in_standard_deviations():
    rng = np.random.default_rng(3)
    data = rng.normal(size=(20_000, 2)) * [1.0, 10.0] + [5.0, -3.0]
    distance = DataGuard(data).distance(np.array([5.0 + 3.0, -3.0 + 40.0]))
    np.testing.assert_allclose(distance, 5.0, rtol=0.02)


def test_level_is_the_share_of_the_data_within_the_limit():
    data = banana()
    guard = DataGuard(data, level=0.8)
    assert np.mean(guard.distance(data) <= guard.limit) == pytest.approx(0.8, abs=0.01)


def test_a_sample_is_not_its_own_neighbour():
    guard = DataGuard([[0.0], [1.0], [2.0], [3.0]], "neighbours", neighbours=1, level=1.0)
    np.testing.assert_allclose(guard.limit, 1 / np.std([0, 1, 2, 3]))


def test_hull_of_a_square():
    guard = DataGuard([[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]], "hull")
    scale = np.std([0, 0, 1, 1, 0.5])
    points = np.array([[0.3, 0.9], [2.0, 0.5], [2.0, 2.0]])
    np.testing.assert_allclose(guard.distance(points) * scale, [0, 1, np.sqrt(2)], atol=1e-5)


def test_several_inputs_by_name():
    rng = np.random.default_rng(4)
    data = {"a": rng.normal(size=(50, 2)), "b": rng.normal(size=(50, 3, 1))}
    guard = DataGuard(data)
    flat = np.hstack([data["a"], data["b"].reshape(50, 3)])
    at = {"a": np.ones(2), "b": np.ones((3, 1))}
    np.testing.assert_allclose(guard.distance(at), DataGuard(flat).distance(np.ones(5)), rtol=1e-12)
    with pytest.raises(UnknownName, match="'a'"):
        guard.expression({"c": pt.vector("c", shape=(2,))})


def test_an_element_that_never_moved_still_has_a_size():
    guard = DataGuard([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    assert np.isfinite(guard.distance(np.array([1.0, 1.0])))
    assert guard.distance(np.array([1.0, 2.0])) > 100


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ([[np.nan]], {}, "NaN or inf"),
        ([[1.0]], {}, "two samples at least"),
        ([[1.0], [2.0]], {"level": 0.0}, "a share of the data"),
        ([[1.0], [2.0]], {"weight": -1.0}, "a positive number"),
        ([[1.0], [2.0]], {"measure": "cosine"}, "mahalanobis"),
        ([[1.0], [2.0]], {"use": "forbid"}, "constraint"),
        ({"a": [[1.0], [2.0]], "b": [[1.0]]}, {}, "the same number of each"),
        ([[1.0], [2.0]], {"measure": "neighbours", "neighbours": 2}, "fewer neighbours than samples"),
    ],
)
def test_wrong_guards_say_what_is_wrong(data, options, message):
    with pytest.raises(InvalidValue, match=message):
        DataGuard(data, **options)


def test_a_point_of_another_size():
    with pytest.raises(ShapeMismatch, match="3 elements came; the data have 2"):
        DataGuard(banana()).distance(np.zeros(3))


def test_a_hull_in_many_dimensions_is_for_reports():
    data = np.random.default_rng(5).normal(size=(30, 9))
    guard = DataGuard(data, "hull", use="report")
    assert guard.distance(data[0]) == pytest.approx(0.0, abs=1e-5)
    with pytest.raises(InvalidValue, match="up to 7 elements"):
        guard.expression({"x": pt.vector("x", shape=(9,))})


def test_a_guard_is_public():
    assert go.DataGuard is DataGuard
