"""Variables, constants, shared variables and the nodes between them."""

from __future__ import annotations

import pickle
from typing import Any

from pytensor.graph.basic import Apply, Variable

from .limits import Refused
from .modules import theano_module
from .records import Record
from .table import builds, spelling
from .translator import Task, Translator, attributes_of

__all__ = ["applied"]

_VARIABLES = (
    "theano.gof.graph.Variable",
    "theano.tensor.var.TensorVariable",
    "theano.tensor.basic.TensorVariable",
    "theano.scalar.basic.ScalarVariable",
    "theano.sparse.basic.SparseVariable",
    "theano.typed_list.basic.TypedListVariable",
    "theano.sandbox.cuda.var.CudaNdarrayVariable",
    "theano.gpuarray.type.GpuArrayVariable",
)
_CONSTANTS = (
    "theano.gof.graph.Constant",
    "theano.tensor.var.TensorConstant",
    "theano.tensor.basic.TensorConstant",
    "theano.scalar.basic.ScalarConstant",
    "theano.sparse.basic.SparseConstant",
    "theano.typed_list.basic.TypedListConstant",
    "theano.sandbox.cuda.var.CudaNdarrayConstant",
    "theano.gpuarray.type.GpuArrayConstant",
)
#: old class of shared variables -> its class here
_SHARED = {
    "theano.compile.sharedvalue.SharedVariable": ("compile.sharedvalue", "SharedVariable"),
    "theano.tensor.sharedvar.TensorSharedVariable": ("tensor.sharedvar", "TensorSharedVariable"),
    "theano.tensor.sharedvar.ScalarSharedVariable": ("tensor.sharedvar", "ScalarSharedVariable"),
    "theano.tensor.basic.TensorSharedVariable": ("tensor.sharedvar", "TensorSharedVariable"),
    "theano.scalar.sharedvar.ScalarSharedVariable": ("scalar.sharedvar", "ScalarSharedVariable"),
    "theano.tensor.shared_randomstreams.RandomStateSharedVariable": (
        "tensor.shared_randomstreams",
        "RandomStateSharedVariable",
    ),
    "theano.sparse.sharedvar.SparseTensorSharedVariable": ("sparse.sharedvar", "SparseTensorSharedVariable"),
    "theano.sandbox.cuda.var.CudaNdarraySharedVariable": ("tensor.sharedvar", "TensorSharedVariable"),
    "theano.gpuarray.type.GpuArraySharedVariable": ("tensor.sharedvar", "TensorSharedVariable"),
}
#: attributes that Theano itself put on variables; they may refer back to the variable
_EXTRAS = ("default_update", "rng", "update")


@builds(*_VARIABLES)
def variable(load: Translator, record: Record) -> Task:
    """An input, or an output of a node."""
    kind, name, index = yield from attributes_of(record, "type", "name", "index")
    outputs = yield record.attribute("owner")
    if outputs is None:
        made = kind.make_variable(name)
    else:
        made = as_recorded(outputs[index], kind)
        load.folding.made("Rebroadcast", [outputs[index]], [made])
        made.name = made.name or name
    load.later(dressed(made, record))
    return made


def as_recorded(made: Variable, kind: Any) -> Variable:
    """Return `made` as a variable of the type it had: what is known of lengths may differ, and the dtype."""
    if made.type == kind or not hasattr(kind, "broadcastable") or not hasattr(made.type, "broadcastable"):
        return made
    tensor = theano_module("tensor.basic")
    if made.type.dtype != kind.dtype:
        made = tensor.cast(made, kind.dtype)
    return tensor.patternbroadcast(made, kind.broadcastable)


def dressed(made: Variable, record: Record) -> Task:
    """Give a variable the tags and extras it had."""
    tag = record.attribute("tag")
    if isinstance(tag, Record):
        for name, value in tag.attributes().items():
            if name.isidentifier() and not name.startswith("_"):
                try:
                    setattr(made.tag, name, (yield value))
                except Refused:
                    raise
                except pickle.UnpicklingError:
                    continue  # a remark in a form of its own: the variable is right without it
    for name in _EXTRAS:
        if record.attribute(name) is not None:
            setattr(made, name, (yield record.attribute(name)))


@builds(*_CONSTANTS)
def constant(load: Translator, record: Record) -> Task:
    """A constant; `data` is its value."""
    kind, name, value = yield from attributes_of(record, "type", "name", "data")
    return kind.constant_type(kind, kind.filter(value), name)


@builds("theano.tensor.type_other.SliceConstant")
def slice_constant(load: Translator, record: Record) -> Task:
    """A constant slice, pickled as a call with its parts."""
    parts = yield tuple(record.args[-3:])
    module = theano_module("tensor.type_other")
    return module.SliceConstant(module.slicetype, slice(*parts))


@builds(*_SHARED)
def shared_variable(load: Translator, record: Record) -> Task:
    """A shared variable. Those that shared one container, as in a function and outside it, become one."""
    container = record.attribute("container")
    made = load.made(container)
    if made is not None:
        return made
    kind, name = yield from attributes_of(record, "type", "name")
    strict, downcast, storage = yield from attributes_of(container, "strict", "allow_downcast", "storage")
    value = kind.filter(storage[0], allow_downcast=True)
    module, class_name = _SHARED[spelling(record.kind)]
    made = getattr(theano_module(module), class_name)(
        name=name, type=kind, value=value, strict=bool(strict), allow_downcast=downcast
    )
    load.known(container, made)
    load.later(dressed(made, record))
    return made


@builds("theano.gof.graph.Apply")
def applied(load: Translator, record: Record) -> Task:
    """A node, made again: its outputs."""
    op, inputs = yield from attributes_of(record, "op", "inputs")
    kind = record.attribute("op").kind.name
    inputs = load.folding.kept_small(kind, inputs)
    made = op.make_node(*inputs) if hasattr(op, "make_node") else op(*inputs)
    outputs = made.outputs if isinstance(made, Apply) else made if isinstance(made, list) else [made]
    load.folding.made(kind, inputs, outputs)
    return outputs
