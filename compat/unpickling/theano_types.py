"""Types of variables in old pickles, those of GPU variables as the types of the arrays they held."""

from __future__ import annotations

from typing import Any

from .modules import theano_module
from .records import Record
from .table import builds
from .translator import Task, Translator, attributes_of

__all__: list[str] = []


@builds(
    "theano.tensor.type.TensorType",
    "theano.tensor.basic.TensorType",
    "theano.gpuarray.type.GpuArrayType",
    "theano.sandbox.cuda.type.CudaNdarrayType",
)
def tensor_type(load: Translator, record: Record) -> Task:
    """A dtype and a broadcast pattern; the first GPU arrays were always float32."""
    dtype, pattern, name, sparse_grad = yield from attributes_of(
        record, "dtype", "broadcastable", "name", "sparse_grad"
    )
    return theano_module("tensor.type").TensorType(
        str(dtype or "float32"), tuple(map(bool, pattern)), name, sparse_grad=bool(sparse_grad)
    )


@builds("theano.scalar.basic.Scalar")
def scalar_type(load: Translator, record: Record) -> Task:
    """The type of a number."""
    (dtype,) = yield from attributes_of(record, "dtype")
    return theano_module("scalar.basic").get_scalar_type(str(dtype))


@builds("theano.sparse.type.SparseType")
def sparse_type(load: Translator, record: Record) -> Task:
    """The type of a sparse matrix."""
    format, dtype = yield from attributes_of(record, "format", "dtype")
    return theano_module("sparse.type").SparseType(str(format), str(dtype))


@builds("theano.typed_list.type.TypedListType")
def typed_list_type(load: Translator, record: Record) -> Task:
    """The type of lists."""
    (kind,) = yield from attributes_of(record, "ttype")
    return theano_module("typed_list.type").TypedListType(kind)


#: class of a type that has no attributes -> where the one instance is
_SINGLE = {
    "theano.gof.type.Generic": ("gof.type", "generic"),
    "theano.tensor.raw_random.RandomStateType": ("tensor.raw_random", "random_state_type"),
    "theano.tensor.type_other.SliceType": ("tensor.type_other", "slicetype"),
    "theano.tensor.type_other.NoneTypeT": ("tensor.type_other", "none_type_t"),
}


@builds(*_SINGLE)
def single_type(load: Translator, record: Record) -> Any:
    """A type of which there is one."""
    module, name = _SINGLE[str(record.kind)]
    return getattr(theano_module(module), name)


@builds("theano.gof.null_type.NullType", "theano.gradient.DisconnectedType")
def type_of_no_gradient(load: Translator, record: Record) -> Any:
    """The types of gradients that are undefined or not connected."""
    if record.kind.name == "NullType":
        return theano_module("gof.null_type").NullType(
            str(record.attribute("why_null", "(no explanation given)"))
        )
    return theano_module("gradient").DisconnectedType()
