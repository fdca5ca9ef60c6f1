"""Wrong questions raise before anything is compiled, naming the input, what came and what was expected."""

from __future__ import annotations

import re

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.api import maximize, minimize, solve, target
from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, UnknownName
from graphopt.problem import Problem, Variable
from graphopt.solvers import LBFGSB, MultiStart

x = pt.vector("x", shape=(3,), dtype="float64")
pair = pt.vector("pair", shape=(2,), dtype="float64")
free = pt.vector("free", dtype="float64")
w = pt.vector("w", shape=(3,), dtype="float64")
k = pt.lvector("k")
cost = pt.sum(x**2)

WRONG = {
    "lower above upper": (
        lambda: minimize(cost, over={x: ([0, 2, 0], 1)}),
        InvalidValue,
        ["'x'", "2 is above", "1", "index 1"],
    ),
    "NaN bound": (
        lambda: minimize(cost, over={x: ([0, 0, np.nan], 1)}),
        InvalidValue,
        ["'x'", "lower bound is NaN", "index 2"],
    ),
    "lower bound inf": (
        lambda: minimize(cost, over={x: (np.inf, np.inf)}),
        InvalidValue,
        ["'x'", "lower bound is inf"],
    ),
    "upper bound -inf": (
        lambda: minimize(cost, over={x: (-np.inf, -np.inf)}),
        InvalidValue,
        ["'x'", "upper bound is -inf"],
    ),
    "bounds of another shape": (
        lambda: minimize(cost, over={x: (np.zeros(4), 1)}),
        ShapeMismatch,
        ["'x'", "(4,)", "(3,)"],
    ),
    "bounds with a batch axis": (
        lambda: minimize(cost, over={x: (np.zeros((1, 3)), 1)}),
        ShapeMismatch,
        ["(1, 3)", "(3,)", "batch"],
    ),
    "one bound": (lambda: minimize(cost, over={x: 1.0}), InvalidType, ["'x'", "float", "(lower, upper)"]),
    "three bounds": (lambda: minimize(cost, over={x: (0, 1, 2)}), InvalidValue, ["'x'", "3 entries"]),
    "bounds of text": (lambda: minimize(cost, over={x: ("low", "high")}), InvalidType, ["'x'", "'low'"]),
    "two elements, two readings": (
        lambda: minimize(pt.sum(pair), over={pair: ((0, 1), (0, 1))}),
        InvalidValue,
        ["'pair'", "two ways"],
    ),
    "over is a variable": (lambda: minimize(cost, over=x), InvalidType, ["over", "dict"]),
    "over is a list": (lambda: minimize(cost, over=[x]), InvalidType, ["list", "dict"]),
    "over is empty": (lambda: minimize(cost, over={}), InvalidValue, ["empty"]),
    "over by name": (lambda: minimize(cost, over={"x": (0, 1)}), InvalidType, ["'x'", "str", "variable"]),
    "not in the graph": (
        lambda: minimize(cost, over={x: (0, 1), w: (0, 1)}),
        InvalidValue,
        ["'w'", "does not depend"],
    ),
    "input without a value": (
        lambda: minimize(cost + pt.sum(w), over={x: (0, 1)}),
        InvalidValue,
        ["w", "neither bounds nor a value"],
    ),
    "two inputs, bounds alone": (
        lambda: minimize(cost + pt.sum(w), (0, 1)),
        InvalidValue,
        ["2 inputs", "over="],
    ),
    "over and bounds": (lambda: minimize(cost, (0, 1), over={x: (0, 1)}), InvalidValue, ["over=", "bounds="]),
    "length not known": (
        lambda: minimize(pt.sum(free**2), over={free: (0, 1)}),
        InvalidValue,
        ["'free'", "not known", "x0"],
    ),
    "integers": (lambda: minimize(pt.sum(k * 1.0), over={k: (0, 1)}), InvalidType, ["'k'", "floating"]),
    "objective of three numbers": (lambda: minimize(x**2, over={x: (0, 1)}), InvalidValue, ["(3,)", "'sum'"]),
    "objective misspelt": (
        lambda: minimize(x**2, over={x: (0, 1)}, objective="summ"),
        UnknownName,
        ["'summ'", "'sum'"],
    ),
    "objective out of range": (
        lambda: minimize(x**2, over={x: (0, 1)}, objective=3),
        InvalidValue,
        ["3", "3 elements"],
    ),
    "objective of the wrong kind": (
        lambda: minimize(x**2, over={x: (0, 1)}, objective=1.5),
        InvalidType,
        ["1.5", "'sum'"],
    ),
    "objective function returns a number": (
        lambda: minimize(x**2, over={x: (0, 1)}, objective=lambda y: 1.0),
        InvalidType,
        ["float"],
    ),
    "objective without gradient": (
        lambda: minimize(pt.cast(x.shape[0], "float64"), over={x: (0, 1)}),
        InvalidValue,
        ["'x'", "gradient"],
    ),
    "an integer objective": (lambda: minimize(pt.argmax(x), over={x: (0, 1)}), InvalidType, ["int64"]),
    "no network": (lambda: minimize(np.zeros(3), (0, 1)), InvalidType, ["ndarray", "network"]),
    "a function": (lambda: minimize(lambda v: v, (0, 1)), InvalidType, ["function", "network"]),
    "a problem": (
        lambda: minimize(Problem(minimize=cost, variables=[Variable(x, 0, 1)])),
        InvalidType,
        ["solve(problem"],
    ),
    "x0 outside": (
        lambda: minimize(cost, over={x: (0, 1)}, x0=[0.5, 2, 0.5]),
        InvalidValue,
        ["x0", "2 at index 1", "[0, 1]"],
    ),
    "x0 of another shape": (
        lambda: minimize(cost, over={x: (0, 1)}, x0=np.zeros(4)),
        ShapeMismatch,
        ["x0", "(4,)", "(3,)"],
    ),
    "x0 not finite": (
        lambda: minimize(cost, over={x: (0, 1)}, x0=[0, np.nan, 0]),
        InvalidValue,
        ["x0", "nan at index 1"],
    ),
    "x0 of text": (lambda: minimize(cost, over={x: (0, 1)}, x0="middle"), InvalidType, ["x0", "'middle'"]),
    "x0 for an unknown name": (lambda: minimize(cost, over={x: (0, 1)}, x0={"y": 0}), UnknownName, ["'y'"]),
    "no starts": (lambda: minimize(cost, over={x: (0, 1)}, starts=0), InvalidValue, ["starts is 0"]),
    "negative starts": (lambda: minimize(cost, over={x: (0, 1)}, starts=-3), InvalidValue, ["starts is -3"]),
    "half a start": (lambda: minimize(cost, over={x: (0, 1)}, starts=1.5), InvalidType, ["starts", "1.5"]),
    "negative seed": (lambda: minimize(cost, over={x: (0, 1)}, seed=-1), InvalidValue, ["seed is -1"]),
    "unknown tier": (
        lambda: minimize(cost, over={x: (0, 1)}, tier="fastest"),
        UnknownName,
        ["'fastest'", "fast"],
    ),
    "fixed not finite": (
        lambda: minimize(cost + pt.sum(w), over={x: (0, 1)}, fixed={w: [0, np.inf, 0]}),
        InvalidValue,
        ["w", "inf at index 1"],
    ),
    "fixed of another shape": (
        lambda: minimize(cost + pt.sum(w), over={x: (0, 1)}, fixed={w: [0.0, 1.0]}),
        ShapeMismatch,
        ["w", "(2,)", "(3,)"],
    ),
    "fixed and moving": (
        lambda: minimize(cost, over={x: (0, 1)}, fixed={x: np.zeros(3)}),
        InvalidValue,
        ["'x'", "bounds and a fixed value"],
    ),
    "fixed is a list": (lambda: minimize(cost, over={x: (0, 1)}, fixed=[1]), InvalidType, ["list", "dict"]),
    "unknown solver": (
        lambda: minimize(cost, over={x: (0, 1)}, solver="L-BFGS-B"),
        InvalidType,
        ["'L-BFGS-B'", "LBFGSB()"],
    ),
    "solve an expression": (lambda: solve(cost), InvalidType, ["expected graphopt.Problem"]),
    "solve with a name": (
        lambda: solve(Problem(minimize=cost, variables=[Variable(x, 0, 1)]), "SLSQP"),
        InvalidType,
        ["'SLSQP'"],
    ),
    "two objectives": (
        lambda: Problem(minimize=cost, maximize=cost, variables=[Variable(x)]),
        InvalidValue,
        ["both"],
    ),
    "no objective": (lambda: Problem(variables=[Variable(x)]), InvalidValue, ["neither"]),
    "no variables": (lambda: Problem(minimize=cost), InvalidValue, ["at least one variable"]),
    "the same variable twice": (
        lambda: Problem(minimize=cost, variables=[Variable(x), Variable(x)]),
        InvalidValue,
        ["variables[1]"],
    ),
    "a bare variable": (
        lambda: Problem(minimize=cost, variables=[x]),
        InvalidType,
        ["variables[0]", "graphopt.Variable"],
    ),
    "a variable of a number": (lambda: Variable(3.0), InvalidType, ["float", "symbolic"]),
    "a scale of zero": (lambda: Variable(x, 0, 1, scale=0.0), InvalidValue, ["'x'", "scale 0.0", "positive"]),
    "a target of another shape": (
        lambda: target(x * 2, np.zeros(4), over={x: (0, 1)}),
        ShapeMismatch,
        ["(4,)", "(3,)"],
    ),
    "a target that is not finite": (lambda: target(cost, np.nan, over={x: (0, 1)}), InvalidValue, ["nan"]),
    "multi-start of nothing": (lambda: MultiStart("LBFGSB"), InvalidType, ["'LBFGSB'"]),
    "multi-start sampling": (
        lambda: MultiStart(LBFGSB(), sampling="sobel"),
        UnknownName,
        ["'sobel'", "'sobol'"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_question_is_named_before_compilation(case, monkeypatch):
    def no_compilation(*args, **kwargs):
        raise AssertionError("compiled before the question was checked")

    monkeypatch.setattr(engine, "compile", no_compilation)
    ask, error, texts = WRONG[case]
    with pytest.raises(error) as caught:
        ask()
    assert isinstance(caught.value, ValueError | TypeError)
    for text in texts:
        assert text in str(caught.value)


def test_message_of_crossed_bounds_reads_well():
    with pytest.raises(
        InvalidValue, match=re.escape("lower bound 2 is above upper bound 1 at index 1. Swap them")
    ):
        Variable(x, [0, 2, 0], 1)


def test_maximize_is_checked_the_same_way():
    with pytest.raises(InvalidValue, match="above"):
        maximize(cost, over={x: (1, 0)})


def test_shared_decision_may_not_be_text():
    with pytest.raises(InvalidType, match="text"):
        Variable(pytensor.shared(np.zeros(2)), "text", 1)
