"""The old place of `theano.tensor.nnet.blocksparse`."""

import warnings

from ..tensor.nnet import blocksparse
from ..tensor.nnet.blocksparse import *

__all__ = blocksparse.__all__

warnings.warn(
    "DEPRECATION: theano.sandbox.blocksparse does not exist anymore,"
    "it has been moved to theano.tensor.nnet.blocksparse.",
    category=DeprecationWarning,
    stacklevel=2,
)
