"""What a graph is made of: affine forms and groups of nonlinear elements."""

from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program, Structure

__all__ = ["Form", "Group", "Program", "Structure"]
