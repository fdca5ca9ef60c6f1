"""Shapes of convolutions against those Theano 1.0.5 computes, and its refusals."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet.abstract_conv import (
    assert_conv_shape,
    assert_shape,
    border_mode_to_pad,
    check_conv_gradinputs_shape,
    get_conv_gradinputs_shape,
    get_conv_gradinputs_shape_1axis,
    get_conv_gradweights_shape,
    get_conv_gradweights_shape_1axis,
    get_conv_output_shape,
    get_conv_shape_1axis,
)

# all results recorded from Theano 1.0.5
RECORDED = [
    (get_conv_shape_1axis, (7, 3, "valid", 1, 1), 5),
    (get_conv_shape_1axis, (7, 3, "half", 2, 1), 4),
    (get_conv_shape_1axis, (7, 2, "full", 1, 2), 9),
    (get_conv_shape_1axis, (7, 3, (1, 2), 2, 2), 3),
    (get_conv_shape_1axis, (None, 3, "valid", 1, 1), None),
    (get_conv_shape_1axis, (7, 3, 2, 3, 1), 3),
    (get_conv_gradweights_shape_1axis, (7, 5, "valid", 1, 1), 3),
    (get_conv_gradweights_shape_1axis, (7, 9, "full", 1, 1), 3),
    (get_conv_gradweights_shape_1axis, (7, 5, "half", 1, 1), None),
    (get_conv_gradweights_shape_1axis, (7, 4, "valid", 2, 1), None),
    (get_conv_gradweights_shape_1axis, (7, 5, (1, 2), 1, 1), 6),
    (get_conv_gradinputs_shape_1axis, (3, 5, "valid", 1, 1), 7),
    (get_conv_gradinputs_shape_1axis, (3, 9, "full", 1, 1), 7),
    (get_conv_gradinputs_shape_1axis, (2, 8, "half", 1, 1), 7),
    (get_conv_gradinputs_shape_1axis, (3, 5, "valid", 2, 1), None),
    (get_conv_gradinputs_shape_1axis, (3, 5, (1, 2), 1, 2), 6),
    (get_conv_output_shape, ((3, 2, 8, 9), (4, 2, 5, 6), (1, (0, 2)), (2, 1), (1, 1)), (3, 4, 3, 6)),
    (get_conv_output_shape, ((3, 2, 12, 12, 12), (4, 2, 5, 6, 3), "half", (1, 2, 3)), (3, 4, 12, 7, 4)),
    (get_conv_gradweights_shape, ((3, 8, 6, 7), (3, 4, 4, 5), "valid", (1, 1), None, 2), (2, 8, 3, 3)),
    (
        get_conv_gradweights_shape,
        ((3, 8, 6, 7), (3, 4, 4, 5), "valid", (1, 1), None, 1, True),
        (4, 4, 5, 8, 3, 3),
    ),
    (get_conv_gradinputs_shape, ((4, 2, 3, 3), (5, 4, 6, 6), "half", (1, 1), None, 2), (5, 4, 6, 6)),
    (check_conv_gradinputs_shape, ((3, 2, 8, 9), (4, 2, 5, 6), (3, 4, 4, 4), "valid", (1, 1)), True),
    (check_conv_gradinputs_shape, ((3, 2, 8, 9), (4, 2, 5, 6), (3, 4, 4, 5), "valid", (1, 1)), False),
    (check_conv_gradinputs_shape, ((3, 2, 8, None), (4, 2, 5, 6), (3, 4, 4, 5), "valid", (1, 1)), True),
    (check_conv_gradinputs_shape, ((3, 2, 8), (4, 2, 5, 6), (3, 4, 4, 5), "valid", (1, 1)), False),
    (border_mode_to_pad, ("half", 2, (3, 4)), ((1, 1), (2, 2))),
    (border_mode_to_pad, ((1, (0, 2)), 2, None), ((1, 1), (0, 2))),
    (border_mode_to_pad, ("full", 3, (3, 4, 2)), ((2, 2), (3, 3), (1, 1))),
]
REFUSED = [
    (border_mode_to_pad, ((1,), 2, None), ValueError, "which must be a tuple of length 2"),
    (border_mode_to_pad, ((1, (0, 1, 2)), 2, None), NotImplementedError, "not implemented for 3d"),
    (border_mode_to_pad, ((1, -1), 2, None), ValueError, "can only contain integers or tuples"),
    (border_mode_to_pad, ("same", 2, None), ValueError, 'either "valid", "full", "half"'),
    (assert_conv_shape, ((3, 2, 0, 1),), ValueError, r"\(dim\[2\]: 0 <= 0\)"),
    (assert_conv_shape, ((3, -2, 0, 1),), ValueError, r"\(dim\[1\]: -2 < 0\)"),
    (get_conv_shape_1axis, (3, 2, -1, 1), ValueError, "border_mode must be >= 0"),
]


@pytest.mark.parametrize(("function", "arguments", "expected"), RECORDED)
def test_shapes_are_those_of_theano(function, arguments, expected):
    assert function(*arguments) == expected


@pytest.mark.parametrize(("function", "arguments", "error", "text"), REFUSED)
def test_refusals_are_those_of_theano(function, arguments, error, text):
    with pytest.raises(error, match=text):
        function(*arguments)


def test_lengths_may_be_expressions():
    rows, kernel = T.lscalars("rows", "kernel")
    places = get_conv_shape_1axis(rows, kernel, "half", 2, 2)
    run = theano.function([rows, kernel], places)
    for case in ((7, 3), (8, 2), (9, 4)):
        assert run(*case) == get_conv_shape_1axis(*case, "half", 2, 2)
    assert check_conv_gradinputs_shape((3, 2, rows, 9), (4, 2, 5, 6), (3, 4, 99, 4), "valid", (1, 1))


def test_shapes_are_checked_when_run():
    n = T.lscalar("n")
    *known, rows, columns = assert_conv_shape((1, 1, n, n))
    assert known == [1, 1]
    run = theano.function([n], [rows, columns])
    assert [int(v) for v in run(2)] == [2, 2]
    with pytest.raises(AssertionError, match="invalid shape"):
        run(0)
    x = T.matrix()
    assert assert_shape(x, (1, None)) is x
    with theano.change_flags(**{"conv.assert_shape": True}):
        run = theano.function([x], assert_shape(x, (1, None), "not a row"))
        assert assert_shape(x, (None, None)) is x
    run(np.ones((1, 3)))
    with pytest.raises(AssertionError, match="not a row"):
        run(np.ones((2, 3)))
