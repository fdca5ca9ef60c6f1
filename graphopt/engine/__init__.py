"""How a graph becomes a fast, safe function."""

from graphopt.engine.compiler import Compiled, compile
from graphopt.engine.hoist import hoist
from graphopt.engine.loop import Loop, compile_loop
from graphopt.engine.rewrites.bias import lift_bias

__all__ = ["Compiled", "Loop", "compile", "compile_loop", "hoist", "lift_bias"]
