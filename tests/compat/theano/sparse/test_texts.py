"""Texts of sparse expressions, recorded from the real Theano 1.0.5."""

from compat.text import op_name
from compat.theano import sparse
from compat.theano import tensor as T

a, b, M, v = sparse.csr_matrix("a"), sparse.csr_matrix("b"), T.matrix("M"), T.vector("v")


def test_a_sparse_variable_shows_its_format_and_dtype():
    assert [str(x) for x in (a, a.T, a + b)] == [
        "SparseVariable{csr,float64}",
        "SparseVariable{csc,float64}",
        "SparseVariable{csr,float64}",
    ]
    assert str(sparse.structured_dot(a, M)) == "StructuredDot.0"


def test_products_have_theanos_names():
    products = [sparse.dot(a, M), a * b, a * M, sparse.mul_s_v(a, v)]
    assert [op_name(x.owner.op) for x in products] == ["SparseDot", "MulSS", "MulSD", "MulSV"]
