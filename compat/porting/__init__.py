"""Old Theano programs as PyTensor code to keep, and a list of what a person must decide."""

from .engine import Ported, port
from .findings import Finding

__all__ = ["Finding", "Ported", "port"]
