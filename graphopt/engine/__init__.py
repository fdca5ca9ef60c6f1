"""How a graph becomes a fast, safe function."""

from graphopt.engine.bias import lift_bias
from graphopt.engine.compiler import Compiled, compile
from graphopt.engine.hoist import hoist
from graphopt.engine.loop import Loop, compile_loop

__all__ = ["Compiled", "Loop", "compile", "compile_loop", "hoist", "lift_bias"]
