"""How a graph becomes a program: each operation as affine forms and groups of nonlinear elements."""

from graphopt.structure.lowering import elementwise as _elementwise  # noqa: F401  (they register operations)
from graphopt.structure.lowering import inner_graphs as _inner_graphs  # noqa: F401
from graphopt.structure.lowering import linear as _linear  # noqa: F401
from graphopt.structure.lowering import moves as _moves  # noqa: F401
from graphopt.structure.lowering import order as _order  # noqa: F401
from graphopt.structure.lowering import recurrent as _recurrent  # noqa: F401
from graphopt.structure.lowering import scan as _scan  # noqa: F401
from graphopt.structure.lowering import windows as _windows  # noqa: F401
from graphopt.structure.lowering.graph import NotLowered, lower

__all__ = ["NotLowered", "lower"]
