"""Theano 1.0.5 on top of PyTensor: define, differentiate and evaluate expressions of arrays.

An old program finds here the names, arguments, results and errors it was written for.
"""

import logging
import sys
from typing import Any

import graphopt.environment

from ..building import build_fast  # isort: skip
from ..names.attributes import give_attributes  # isort: skip
from .configdefaults import config  # isort: skip
from .configparser import change_flags  # isort: skip
from .version import version as __version__

from . import compat, gof  # isort: skip
from .gof import (  # isort: skip
    Apply,
    CLinker,
    Constant,
    Container,
    DualLinker,
    FunctionGraph,
    Generic,
    InconsistencyError,
    Linker,
    LocalLinker,
    Op,
    OpenMPOp,
    OpWiseCLinker,
    PerformLinker,
    Type,
    Variable,
    generic,
    object2,
    opt,
    toolbox,
    utils,
)
from . import scalar, tensor  # isort: skip
from . import compile  # isort: skip
from .compile import (
    FunctionMaker,
    In,
    Mode,
    OpFromGraph,
    Out,
    Param,
    ProfileStats,
    SymbolicInput,
    SymbolicOutput,
    as_op,
    function,
    function_dump,
    predefined_linkers,
    predefined_modes,
    predefined_optimizers,
    shared,
)
from . import gradient, ifelse, printing, scan_module, updates
from .gradient import Lop, Rop, grad, subgraph_grad
from .misc.safe_asarray import _asarray
from .printing import pp, pprint
from .scan_module import clone, foldl, foldr, map, reduce, scan, scan_checkpoints
from .updates import OrderedUpdates
from .tensor import raw_random, shared_randomstreams  # isort: skip

__api_version__ = 1
theano = sys.modules[__name__]  # programs write `from theano import theano`


def dot(l: Any, r: Any) -> Variable:
    """Return the product of `l` and `r`, dense or sparse.

    Raises
    ------
    NotImplementedError
        If neither knows how to multiply by the other.
    """
    failures = []
    for left, method, right in ((l, "__dot__", r), (r, "__rdot__", l)):
        if hasattr(left, method):
            try:
                product = getattr(left, method)(right)
            except Exception as error:
                failures.append(error)
                continue
            if product is not NotImplemented:
                return product
    raise NotImplementedError("Dot failed for the following reasons:", tuple(failures))


def get_scalar_constant_value(v: Variable) -> Any:
    """Return the number that `v` always is; see `theano.tensor.get_scalar_constant_value`."""
    return tensor.get_scalar_constant_value(v)


def sparse_grad(var: Variable) -> Variable:
    """Return `var`, rows picked by a vector of numbers, so that its gradient is sparse."""
    assert isinstance(var.owner.op, tensor.AdvancedSubtensor1)
    return tensor.AdvancedSubtensor1(sparse_grad=True)(*var.owner.inputs)


theano_logger = logging.getLogger("theano")
theano_logger.setLevel(logging.WARNING)

build_fast()
give_attributes(__name__)
