"""The C linkers of old programs, which run on the one engine here."""

from .link import PerformLinker

__all__ = ["CLinker", "DualLinker", "HideC", "OpWiseCLinker"]


class CLinker(PerformLinker):
    """Under Theano: the whole graph as C. Here: as any other."""


class OpWiseCLinker(PerformLinker):
    """Under Theano: each node as C where it has C code. Here: as any other."""

    def __init__(self, fallback_on_perform=True, allow_gc=None, nice_errors=True, schedule=None):
        super().__init__(allow_gc=allow_gc, schedule=schedule)


class DualLinker(PerformLinker):
    """Under Theano: C and Python side by side, compared. Here there is one way to run."""

    def __init__(self, checker=None, schedule=None):
        super().__init__(schedule=schedule)


class HideC:
    """Hides the C code of an Op; nothing looks for it."""
