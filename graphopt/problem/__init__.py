"""What is asked: variables, their boxes, an objective."""

from graphopt.problem.compiled import CompiledProblem, compile_problem
from graphopt.problem.problem import Problem
from graphopt.problem.variables import Variable

__all__ = ["CompiledProblem", "Problem", "Variable", "compile_problem"]
