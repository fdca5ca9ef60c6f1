"""Rewrites of tensor expressions by the names programs import, their registration, and `Assert`.

A rewrite of Theano's own that PyTensor has under the same name is found here too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytensor.tensor.rewriting.basic as ptr
from pytensor.compile.mode import local_useless
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.db import RewriteDatabase
from pytensor.raise_op import Assert as PyTensorAssert
from pytensor.tensor.rewriting.math import AlgebraicCanonizer
from pytensor.tensor.rewriting.shape import ShapeFeature

from ...front import FrontOp
from ...names import module_attributes
from ..compile.mode import optdb
from ..compile.ops import Shape_i
from ..gof.opt import (
    Optimizer,
    TopoOptimizer,
    copy_stack_trace,
    in2out,
    local_optimizer,
    out2in,
    pre_constant_merge,
)
from .constants import as_tensor_variable
from .joining import MakeVector
from .rebroadcasting import local_rebroadcast_lift, local_subtensor_of_rebroadcast, local_useless_rebroadcast
from .sort import local_useless_topk

__all__ = [
    "Assert",
    "Canonizer",
    "MakeVector",
    "Optimizer",
    "ShapeFeature",
    "Shape_i",
    "TopoOptimizer",
    "assert_",
    "assert_op",
    "copy_stack_trace",
    "in2out",
    "local_optimizer",
    "local_rebroadcast_lift",
    "local_subtensor_of_rebroadcast",
    "local_useless_rebroadcast",
    "local_useless_topk",
    "make_vector",
    "optdb",
    "out2in",
    "pre_constant_merge",
    "register_canonicalize",
    "register_specialize",
    "register_specialize_device",
    "register_stabilize",
    "register_uncanonicalize",
    "register_useless",
]


class Assert(FrontOp, PyTensorAssert):
    """``Assert(msg)(x, *conditions)`` is `x`; when a condition is false the function fails with `msg`."""

    stands_for = PyTensorAssert

    def __init__(self, msg: str = "Theano Assert failed!") -> None:
        self.stand_for(PyTensorAssert(msg))

    def make_node(self, value: Any, *conds: Any) -> Apply:
        if not isinstance(value, Variable):
            value = as_tensor_variable(value)
        conditions = [as_tensor_variable(c) for c in conds]
        if any(c.type.ndim for c in conditions):
            raise AssertionError("The conditions of Assert must be scalars.")
        return super().make_node(value, *conditions)


assert_ = assert_op = Assert()
make_vector = MakeVector()


def _registrar(name: str) -> Callable:
    """Return Theano's form of PyTensor's registering decorator: with or without arguments."""
    register = getattr(ptr, name)

    def decorate(lopt: Any, *tags: str, **kwargs: Any) -> Any:
        if isinstance(lopt, str):
            return lambda rewriter: decorate(rewriter, lopt, *tags, **kwargs)
        database = local_useless if name == "register_useless" else optdb[name.removeprefix("register_")]
        wanted = kwargs.pop("name", None) or lopt.__name__
        taken = _pytensors_own(database, wanted)
        register(lopt, *tags, name=f"{wanted}_of_the_program" if taken else wanted, **kwargs)
        if taken:  # and `excluding` the name leaves out both
            database.__db__[wanted].add(lopt)
        return lopt

    decorate.__name__ = name
    decorate.__doc__ = (
        f"Register a local optimizer to take part in {name.removeprefix('register_')} rewriting."
    )
    return decorate


def _pytensors_own(database: RewriteDatabase, name: str) -> bool:
    """Return whether PyTensor has a rewrite with the name that a program gives its own."""
    found = tuple(database.__db__.get(name, ()))
    made_by = getattr(found[0], "fn", type(found[0])) if found else None
    return len(found) == 1 and made_by.__module__.startswith("pytensor.")


register_canonicalize = _registrar("register_canonicalize")
register_stabilize = _registrar("register_stabilize")
register_specialize = _registrar("register_specialize")
register_uncanonicalize = _registrar("register_uncanonicalize")
register_useless = _registrar("register_useless")
register_specialize_device = register_specialize

Canonizer = AlgebraicCanonizer

__getattr__ = module_attributes(
    __name__,
    *(
        f"pytensor.tensor.rewriting.{name}"
        for name in ("basic", "math", "shape", "elemwise", "subtensor", "subtensor_lift", "blas", "extra_ops")
    ),
)
