"""Fronts: Theano's constructors, PyTensor's Ops in the nodes, one identity."""

import copy
import pickle

import pytensor.tensor as pt
import pytest
from pytensor.tensor.elemwise import Elemwise as PyTensorElemwise

from compat.theano import scalar
from compat.theano import tensor as T
from compat.theano.tensor.elemwise import DimShuffle, Elemwise, Sum


def test_nodes_hold_plain_ops():
    y = Elemwise(scalar.exp)(T.dvector())
    assert type(y.owner.op) is PyTensorElemwise
    assert isinstance(y.owner.op, Elemwise)
    assert issubclass(PyTensorElemwise, Elemwise)


def test_a_front_equals_what_it_stands_for():
    assert T.exp == pt.exp
    assert pt.exp == T.exp
    assert hash(T.exp) == hash(pt.exp)
    assert T.exp != T.log
    assert Sum(axis=[0]) == Sum(axis=[0])
    assert Sum(axis=[0]) != Sum(axis=[1])


def test_dimshuffle_checks_as_theano_did():
    assert DimShuffle((False, True), (0,))(T.dcol()).ndim == 1
    with pytest.raises(ValueError, match="non-broadcastable"):
        DimShuffle((False, False), (0,))
    with pytest.raises(ValueError, match="may not appear twice"):
        DimShuffle((False,), (0, 0))
    with pytest.raises(TypeError, match="python ints"):
        DimShuffle((False,), (0.5,))


@pytest.mark.parametrize("op", [T.exp, Sum(axis=[1]), DimShuffle((False, False), (1, 0))], ids=str)
def test_copies_and_pickles_are_equal(op):
    assert copy.deepcopy(op) == op
    assert pickle.loads(pickle.dumps(op)) == op
