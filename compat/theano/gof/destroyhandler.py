"""The feature that orders nodes around those that overwrite their inputs."""

from pytensor.graph.destroyhandler import DestroyHandler, inplace_candidates
from pytensor.graph.utils import InconsistencyError

__all__ = ["DestroyHandler", "InconsistencyError", "fast_inplace_check", "inplace_candidates"]


def fast_inplace_check(inputs):
    """Return those of `inputs` that a new node may overwrite, as far as can be seen at once."""
    graph = inputs[0].fgraph
    return inplace_candidates(graph, inputs)
