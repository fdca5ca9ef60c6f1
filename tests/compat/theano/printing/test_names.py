"""Short texts of variables and arrays."""

import hashlib

import numpy as np
import pytest

from compat.theano import tensor as T
from compat.theano.printing import hex_digest, min_informative_str, position_independent_str, var_descriptor


def test_min_informative_str():
    A, B, D, E = T.matrices("ABDE")
    C = A + B
    C.name = "C"
    # Theano's test_printing.py::test_min_informative_str
    assert min_informative_str(C + (D + E)) == (
        "A. Elemwise{add,no_inplace}\n B. C\n C. Elemwise{add,no_inplace}\n  D. D\n  E. E"
    )


def test_what_came_before_is_a_letter():
    x = T.vector("x")
    assert min_informative_str(x * x) == "A. Elemwise{mul,no_inplace}\n B. x\n <B>"
    assert min_informative_str(np.ones(2)) == "A. <ndarray>"


def test_var_descriptor():
    x = T.vector("x")
    assert var_descriptor(T.exp(x) + x) == "A=Elemwise{add,no_inplace}(B=Elemwise{exp,no_inplace}(C=x),<C>)"
    assert var_descriptor(T.vector()) == "A=<TensorType(float64, vector)>"
    digest = hashlib.sha256(np.ones(2).tobytes()).hexdigest()
    assert var_descriptor(np.ones(2)) == f"A=<ndarray:strides=[8],digest={digest}>"


def test_position_independent_str():
    assert position_independent_str(T.vector()) == "theano_var{type=TensorType(float64, vector)}"
    with pytest.raises(NotImplementedError):
        position_independent_str(1)


def test_hex_digest():
    a = np.arange(6, dtype="int32").reshape(2, 3)
    digest = hashlib.sha256(a.tobytes()).hexdigest()
    assert hex_digest(a) == f"{digest}|strides=[12,4]|shape=[2,3]"
