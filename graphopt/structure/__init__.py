"""What a graph is made of: affine forms and groups of nonlinear elements."""

from graphopt.structure.description import describe
from graphopt.structure.forms import Form
from graphopt.structure.lowering import NotLowered, lower
from graphopt.structure.problem_program import program_and_limits, program_of
from graphopt.structure.program import Group, Program, Structure

__all__ = [
    "Form",
    "Group",
    "NotLowered",
    "Program",
    "Structure",
    "describe",
    "lower",
    "program_and_limits",
    "program_of",
]
