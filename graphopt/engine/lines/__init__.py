"""A graph as straight lines of NumPy calls: nothing to compile."""

from graphopt.engine.lines.linker import StraightLine, native_funcify, numpy_funcify

__all__ = ["StraightLine", "native_funcify", "numpy_funcify"]
