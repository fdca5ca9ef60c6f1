"""The ways from a compiled problem to a verified point: local search, constraints, exact methods."""

from graphopt.routes.answer import answer
from graphopt.routes.found import Found

__all__ = ["Found", "answer"]
