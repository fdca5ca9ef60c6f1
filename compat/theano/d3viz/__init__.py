"""Graphs as web pages one can explore, and as files for Graphviz."""

from .d3viz import d3viz, d3write

__all__ = ["d3viz", "d3write"]
