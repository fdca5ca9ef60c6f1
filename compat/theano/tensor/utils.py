"""Hashes of arrays, and the shapes of all variables of a graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import theano
from ..gof.utils import hash_from_code

__all__ = ["hash_from_ndarray", "shape_of_variables"]


def hash_from_ndarray(data: np.ndarray) -> str:
    """Return a hash of an array's content, shape, strides and dtype."""
    data = np.ascontiguousarray(data) if not data.flags["C_CONTIGUOUS"] else data
    parts = (data, str(data.shape), str(data.strides), str(data.dtype))
    return hash_from_code("".join(map(hash_from_code, parts)))


def shape_of_variables(fgraph: Any, input_shapes: dict) -> dict:
    """Return variable -> its shape, for all variables of `fgraph`, from the shapes of its inputs.

    Parameters
    ----------
    fgraph : FunctionGraph
        Gets a `ShapeFeature` if it has none. Make it with ``clone=False`` to use your own variables as keys.
    input_shapes : dict
        Input -> tuple of integers.

    Raises
    ------
    ValueError
        If a key is not an input of `fgraph`.
    """
    if not hasattr(fgraph, "shape_feature"):
        fgraph.attach_feature(theano.tensor.opt.ShapeFeature())
    shape_of = fgraph.shape_feature.shape_of
    if any(given not in fgraph.inputs for given in input_shapes):
        raise ValueError(
            "input_shapes keys aren't in the fgraph.inputs. FunctionGraph() interface changed. Now by "
            "default, it clones the graph it receives. To have the old behavior, give it this new parameter "
            "`clone=False`."
        )
    input_lengths = [length for given in fgraph.inputs for length in shape_of[given]]
    lengths = [length for shape in shape_of.values() for length in shape]
    compute = theano.function(input_lengths, lengths, on_unused_input="ignore")
    values = iter(compute(*(length for given in fgraph.inputs for length in input_shapes[given])))
    return {variable: tuple(next(values) for _ in shape) for variable, shape in shape_of.items()}
