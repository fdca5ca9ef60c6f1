"""What a graph is made of: affine forms and groups of nonlinear elements."""

from graphopt.structure import lower_elementwise as _elementwise  # noqa: F401  (they register operations)
from graphopt.structure import lower_inner_graphs as _inner_graphs  # noqa: F401
from graphopt.structure import lower_linear as _linear  # noqa: F401
from graphopt.structure import lower_moves as _moves  # noqa: F401
from graphopt.structure import lower_order as _order  # noqa: F401
from graphopt.structure import lower_recurrent as _recurrent  # noqa: F401
from graphopt.structure import lower_scan as _scan  # noqa: F401
from graphopt.structure import lower_windows as _windows  # noqa: F401
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
