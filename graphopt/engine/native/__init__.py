"""Kernels written once in a small subset of Python, compiled by the C compiler or by numba."""

from .builder import available, build, build_async, is_cached
from .cache import cache_directory
from .kernel import Bound, Kernel

__all__ = ["Bound", "Kernel", "available", "build", "build_async", "cache_directory", "is_cached"]
