"""The virtual machine of old programs, which runs on the one engine here."""

from .link import PerformLinker

__all__ = ["VM_Linker"]


class VM_Linker(PerformLinker):
    """Under Theano: nodes run by a loop in Python or C, lazily where asked."""

    def __init__(
        self,
        allow_gc=None,
        use_cloop=False,
        callback=None,
        callback_input=None,
        lazy=None,
        schedule=None,
        c_thunks=None,
        allow_partial_eval=None,
    ):
        super().__init__(allow_gc=allow_gc, schedule=schedule)
        self.callback, self.callback_input, self.lazy = callback, callback_input, lazy
