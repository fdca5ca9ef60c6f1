"""Losses and metrics are Keras', sample by sample."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, UnknownName
from graphopt.nn import choices, losses, metrics


def evaluate(function, y_true, y_pred, *, gradient=False):
    """Return the value of each sample (and the gradient of their sum)."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    t = pt.tensor("t", dtype=y_true.dtype, shape=(None, *y_true.shape[1:]))
    y = pt.tensor("y", dtype=y_pred.dtype, shape=(None, *y_pred.shape[1:]))
    value = function(t, y)
    outputs = [value, pytensor.grad(pt.sum(value), y)] if gradient else [value]
    result = engine.compile([t, y], outputs, tier="now")(y_true, y_pred)
    return result if gradient else result[0]


def test_losses_and_their_gradients_are_keras(keras_values):
    """Keras rounds log(2) and 1e-7 to float32, and clips before it normalises: agreement to 1e-6, not to the
    bit."""
    index, arrays = keras_values
    for k, case in enumerate(index["losses"]):
        t, y, v, g = (arrays[f"loss{k}.{group}"] for group in "tyvg")
        fields = {"name": case["name"], **case["config"]}
        value, slope = evaluate(losses.get(fields), t, y, gradient=True)
        mean_places = v.reshape(len(v), -1).mean(axis=1)
        np.testing.assert_allclose(value, mean_places, rtol=1e-6, atol=1e-8, err_msg=str(case))
        places = v.size // len(v)
        np.testing.assert_allclose(slope, g / places, rtol=1e-5, atol=1e-7, err_msg=str(case))
        by_function = getattr(losses, choices.snake_case(case["name"]), None)
        if by_function is not None:
            again = evaluate(lambda a, b, f=by_function, c=case: f(a, b, **c["config"]), t, y)
            np.testing.assert_array_equal(again, value)


def test_every_loss_is_recorded(keras_values):
    recorded = {case["name"] for case in keras_values[0]["losses"]}
    assert {cls.__name__ for cls in losses._CLASSES} == recorded


def test_names_reach_the_same_loss():
    for short, long in (
        ("mse", "mean_squared_error"),
        ("bce", "BinaryCrossentropy"),
        ("kld", "kl_divergence"),
    ):
        assert losses.get(short) == losses.get(long)


def test_targets_never_broadcast_against_outputs():
    """(n,) against (n, 1) would make (n, n) differences; the target gets the missing axis instead."""
    y = np.array([[1.0], [2.0], [4.0]])
    np.testing.assert_allclose(evaluate(losses.get("mse"), np.array([1.0, 0.0, 0.0]), y), [0.0, 4.0, 16.0])
    with pytest.raises(ShapeMismatch, match="do not fit"):
        evaluate(losses.get("mse"), np.zeros((3, 1)), np.zeros((3, 4)))
    with pytest.raises(ShapeMismatch, match="do not fit"):
        evaluate(losses.get("mse"), np.zeros(3), np.zeros((3, 4)))


@pytest.mark.parametrize("label", [-1, 4, 1000])
def test_a_label_outside_the_classes_raises(label):
    p = np.full((2, 4), 0.25)
    with pytest.raises((IndexError, ValueError)):
        evaluate(losses.get("sparse_categorical_crossentropy"), np.array([0, label]), p)


def test_own_functions_become_one_number_a_sample():
    t, y = np.zeros((3, 2)), np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(evaluate(losses.get(lambda a, b: pt.abs(a - b)), t, y), [0.5, 2.5, 4.5])
    np.testing.assert_allclose(evaluate(losses.get(lambda a, b: pt.sum(b - a)), t, y), [15.0] * 3)
    with pytest.raises(InvalidType, match="expected a PyTensor expression"):
        evaluate(losses.get(lambda a, b: 1.0), t, y)


def test_unknown_names_get_the_nearest():
    with pytest.raises(UnknownName, match="binary_crossentropy"):
        losses.get("binary_crossentropi")
    with pytest.raises(UnknownName, match="accuracy"):
        metrics.get("acuracy")
    with pytest.raises(InvalidType):
        losses.get(3)
    with pytest.raises(InvalidValue, match="no loss"):
        losses.get(None)


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred", "expected"),
    [
        ("accuracy", [[1.0], [0.0], [1.0]], [[0.9], [0.2], [0.3]], [1, 1, 0]),
        ("accuracy", [1, 0, 1], [[0.9], [0.2], [0.3]], [1, 1, 0]),
        ("accuracy", [[0.0, 1.0], [1.0, 0.0]], [[0.4, 0.6], [0.1, 0.9]], [1, 0]),
        ("accuracy", [1, 0], [[0.4, 0.6], [0.1, 0.9]], [1, 0]),
        ("accuracy", [[1], [0]], [[0.4, 0.6], [0.1, 0.9]], [1, 0]),
        ("binary_accuracy", [[1.0, 0.0]], [[0.9, 0.8]], [0.5]),
        ("sparse_categorical_accuracy", [2, 0], [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]], [1, 0]),
        ("cosine_similarity", [[1.0, 0.0], [1.0, 1.0]], [[0.0, 2.0], [2.0, 2.0]], [0, 1]),
        ("mae", [[1.0, 2.0]], [[2.0, 4.0]], [1.5]),
    ],
)
def test_metrics_by_hand(name, y_true, y_pred, expected):
    np.testing.assert_allclose(evaluate(metrics.get(name), y_true, y_pred), expected, atol=1e-15)


def test_top_k_counts_the_places_above():
    y = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]])
    metric = metrics.SparseTopKCategoricalAccuracy(k=2)
    np.testing.assert_array_equal(evaluate(metric, np.array([2, 2]), y), [1, 0])
    one_hot = metrics.TopKCategoricalAccuracy(k=2)
    np.testing.assert_array_equal(evaluate(one_hot, np.eye(4)[[2, 2]], y), [1, 0])


def test_root_mean_squared_error_is_finished_after_the_mean():
    metric = metrics.get("root_mean_squared_error")
    per_sample = evaluate(metric, np.zeros((2, 1)), np.array([[3.0], [4.0]]))
    assert metrics.finish(metric, per_sample.mean()) == pytest.approx(np.sqrt(12.5))


def test_names_for_logs():
    assert metrics.name_of("acc") == "acc"
    assert metrics.name_of(metrics.BinaryAccuracy()) == "binary_accuracy"

    def share(a, b):
        return b

    assert metrics.name_of(share) == "share"
