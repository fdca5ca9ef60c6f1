"""Graphs as graphs of pydot."""

from pytensor.d3viz import formatting as _drawing
from pytensor.d3viz.formatting import (
    apply_label,
    apply_profile,
    broadcastable_to_str,
    dict_to_pdnode,
    dtype_to_char,
    type_to_str,
    var_label,
    var_tag,
)

from ..printing import pydot_imported, pydot_imported_msg

__all__ = [
    "PyDotFormatter", "apply_label", "apply_profile", "broadcastable_to_str", "dict_to_pdnode", "drawable",
    "dtype_to_char", "pydot_imported", "pydot_imported_msg", "type_to_str", "var_label", "var_tag",
]  # fmt: skip


def drawable(fct):
    """Return what PyTensor can draw of `fct`: of a function, its graph."""
    return fct.maker.fgraph if hasattr(fct, "maker") else fct


class PyDotFormatter(_drawing.PyDotFormatter):
    """``PyDotFormatter(compact=True)(fct)`` is a graph of pydot; ImportError where that is not installed."""

    def __init__(self, compact=True):
        if not pydot_imported:
            raise ImportError(f"Failed to import pydot. {pydot_imported_msg}")
        super().__init__(compact)

    def __call__(self, fct, graph=None):
        return super().__call__(drawable(fct), graph)
