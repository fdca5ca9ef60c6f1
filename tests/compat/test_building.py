"""Graphs built with less ado are the graphs that PyTensor builds."""

from __future__ import annotations

import copy
import os
import pickle
import sys

import pytensor.graph.utils
import pytensor.tensor as pt
import pytest
from pytensor.tensor.basic import infer_static_shape as in_place

from compat import building, theano
from compat.theano import tensor as T


def test_replacements_are_in_place():
    assert theano
    assert pt.basic.infer_static_shape is building.infer_static_shape
    assert pytensor.graph.utils.simple_extract_stack is building.simple_extract_stack


def test_tags_are_copied_and_hold_what_they_are_given():
    x = T.matrix("x")
    x.tag.role = ["weight"]
    other = copy.copy(x.tag)
    other.more = 1
    assert other.role is x.tag.role
    assert not hasattr(x.tag, "more")
    with pytest.raises(AttributeError, match="Scratchpad' object has no attribute 'test_value'"):
        x.tag.test_value  # noqa: B018
    assert pickle.loads(pickle.dumps(other)).more == 1


def test_lengths_that_are_known():
    x = T.matrix("x")
    lengths, known = building.infer_static_shape([3, T.constant(1), x.shape[0], T.constant(2) * 3])
    assert known == (3, 1, None, 6)
    assert [length.ndim for length in lengths] == [0, 0, 0, 0]


def test_lengths_are_integers():
    with pytest.raises(TypeError, match="Shapes must be scalar integers"):
        in_place([T.scalar("x")])


def test_axes_of_length_one_broadcast():
    n = T.iscalar("n")
    assert T.alloc(0.0, n, 1).broadcastable == (False, True)
    assert T.zeros((1, n)).broadcastable == (True, False)


def test_stack_is_read_from_the_first_frame_outside():
    def inner():
        return building.simple_extract_stack(sys._getframe(), limit=2)

    outer, innermost = inner()
    assert innermost[2:] == ("inner", "return building.simple_extract_stack(sys._getframe(), limit=2)")
    assert outer[2:] == ("test_stack_is_read_from_the_first_frame_outside", "outer, innermost = inner()")


def test_trace_of_a_variable_holds_the_line_that_made_it():
    made = T.matrix("x") + 1
    (trace,) = made.tag.trace
    assert (__file__, 'made = T.matrix("x") + 1') in [(frame[0], frame[3]) for frame in trace]
    assert not trace[-1][0].startswith(os.path.dirname(pytensor.__file__))


def test_trace_ends_where_the_program_called_in():
    made = T.tanh(T.dot(T.matrix("x"), T.matrix("y")))
    for variable in (made, made.owner.inputs[0]):
        assert variable.tag.trace[0][-1][2:] == (
            "test_trace_ends_where_the_program_called_in",
            'made = T.tanh(T.dot(T.matrix("x"), T.matrix("y")))',
        )
