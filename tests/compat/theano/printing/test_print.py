"""The Op `Print`."""

import pickle

import numpy as np

from compat import theano
from compat.theano import tensor as T
from compat.theano.printing import Print, _print_fn


def test_message_and_value(capsys):
    x = T.dvector("x")
    f = theano.function([x], Print("hello")(x) * 2)
    np.testing.assert_array_equal(f([1.5, 2]), [3, 4])
    assert capsys.readouterr().out == "hello __str__ = [1.5 2. ]\n"  # as Theano 1.0.5 writes it


def test_attributes(capsys):
    x = T.dmatrix("x")
    f = theano.function([x], Print("x", attrs=["shape", "min", "dtype"])(x))
    f(np.ones((2, 3)))
    assert capsys.readouterr().out == "x shape = (2, 3)\nx min = 1.0\nx dtype = float64\n"


def test_a_function_of_ones_own():
    seen = []
    x = T.dscalar("x")
    op = Print("m", global_fn=lambda op, value: seen.append((op.message, float(value))))
    theano.function([x], op(x) + 1)(3)
    assert seen == [("m", 3.0)]


def test_constants_are_printed_at_every_call(capsys):
    f = theano.function([], Print("c")(T.constant(2.0)) * 2)
    capsys.readouterr()
    f()
    f()
    assert capsys.readouterr().out == "c __str__ = 2.0\n" * 2


def test_gradients_pass_through(capsys):
    x = T.dvector("x")
    gradient = theano.function([x], T.grad((Print("p")(x) ** 2).sum(), x))
    np.testing.assert_array_equal(gradient([1, 2]), [2, 4])
    direction = T.dvector("direction")
    np.testing.assert_array_equal(
        theano.function([x, direction], theano.tensor.Rop(Print("p")(x) * 3, x, direction))([1, 2], [1, 0]),
        [3, 0],
    )


def test_equality_and_pickles():
    assert Print("a") == Print("a") != Print("b")
    assert pickle.loads(pickle.dumps(Print("a"))) == Print("a")
    old = Print.__new__(Print)
    old.__setstate__({"message": "a", "attrs": ("__str__",)})  # of a release without global_fn
    assert old.global_fn is _print_fn
