"""One node adds up what a loop added one by one; what it may not take in stays apart."""

import pytensor.tensor as pt
import pytest
from pytensor.graph.fg import FunctionGraph

from graphopt.engine.rewrites import rewrite
from graphopt.engine.rewrites.sums import flatten_sums

m, v, w = pt.dmatrix("m"), pt.dvector("v"), pt.dvector("w")
few = pt.bvector("few")


def _numbers_of_operands(output, *inputs):
    """Return how many operands each node of the rewritten graph has, inputs before outputs."""
    fgraph = FunctionGraph(list(inputs), [output], clone=True)
    rewrite(fgraph)
    return [len(node.inputs) for node in fgraph.toposort()]


@pytest.mark.parametrize("one_more", [lambda s, x: s + x, lambda s, x: x * s], ids=["sum", "product"])
def test_a_loop_of_additions_becomes_one_node(one_more):
    terms = [pt.dvector() for _ in range(300)]
    total = terms[0]
    for term in terms[1:]:
        total = one_more(total, term)
    assert _numbers_of_operands(total, *terms) == [300]


def test_a_sum_read_elsewhere_stays():
    both = v + w
    fgraph = FunctionGraph([v, w], [w + (both + w), pt.exp(both)], clone=True)
    (flat,) = flatten_sums.transform(fgraph, fgraph.outputs[0].owner)
    assert [operand.owner is None for operand in flat.owner.inputs] == [True, False, True]


def test_a_sum_in_bytes_wraps_around_in_bytes():
    fgraph = FunctionGraph([few, v], [(few + few) + pt.cast(v, "int32")], clone=True)
    assert not flatten_sums.transform(fgraph, fgraph.outputs[0].owner)


def test_a_sum_of_vectors_is_not_added_row_by_row():
    fgraph = FunctionGraph([m, v, w], [m + (v + w)[None, :]], clone=True)
    assert not flatten_sums.transform(fgraph, fgraph.outputs[0].owner)
