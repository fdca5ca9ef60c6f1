"""What is asked: variables, their boxes, an objective, constraints."""

from graphopt.problem.compiled import CompiledProblem, compile_problem
from graphopt.problem.constraints import Constraint, between, eq, geq, leq
from graphopt.problem.horizon import budget, hold, limit, rate, terminal
from graphopt.problem.problem import Problem
from graphopt.problem.scenarios import Scenarios
from graphopt.problem.trust import DataGuard
from graphopt.problem.variables import Variable

__all__ = [
    "CompiledProblem",
    "Constraint",
    "DataGuard",
    "Problem",
    "Scenarios",
    "Variable",
    "between",
    "budget",
    "compile_problem",
    "eq",
    "geq",
    "hold",
    "leq",
    "limit",
    "rate",
    "terminal",
]
