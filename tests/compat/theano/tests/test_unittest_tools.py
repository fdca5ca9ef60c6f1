"""Helpers for tests of programs."""

import numpy as np
import pytest

from compat import theano
from compat.theano import config
from compat.theano import tensor as T
from compat.theano.configparser import change_flags
from compat.theano.misc.doubleop import DoubleOp
from compat.theano.tests import unittest_tools as utt
from compat.theano.tests.breakpoint import PdbBreakpoint


@pytest.mark.parametrize(("flag", "given", "seed"), [("666", None, 666), ("random", None, None), ("7", 3, 3)])
def test_seeds(flag, given, seed):
    with change_flags({"unittests.rseed": flag}):
        assert utt.fetch_seed(given) == seed


def test_seed_rng():
    utt.seed_rng(5)
    assert np.random.rand() == np.random.RandomState(5).rand()


def test_verify_grad():
    utt.verify_grad(T.tanh, [np.array([0.3, -1.0])])

    class Wrong(DoubleOp):
        def grad(self, inputs, output_grads):
            return [output_grads[0] * 3]

    with pytest.raises(utt.verify_grad.E_grad):
        utt.verify_grad(Wrong(), [np.ones(3)])


class TestShapes(utt.InferShapeTester):
    def test_double(self):
        x = T.dmatrix()
        self._compile_and_check([x], [DoubleOp()(x)], [np.ones((2, 3))], DoubleOp)


def test_a_shape_that_needs_the_op():
    class NoShape(DoubleOp):
        infer_shape = None

    del NoShape.infer_shape
    NoShape.infer_shape = lambda self, node, shapes: [(node.outputs[0].shape[0], shapes[0][1])]
    case = utt.InferShapeTester()
    case.setUp()
    x = T.dmatrix()
    with pytest.raises(AssertionError):
        case._compile_and_check([x], [NoShape()(x) * x[:1]], [np.ones((2, 3))], T.Elemwise)


def test_assert_allclose():
    utt.assert_allclose(np.ones(2), np.ones(2) + 1e-9)
    with pytest.raises(utt.WrongValue) as info:
        utt.assert_allclose(np.ones(2), np.array([1.0, 1.5]), rtol=0.1)
    text = str(info.value)
    assert text.startswith("WrongValue\n")
    assert "Max Abs Diff:  0.5" in text
    assert "rtol, atol: 0.1" in text


def test_attempt_many_times():
    seeds = []

    @utt.AttemptManyTimes(n_attempts=3, n_req_successes=1)
    def fails_twice():
        seeds.append(config.unittests.rseed)
        assert len(seeds) == 3

    fails_twice()
    assert seeds == ["666", "667", "668"]
    assert config.unittests.rseed == "666"
    with pytest.raises(ZeroDivisionError):
        utt.AttemptManyTimes(2)(lambda: 1 / 0)()


def test_functions_contain_ops():
    x = T.dvector()
    f = theano.function([x], DoubleOp()(x))
    mixin = utt.TestOptimizationMixin()
    mixin.assertFunctionContains1(f, DoubleOp())
    mixin.assertFunctionContainsClassN(f, DoubleOp, 1)
    with pytest.raises(AssertionError):
        mixin.assertFunctionContains0(f, DoubleOp())


class TestContract(utt.T_OpContractMixin):
    ops = (DoubleOp(), PdbBreakpoint("a"), PdbBreakpoint("b"))

    def clone(self, op):
        return type(op)(**op._props_dict()) if isinstance(op, PdbBreakpoint) else type(op)()


def test_breakpoint(monkeypatch, capsys):
    import pdb

    stops = []
    monkeypatch.setattr(pdb, "set_trace", lambda: stops.append(True))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True if name == "pdb" else None)
    x, y = T.dvectors("xy")
    error = (x - y) ** 2
    error, seen, _ = PdbBreakpoint("too far")(T.gt(error.sum(), 10), error, x, y)
    f = theano.function([x, y], [error, seen])
    np.testing.assert_array_equal(f([1, 2], [1, 1])[0], [0, 1])
    assert not stops
    np.testing.assert_array_equal(f([9, 2], [1, 1])[0], [64, 1])
    assert stops
    assert "Conditional breakpoint 'too far' activated" in capsys.readouterr().out
