"""Loops in graphs: `scan` and what is made of it."""

from . import scan_op, scan_opt
from .scan import scan
from .scan_checkpoints import scan_checkpoints
from .scan_utils import clone, until
from .scan_views import foldl, foldr, map, reduce

__all__ = [
    "clone",
    "foldl",
    "foldr",
    "map",
    "reduce",
    "scan",
    "scan_checkpoints",
    "scan_op",
    "scan_opt",
    "until",
]
