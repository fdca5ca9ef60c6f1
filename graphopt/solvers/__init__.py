"""How an answer is looked for: local solvers, starts, and what comes back."""

from graphopt.solvers.lbfgsb import LBFGSB
from graphopt.solvers.multistart import MultiStart
from graphopt.solvers.solution import Solution, Status

__all__ = ["LBFGSB", "MultiStart", "Solution", "Status"]
