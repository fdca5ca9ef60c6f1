"""Sparse matrices: `import theano.sparse`."""

from . import basic, opt, sharedvar, type, utils
from .basic import *
from .basic import _is_dense, _is_dense_variable, _is_sparse, _is_sparse_variable, _mtypes
from .sharedvar import sparse_constructor as shared
from .type import SparseType

enable_sparse = True
