"""Story 2: the forecaster beats persistence on the last fifth, and the plan is inside its box."""

from __future__ import annotations

import numpy as np
import pytest

from examples import forecast_plan as example

PERSISTENCE_MULTIPLE = 0.6


@pytest.fixture(scope="module")
def figures():
    return example.main(seed=0)


def test_windows_do_not_overlap_between_training_and_validation():
    """No quarter that is forecast in validation is forecast in training, nor seen by the scaling."""
    series = example.prepare()
    quarters, cut = len(series.per_cent), round(0.8 * len(series.per_cent))
    assert series.past.shape[1:] == (12, 4)
    assert series.plan.shape[1:] == (4, 3)
    assert len(series.target) == cut - 12 - 4 + 1
    assert len(series.valid_target) == quarters - cut - 4 + 1
    scaled = (series.per_cent - series.centre) / series.scale
    np.testing.assert_allclose(series.valid_target[0], scaled[cut : cut + 4, 0])
    np.testing.assert_allclose(series.target[-1], scaled[cut - 4 : cut, 0])
    np.testing.assert_allclose(scaled[:cut].std(axis=0), 1.0)


def test_past_and_plan_meet_at_the_first_quarter_that_is_forecast():
    series = example.prepare()
    np.testing.assert_array_equal(series.plan[0], series.past[4, -4:, 1:])
    np.testing.assert_array_equal(series.target[0], series.past[4, -4:, 0])


def test_validation_loss_against_persistence(figures):
    assert figures["ratio"] <= PERSISTENCE_MULTIPLE


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_validation_loss_against_persistence_with_other_seeds(seed):
    series = example.prepare()
    net, _ = example.train(series, seed)
    assert example.network_loss(net, series) <= PERSISTENCE_MULTIPLE * example.persistence_loss(series)


@pytest.mark.parametrize("seed", range(3))
def test_an_earlier_split_is_worse_than_persistence(seed):
    """What the example warns of: without 2008 in the validation part the network loses to persistence."""
    series = example.prepare(training=0.6, validation=0.2)
    net, _ = example.train(series, seed)
    assert example.network_loss(net, series) > example.persistence_loss(series)


def test_plan_is_inside_the_training_range_exactly(figures):
    series, plan = figures["series"], np.reshape(figures["answer"].x, (4, 3))
    assert figures["inside"]
    assert np.all(series.lower <= plan)
    assert np.all(plan <= series.upper)


def test_no_start_was_lower(figures):
    """`fun` is the network's own forecast at the plan, and neither a start nor a random plan is below it."""
    series, answer = figures["series"], figures["answer"]
    net = figures["network"]
    plans = np.random.default_rng(1).uniform(series.lower, series.upper, (2000, 4, 3))
    pasts = np.broadcast_to(series.last_past, (2000, 12, 4))
    assert answer.fun <= np.min(net.predict([pasts, plans]).sum(axis=1)) + 1e-6
    assert answer.fun * series.scale[0] == pytest.approx(figures["forecast"].sum(), rel=1e-5)
    assert all(answer.fun <= start["fun"] + 1e-9 for start in answer.starts)


def test_plot_is_saved(figures, tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "plan.png"
    assert example.draw(figures["series"], figures["plan"], figures["forecast"], str(path))
    assert path.stat().st_size > 0
