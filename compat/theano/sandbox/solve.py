"""The old place of `theano.tensor.slinalg.solve`."""

import warnings

from ..tensor.slinalg import solve

__all__ = ["message", "solve"]

message = "The module theano.sandbox.solve will soon be deprecated.\nPlease use tensor.slinalg.solve instead."
warnings.warn(message, stacklevel=2)
