"""Adoption: PyTensor's fresh variables become Theano's, in place, and nobody else's do."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from compat.adopt import adopt, adopted
from compat.theano import tensor as T
from compat.theano.tensor.var import TensorConstant, TensorVariable


def test_a_graph_is_adopted_up_to_what_is_theanos():
    x = T.dmatrix("x")
    y = pt.exp(pt.dot(x, np.ones((3, 2))))
    assert adopt(y) is y
    assert type(y) is TensorVariable
    assert type(y.owner.inputs[0]) is TensorVariable
    assert y.type == T.dmatrix
    assert y.type.shape == (None, None)
    assert [type(i) for i in y.owner.inputs[0].owner.inputs] == [TensorVariable, TensorConstant]


def test_inputs_and_shared_variables_of_pytensor_stay_pytensors():
    x, w = pt.dvector("x"), pytensor.shared(np.ones(2))
    adopt(x * w)
    assert type(x) is pt.variable.TensorVariable
    assert type(w).__module__.startswith("pytensor")


def test_containers_are_adopted_part_by_part():
    made = adopt({"a": pt.exp(T.dscalar()), "b": [pt.log(T.dscalar())]})
    assert type(made["a"]) is type(made["b"][0]) is TensorVariable


def test_adopted_functions_keep_their_names():
    assert adopted(pt.outer).__name__ == "outer"
