"""`d3viz` and `d3write`: PyTensor draws, with the scripts and styles it carries."""

import importlib

from .formatting import PyDotFormatter, drawable

_pages = importlib.import_module("pytensor.d3viz.d3viz")  # the package shows a function of that name
replace_patterns, safe_json = _pages.replace_patterns, _pages.safe_json

__all__ = ["PyDotFormatter", "d3viz", "d3write", "replace_patterns", "safe_json"]


def d3viz(fct, outfile, copy_deps=True, *args, **kwargs):
    """Write a page that shows a function, a variable, a node or a list of variables to `outfile`.

    With `copy_deps` the scripts it needs are put beside it. Further arguments are those of `PyDotFormatter`.
    """
    _pages.d3viz(drawable(fct), outfile, copy_deps, *args, **kwargs)


def d3write(fct, path, *args, **kwargs):
    """Write the same as a graph in Graphviz's language."""
    _pages.d3write(drawable(fct), path, *args, **kwargs)
