"""Symbolic Python lists whose elements are of one type."""

from . import basic, opt, type
from .basic import *
from .basic import __all__ as _names
from .type import TypedListType

__all__ = [*_names, "TypedListType", "basic", "opt", "type"]
