"""Modes: which rewrites run, and the modes that watch a function at work."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.compile.debugmode import (
    BadDestroyMap,
    BadOptimization,
    BadViewMap,
    DebugMode,
    InvalidValueError,
)
from compat.theano.compile.mode import Mode, get_mode
from compat.theano.compile.monitormode import MonitorMode, detect_nan
from compat.theano.compile.nanguardmode import NanGuardMode


@pytest.mark.parametrize(
    "name", ["FAST_RUN", "FAST_COMPILE", "DebugMode", "DEBUG_MODE", "NanGuardMode", None]
)
def test_modes_by_name_compute_the_same(name):
    x = T.dvector()
    f = theano.function([x], T.log(1 + T.exp(x)).sum(), mode=get_mode(name))
    np.testing.assert_allclose(f([0.0, 1.0]), np.log1p(np.exp([0.0, 1.0])).sum())


def test_unknown_names():
    with pytest.raises(Exception, match="No predefined mode"):
        get_mode("FAST")
    with pytest.raises(ValueError, match="No optimizer named"):
        Mode(optimizer="fastest")
    with pytest.raises(ValueError, match="No linker named"):
        Mode(linker="gpu")


@pytest.mark.parametrize(
    ("left_out", "nodes"), [((), ["Shape_i"]), (("ShapeOpt",), ["Elemwise", "Shape", "Subtensor"])]
)
def test_shapes_are_followed_unless_that_is_left_out(left_out, nodes):
    x = T.dvector()
    f = theano.function([x], T.exp(x).shape[0], mode=get_mode("FAST_RUN").excluding(*left_out))
    assert [type(node.op).__name__ for node in f.maker.fgraph.toposort()] == nodes
    assert f([1.0, 2.0, 3.0]) == 3


def test_without_rewrites_the_graph_stays():
    x = T.dscalar()
    plain = theano.function([x], x * 1 + 0, mode=Mode(optimizer=None))
    assert len(plain.maker.fgraph.apply_nodes) == 2
    assert len(theano.function([x], x * 1 + 0).maker.fgraph.apply_nodes) <= 1


def test_stability_of_log_one_minus_sigmoid():
    """-800 under FAST_RUN, -inf where nothing is rewritten: Theano 1.0.5 gave both."""
    x = T.dscalar()
    y = T.log(1 - T.nnet.sigmoid(x))
    assert theano.function([x], y)(800.0) == -800
    assert theano.function([x], y, mode=Mode(optimizer=None))(800.0) == -np.inf


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e11])
def test_nan_guard(value):
    x = T.dvector()
    f = theano.function([x], x * 2, mode=NanGuardMode(True, True, True))
    assert f([1.0]).tolist() == [2.0]
    with pytest.raises(AssertionError, match="detected"):
        f([value])


def test_nan_guard_names_the_node():
    x = T.dvector("x")
    f = theano.function([x], T.log(x) + 1, mode=NanGuardMode(True, False, False, optimizer=None))
    with pytest.raises(AssertionError, match="NaN detected") as caught:
        f([-1.0])
    assert "log" in str(caught.value)


def test_monitor_mode_sees_each_node():
    seen = []
    mode = MonitorMode(
        pre_func=lambda i, node, fn: seen.append(("before", i, [c[0].shape for c in fn.inputs])),
        post_func=lambda i, node, fn: seen.append(("after", i, [c[0].shape for c in fn.outputs])),
        optimizer=None,
    )
    x = T.dmatrix()
    theano.function([x], T.exp(x).sum(axis=0), mode=mode)(np.ones((2, 3)))
    assert seen == [
        ("before", 0, [(2, 3)]),
        ("after", 0, [(2, 3)]),
        ("before", 1, [(2, 3)]),
        ("after", 1, [(3,)]),
    ]


def test_detect_nan_prints(capsys):
    x = T.dscalar()
    theano.function([x], T.log(x), mode=MonitorMode(post_func=detect_nan))(-1.0)
    assert "*** NaN detected ***" in capsys.readouterr().out


class Careless(theano.Op):
    """Does to its input, or gives as its output, what its class does not say."""

    __props__ = ("how",)

    def __init__(self, how):
        self.how = how

    def make_node(self, x):
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        (x,) = inputs
        if self.how == "destroys":
            x *= 2
        outputs[0][0] = x if self.how == "views" else x.astype("float32") if self.how == "dtype" else x.copy()


@pytest.mark.parametrize(
    ("how", "error"), [("destroys", BadDestroyMap), ("views", BadViewMap), ("dtype", InvalidValueError)]
)
def test_debug_mode_finds_careless_ops(how, error):
    x = T.dvector()
    f = theano.function([x], Careless(how)(x + 1), mode=DebugMode())
    with pytest.raises(error):
        f([1.0, 2.0])


def test_debug_mode_finds_a_wrong_rewrite():
    @theano.gof.local_optimizer([T.sqr])
    def wrong(node):
        if node.op == T.sqr:
            return [node.inputs[0] * 3]

    rewriter = theano.gof.opt.out2in(wrong, name="wrong")
    x = T.dvector()
    f = theano.function([x], T.sqr(x), mode=DebugMode(optimizer=rewriter))
    with pytest.raises(BadOptimization, match="rewritten"):
        f([2.0])
