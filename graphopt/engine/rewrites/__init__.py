"""What is done to a graph before it is written out."""

from graphopt.engine.rewrites.bias import lift_bias
from graphopt.engine.rewrites.simplify import rewrite

__all__ = ["lift_bias", "rewrite"]
