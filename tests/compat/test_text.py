"""Texts of expressions, against those of Theano 1.0.5 (`recorded/theano_texts.py` recorded them)."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.fg import FunctionGraph

from compat import text, theano

SCRIPT = Path(__file__).parent / "recorded" / "theano_texts.py"
RECORDED = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(SCRIPT))


@pytest.fixture(scope="module")
def expressions(script):
    return script["expressions"](theano)


def test_every_expression_is_recorded(expressions):
    assert expressions.keys() == RECORDED.keys()


@pytest.mark.parametrize("name", RECORDED)
def test_texts_are_those_of_theano(name, expressions, script):
    assert script["texts"](theano, expressions[name]) == RECORDED[name]


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        (pt.matrix("x", dtype="float64").sum(axis=1), "Sum{axis=[1], acc_dtype=float64}.0"),
        (pt.vector(dtype="float32"), "<TensorType(float32, vector)>"),
        (pt.constant(np.float32(2)), "TensorConstant{2.0}"),
        (pt.tensor3(dtype="int8"), "<TensorType(int8, 3D)>"),
    ],
)
def test_variables_of_pytensor_are_written_the_same_way(variable, expected):
    assert text.variable_text(variable) == expected


def test_an_op_of_the_program_writes_itself():
    class Mine(theano.Op):
        __props__ = ("n",)

        def __init__(self, n):
            self.n = n

    assert text.op_name(Mine(3)) == "Mine{n=3}"


@pytest.fixture
def spoken():
    text.speak_theano()
    yield
    text.speak_pytensor()


def test_ops_and_nodes_of_pytensor_speak_theano(spoken):
    x = pt.matrix("x", dtype="float64")
    total = pt.exp(x[0, 1:]).sum(axis=0)
    assert str(total.owner) == "Sum{axis=[0], acc_dtype=float64}(Elemwise{exp,no_inplace}.0)"
    assert [str(v.owner.op) for v in (total, x.T, x[1:], pt.dot(x, x), x.sum() + 1)] == [
        "Sum{axis=[0], acc_dtype=float64}", "InplaceDimShuffle{1,0}", "Subtensor{int64::}", "dot",
        "Elemwise{add,no_inplace}",
    ]  # fmt: skip
    assert f"{x.type} {x.type!r}" == "TensorType(float64, matrix) TensorType(float64, matrix)"
    assert str(FunctionGraph([x], [pt.exp(x), x], clone=False)) == "[Elemwise{exp,no_inplace}(x), x]"
    assert f"{pt.constant(2.0)} {pt.constant(2.0)!r} {pt.vector()}" == (
        "TensorConstant{2.0} TensorConstant{2.0} <TensorType(float64, vector)>"
    )


def test_pytensor_is_left_as_it_was():
    x = pt.matrix("x", dtype="float64")
    things = [x.T.owner.op, x.sum().owner, x.type, pt.constant(1.0), pt.vector()]
    before = [(str(thing), repr(thing)) for thing in things]
    text.speak_theano()
    text.speak_theano()
    assert [(str(thing), repr(thing)) for thing in things] != before
    text.speak_pytensor()
    assert [(str(thing), repr(thing)) for thing in things] == before
