"""Elementwise Ops that programs make; the texts are those of the real Theano 1.0.5."""

from compat import theano
from compat.theano import tensor as T


class Double(theano.scalar.UnaryScalarOp):
    def impl(self, x):
        return 2 * x


def test_an_op_with_a_name_prints_it():
    double = Double(theano.scalar.upgrade_to_float, name="double")
    named, nameless = T.Elemwise(double, name="twice"), T.Elemwise(double)
    assert [str(named), str(nameless)] == ["twice", "Elemwise{double}"]
    assert str(named(T.dvector("x"))) == "twice.0"
