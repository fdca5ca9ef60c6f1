"""`TensorType`: dtype and pattern, and what a value must be."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.tensor.shape import specify_shape
from pytensor.tensor.type import DenseTensorType

from compat.theano import tensor as T
from compat.theano.gof.rewriting import rewriting
from compat.theano.tensor.type import TensorType, theano_type


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ((), "TensorType(float64, scalar)"),
        ((False,), "TensorType(float64, vector)"),
        ((True, False), "TensorType(float64, row)"),
        ((False, True), "TensorType(float64, col)"),
        ((False, False), "TensorType(float64, matrix)"),
        ((False,) * 3, "TensorType(float64, 3D)"),
        ((True, False, True), "TensorType(float64, (True, False, True))"),
    ],
)
def test_text(pattern, text):
    assert str(TensorType("float64", pattern)) == text


def test_equals_pytensors_type_of_the_pattern():
    ours = TensorType("float64", (False, True))
    theirs = pt.TensorType("float64", shape=(None, 1))
    assert ours == theirs
    assert theirs == ours
    assert hash(ours) == hash(theirs)
    assert ours != pt.TensorType("float64", shape=(3, 1))
    assert isinstance(ours, DenseTensorType)


def test_known_lengths_are_dropped_but_one():
    assert theano_type(pt.TensorType("float32", shape=(3, 1, None))) == TensorType("float32", (0, 1, 0))


@pytest.mark.parametrize("value", [300, [1, -200], np.array([1, 2])])
def test_values_that_do_not_fit_int8_are_refused(value):
    kind = TensorType("int8", (False,) * np.ndim(value))
    with pytest.raises(TypeError):
        kind.filter(value)


def test_downcast_on_request_wraps():
    assert TensorType("int8", ()).filter(312, allow_downcast=True) == 56


def test_a_wrong_dtype_name():
    with pytest.raises(TypeError, match="Unsupported dtype"):
        TensorType("float65", ())


def test_named_types():
    assert T.dmatrix == TensorType("float64", (False, False))
    assert T.lrow("r").type.broadcastable == (True, False)
    assert [v.name for v in T.dvectors("a", "b")] == ["a", "b"]
    assert len(T.scalars(3)) == 3


def test_lengths_are_kept_while_graphs_are_rewritten():
    """Or a rewrite that says a length, to fit the variable it replaces, says it again and again."""
    x = T.dvector("x")
    assert specify_shape(x, (30,)).type.shape == (None,)
    with rewriting():
        assert specify_shape(x, (30,)).type.shape == (30,)
        assert type(x.type.clone(shape=(1,))) is T.TensorType
