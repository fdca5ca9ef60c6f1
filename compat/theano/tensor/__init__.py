"""Symbolic tensors: `import theano.tensor as T`."""

import sys

import numpy as np

from .. import compile, gof
from ..configdefaults import config
from . import basic, type_other, var
from .basic import *
from .elemwise import CAReduce, DimShuffle, Elemwise
from .subtensor import *
from .type_other import *
from .var import AsTensorError, TensorConstant, TensorConstantSignature, TensorVariable, _tensor_py_operators
from . import sharedvar  # isort: skip

from . import (  # isort: skip
    blas,
    blas_c,
    blas_scipy,
    extra_ops,
    inplace,
    io,
    nlinalg,
    nnet,
    opt,
    opt_uncanonicalize,
    slinalg,
    sort,
    xlogx,
)
from ..compile.ops import Rebroadcast, SpecifyShape, specify_shape
from ..gradient import Lop, Rop, consider_constant, grad, hessian, jacobian, numeric_grad, verify_grad
from .extra_ops import *
from .io import *
from .sort import *
from .sharedvar import tensor_constructor as _shared

theano = sys.modules[__package__.rpartition(".")[0]]  # `from theano.tensor import *` brought it along
