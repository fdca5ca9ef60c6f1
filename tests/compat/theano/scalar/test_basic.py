"""Scalar types and operations: PyTensor's under Theano's names, and a program's own."""

import shutil

import numpy as np
import pytensor.scalar as ps
import pytest
from pytensor.graph.utils import MethodNotDefined

from compat import theano
from compat.theano import scalar
from compat.theano import tensor as T


def test_pytensors_operations_are_instances_of_theanos_classes():
    assert isinstance(ps.add, scalar.Add)
    assert isinstance(ps.exp, scalar.UnaryScalarOp)
    assert not isinstance(ps.exp, scalar.BinaryScalarOp)
    assert isinstance(scalar.inv, scalar.Inv)
    assert issubclass(ps.Exp, scalar.UnaryScalarOp)
    assert not isinstance(ps.exp, scalar.Add)


def test_calling_a_class_makes_pytensors_operation():
    assert scalar.Add(scalar.upcast_out, name="add") == ps.add
    assert type(scalar.Cast(scalar.float32, name="c")) is ps.Cast


class Cube(scalar.UnaryScalarOp):
    """An operation as programs write them."""

    def impl(self, x):
        return x**3

    def grad(self, inputs, output_gradients):
        (x,), (gz,) = inputs, output_gradients
        return [gz * 3 * x**2]

    def c_headers(self):
        return ["<math.h>"]


cube = Cube(scalar.upgrade_to_float, name="cube")


def test_own_operation_over_tensors():
    x = T.dvector("x")
    y = T.Elemwise(cube)(x)
    f = theano.function([x], [y, theano.grad(y.sum(), x)])
    value, gradient = f([1.0, -2.0])
    np.testing.assert_array_equal(value, [1, -8])
    np.testing.assert_array_equal(gradient, [3, 12])


def test_keywords_unknown_to_theano_are_dropped():
    assert cube.c_headers(c_compiler=None) == ["<math.h>"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="the operation has only C code")
def test_an_operation_in_c():
    class Doubled(scalar.UnaryScalarOp):
        def c_code(self, node, name, inputs, outputs, sub):
            return f"{outputs[0]} = 2 * {inputs[0]};"

    op = T.Elemwise(Doubled(scalar.same_out, name="doubled"))
    x, y = T.fvector("x"), T.dmatrix("y")
    a, b = theano.function([x, y], [op(x), op(y)])(np.float32([1.5, 2]), [[1 / 3]])
    np.testing.assert_array_equal(a, np.float32([3, 4]))
    np.testing.assert_array_equal(b, [[2 / 3]])


def test_own_gradient_of_a_known_operation():
    class Straight(scalar.Sgn):
        def L_op(self, inputs, outputs, output_gradients):
            return [output_gradients[0] * 1.0]

    x = T.dvector("x")
    y = T.Elemwise(Straight(scalar.same_out_nocomplex, name="straight"))(x)
    f = theano.function([x], [y, theano.grad((y * [1.0, 2.0]).sum(), x)])
    value, gradient = f([-5.0, 5.0])
    np.testing.assert_array_equal(value, [-1, 1])
    np.testing.assert_array_equal(gradient, [1, 2])


def test_gradient_by_the_class_of_the_operation():
    class Twice(scalar.Sqr):
        def grad(self, inputs, output_gradients):
            return [2 * g for g in super().grad(inputs, output_gradients)]

    x = T.dvector("x")
    y = T.Elemwise(Twice(scalar.same_out_min8, name="twice"))(x)
    np.testing.assert_array_equal(theano.function([x], theano.grad(y.sum(), x))([3.0]), [12])


def test_no_gradient_is_said():
    class Plain(scalar.UnaryScalarOp):
        def impl(self, x):
            return x

    x = T.dvector("x")
    with pytest.raises(MethodNotDefined):
        theano.grad(T.Elemwise(Plain(scalar.same_out))(x).sum(), x)


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        (scalar.transfer_type(0, None), ("int8", "float32"), ["int8", "float32"]),
        (scalar.transfer_type(1), ("int8", "complex64"), ["complex64"]),
        (scalar.upgrade_to_float, ("int32",), ["float64"]),
        (scalar.upgrade_to_float, ("int8",), ["float32"]),
        (scalar.same_out_min8, ("bool",), ["int8"]),
        (scalar.specific_out(scalar.float64), ("int8",), ["float64"]),
    ],
)
def test_output_types(rule, given, expected):
    assert [t.dtype for t in rule(*map(scalar.get_scalar_type, given))] == expected


def test_transfer_type_prints_and_compares():
    assert str(scalar.transfer_type(0)) == "transfer_type{0}"
    assert scalar.transfer_type(0) == scalar.transfer_type(0) != scalar.transfer_type(1)


@pytest.mark.parametrize(
    ("low_open", "high_open", "expected"), [(True, True, "010"), (False, False, "111"), (False, True, "110")]
)
def test_in_range(low_open, high_open, expected):
    x = T.dvector("x")
    within = T.Elemwise(scalar.InRange(low_open, high_open))(x, 0.0, 1.0)
    f = theano.function([x], [within, theano.grad(T.cast(within, "float64").sum(), x)])
    value, gradient = f([0.0, 0.5, 1.0])
    assert "".join(str(int(v)) for v in value) == expected
    assert not gradient.any()


def test_division_of_integers_as_configured():
    i, j = scalar.int32("i"), scalar.int32("j")
    with pytest.warns(DeprecationWarning, match="x // y"):  # Theano's default is "int"
        assert isinstance(scalar.div_proxy(i, j).owner.op, scalar.IntDiv)
    with theano.change_flags(int_division="floatX"):
        assert isinstance(scalar.div_proxy(i, j).owner.op, scalar.TrueDiv)
    with theano.change_flags(int_division="raise"), pytest.raises(scalar.IntegerDivisionError):
        scalar.div_proxy(i, j)


def test_composite_flattens_one_inside():
    x, y = scalar.floats("xy")
    inner = scalar.Composite([x, y], [x + y])
    outer = scalar.Composite([x, y], [inner(x * y, y)])
    assert not isinstance(outer.outputs[0].owner.op, scalar.Composite)
    assert outer.impl(2.0, 3.0) == 9


def test_composite_without_float16():
    i, h, f = scalar.int8(), scalar.float16(), scalar.float32()
    inner = scalar.Composite([h, f], [scalar.tanh(h + scalar.cast(f, "float16"))])
    outer = scalar.Composite(
        [i, h, f], [inner(h, f) - scalar.cast(i, "float16") - scalar.constant(np.float16(1))]
    )
    has_half = [
        any(v.type == scalar.float16 for v in c.fgraph.variables) for c in (outer, outer.clone_float32())
    ]
    assert has_half == [True, False]


def test_scalar_shared_variable():
    s = scalar.sharedvar.shared(3, name="s")
    assert (s.type, s.name, s.get_value()) == (scalar.int64, "s", 3)
    with pytest.raises(TypeError):
        scalar.sharedvar.shared([1])


def test_every_name_of_theano():
    # dir(theano.scalar) of the real Theano, modules and helpers left out
    names = """Abs Add Angle Cast Ceil Clip Complex Composite Inv Sgn abs_ add all_types and_ as_common_dtype
    as_scalar autocast_float autocast_float_as cast ceil chi2sf complexs constant convert_to_float32 deg2rad
    div_proxy eq erf erfcx exp float_out floats floor_div gamma get_scalar_type i0 identity inclosedrange
    int_div int_or_true_div inv invert isnan iv jv log1p maximum mod_check neq pow psi real_out same_out
    round_half_away_from_zero_vec64 second sgn specific_out sqr switch true_div unary_out_lookup upcast
    upcast_out_no_complex upgrade_to_float64 xor"""
    assert [n for n in names.split() if not hasattr(scalar, n)] == []
