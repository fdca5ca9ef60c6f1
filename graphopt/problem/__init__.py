"""What is asked: variables, their boxes, an objective."""

from graphopt.problem.compiled import CompiledProblem, compile_problem
from graphopt.problem.expression_problem import expression_problem
from graphopt.problem.network_problem import is_network, network_problem
from graphopt.problem.problem import Problem
from graphopt.problem.variables import Variable

__all__ = ["CompiledProblem", "Problem", "Variable", "compile_problem", "expression_problem", "is_network", "network_problem"]
