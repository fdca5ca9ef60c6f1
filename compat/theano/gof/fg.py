"""`FunctionGraph`: a graph that knows who uses each variable, and that features watch."""

from pytensor.graph.fg import FunctionGraph as _FunctionGraph
from pytensor.graph.utils import InconsistencyError, MissingInputError

__all__ = ["CachedConstantError", "FunctionGraph", "InconsistencyError", "MissingInputError"]


class CachedConstantError(Exception):
    """Raised for a cached constant in a function graph; nothing here caches them in a way that would hurt."""


class FunctionGraph(_FunctionGraph):
    """The graph between `inputs` and `outputs`.

    Parameters
    ----------
    inputs, outputs : list of Variable
    features : list of Feature, optional
    clone : bool
        Whether to work on a copy.
    update_mapping : dict, optional
        Output position -> position of the input it is the new value of.
    """

    def __init__(self, inputs, outputs, features=None, clone=True, update_mapping=None):
        super().__init__(
            list(inputs), list(outputs), features=features, clone=clone, update_mapping=update_mapping
        )

    def replace(self, r, new_r, reason=None, verbose=None):
        """Use `new_r` where `r` was used."""
        return super().replace(r, new_r, reason=reason, verbose=verbose)

    def disown(self):
        """Let the variables be used by another graph: here they always may."""

    def orderings(self):
        """Return the dict of nodes to the nodes that must run before them beyond what they need."""
        return super().orderings()
