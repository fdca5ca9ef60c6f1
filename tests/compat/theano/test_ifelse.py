"""theano.ifelse: one branch is computed, types are Theano's."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.gof import Apply, Op
from compat.theano.ifelse import IfElse, ifelse

c, v, w = T.iscalar("c"), T.dvector("v"), T.dvector("w")
V = np.array([1.0, 2.0])


class Counted(Op):
    """The value handed on, each time counted."""

    __props__ = ()
    calls = 0

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        Counted.calls += 1
        outputs[0][0] = inputs[0].copy()

    def grad(self, inputs, gradients):
        return gradients


@pytest.mark.parametrize("condition", [0, 1, -3])
def test_one_branch_is_chosen_and_its_gradient(condition):
    y = ifelse(c, v * 2, w**2)
    assert type(y) is T.TensorVariable
    f = theano.function([c, v, w], [y, *T.grad(y.sum(), [v, w])])
    got, dv, dw = f(condition, V, V + 1)
    np.testing.assert_array_equal(got, V * 2 if condition else (V + 1) ** 2)
    np.testing.assert_array_equal(dv, np.full(2, 2.0) if condition else np.zeros(2))
    np.testing.assert_array_equal(dw, np.zeros(2) if condition else 2 * (V + 1))


def test_the_other_branch_is_not_computed():
    f = theano.function([c, v], ifelse(c, v, Counted()(v)))
    before = Counted.calls
    f(1, V)
    assert Counted.calls == before
    f(0, V)
    assert Counted.calls == before + 1


def test_lists_stay_lists_and_tuples_tuples():
    assert isinstance(ifelse(c, [v], [w]), list)
    assert isinstance(ifelse(c, (v, v), [w, w]), tuple)
    first, second = ifelse(c, [v, v + 1], [w, w + 1], name="choice")
    assert first.owner is second.owner
    assert isinstance(first.owner.op, IfElse)
    assert str(first.owner.op) == "if{choice}"
    f = theano.function([c, v, w], [first, second], on_unused_input="ignore")
    np.testing.assert_array_equal(f(0, V, V * 3), [V * 3, V * 3 + 1])


def test_branches_of_other_lengths():
    f = theano.function([c, v, w], [ifelse(c, v, w), ifelse(c, v, w).shape])
    assert [f(k, V, np.ones(5))[1].tolist() for k in (1, 0)] == [[2], [5]]


def test_values_that_are_no_arrays():
    x, y = theano.gof.generic(), theano.gof.generic()
    f = theano.function([c, x, y], ifelse(c, x, y))
    assert f(1, ["one"], ["other"]) == ["one"]


WRONG = {
    "dtypes": (lambda: ifelse(c, v, T.fvector()), TypeError, "identical types"),
    "ranks": (lambda: ifelse(c, v, T.dmatrix()), TypeError, "identical types"),
    "patterns": (lambda: ifelse(c, T.dmatrix(), T.dcol()), TypeError, "identical types"),
    "numbers of variables": (lambda: ifelse(c, [v, v], [w]), ValueError, "variables on `then` 2"),
    "a vector condition": (lambda: ifelse(v, v, w), TypeError, "has to be a scalar"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_branches(case):
    build, error, message = WRONG[case]
    with pytest.raises(error, match=message):
        build()


def test_the_r_operator():
    u = T.dvector("u")
    f = theano.function([c, v, w, u], T.Rop(ifelse(c, v**2, v * w), v, u))
    np.testing.assert_array_equal(f(1, V, V, V), 2 * V * V)
    np.testing.assert_array_equal(f(0, V, V, V), V * V)


def test_test_values():
    with theano.change_flags(compute_test_value="raise"):
        x, y = T.dvector("x"), T.dvector("y")
        x.tag.test_value, y.tag.test_value = V, V + 1
        chosen = ifelse(T.constant(0), x, y)
        np.testing.assert_array_equal(chosen.tag.test_value, V + 1)
