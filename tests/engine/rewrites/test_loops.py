"""Sums of products in loops: taken out all at once, but not out of a loop that stops short.

The numbers of the truncated loop are the real Theano 1.0.5's.
"""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import dfs_rewriter
from pytensor.scan.op import Scan

from graphopt import engine
from graphopt.engine.rewrites import loops

LEFT, RIGHT = np.arange(40.0).reshape(5, 2, 4) / 40, np.arange(60.0).reshape(5, 4, 3) / 60


@pytest.fixture
def written(monkeypatch):
    """Return the loops that the rewrite writes from here on."""
    found = []

    def write(*args, **kwargs):
        found.append(Scan(*args, **kwargs))
        return found[-1]

    monkeypatch.setattr(loops, "Scan", write)
    return found


def _last_of(states):
    """Return the last row of the buffer that a loop fills: of which `states` leaves out the first."""
    return states.owner.inputs[0][-1]


def _taken_out(inputs, outputs):
    graph = FunctionGraph(inputs, outputs, clone=True)
    dfs_rewriter(loops.push_out_sums_of_products, ignore_newtrees=False).rewrite(graph)
    return graph, [node.op for node in graph.apply_nodes if isinstance(node.op, Scan)]


def test_all_sums_of_a_loop_are_taken_out_at_once(written):
    left, right = pt.dtensor3("left"), pt.dtensor3("right")
    functions = pt.tanh, pt.exp, pt.sin, pt.cos, pt.sqrt, pt.log1p

    def step(x, y, *sums):
        return [s + pt.dot(f(x), y) for s, f in zip(sums, functions, strict=True)]

    start = pt.ones((2, 3))
    sums = pytensor.scan(
        step, sequences=[left, right], outputs_info=[start] * len(functions), return_updates=False
    )
    graph, kept = _taken_out([left, right], [_last_of(s) for s in sums])
    assert kept == written
    assert len(written) == 1
    assert (kept[0].info.n_sit_sot, kept[0].info.n_nit_sot) == (0, len(functions))
    of_loops = engine.compile(graph.inputs, graph.outputs)(LEFT, RIGHT)
    for found, f in zip(of_loops, (np.tanh, np.exp, np.sin, np.cos, np.sqrt, np.log1p), strict=True):
        np.testing.assert_allclose(found, 1 + np.einsum("tij,tjk->ik", f(LEFT), RIGHT), rtol=1e-13)


def test_a_loop_that_only_adds_products_of_its_sequences_goes_away():
    left, right = pt.dtensor3("left"), pt.dtensor3("right")
    sums = pytensor.scan(
        lambda x, y, s: pt.dot(x, y) + s,
        sequences=[left, right],
        outputs_info=pt.zeros((2, 3)),
        return_updates=False,
    )
    graph, kept = _taken_out([left, right], [_last_of(sums)])
    assert not kept
    (found,) = engine.compile(graph.inputs, graph.outputs)(LEFT, RIGHT)
    np.testing.assert_allclose(found, np.einsum("tij,tjk->ik", LEFT, RIGHT), rtol=1e-13)


def test_a_sum_that_the_loop_itself_reads_stays_in_it():
    left, right = pt.dtensor3("left"), pt.dtensor3("right")
    sums, others = pytensor.scan(
        lambda x, y, s, o: [s + pt.dot(x, y), o * pt.tanh(s)],
        sequences=[left, right],
        outputs_info=[pt.ones((2, 3)), pt.ones((2, 3))],
        return_updates=False,
    )
    graph, (kept,) = _taken_out([left, right], [_last_of(sums), others[-1]])
    assert kept.info.n_sit_sot == 2
    last_sum, last_other = engine.compile(graph.inputs, graph.outputs)(LEFT, RIGHT)
    before = 1 + np.cumsum(LEFT @ RIGHT, axis=0) - LEFT @ RIGHT
    np.testing.assert_allclose(last_sum, 1 + (LEFT @ RIGHT).sum(0), rtol=1e-13)
    np.testing.assert_allclose(last_other, np.tanh(before).prod(0), rtol=1e-12)


def test_a_truncated_gradient_sums_over_the_steps_it_makes():
    mask, steps, start = pt.dmatrix("mask"), pt.dtensor3("steps"), pt.dmatrix("start")
    inner, outer = pytensor.shared(np.eye(3) * 0.5), pytensor.shared(np.eye(3))
    states = pytensor.scan(
        lambda m, x, h, w: m[:, None] * pt.tanh(x + pt.dot(h, w)) + (1 - m)[:, None] * h,
        sequences=[mask, pt.dot(steps, outer)],
        outputs_info=start,
        non_sequences=inner,
        truncate_gradient=2,
        n_steps=steps.shape[0],
        return_updates=False,
    )
    of_both = engine.compile([mask, steps, start], pytensor.grad((states**2).sum(), [inner, outer]))
    values = np.ones((5, 4)), np.arange(60.0).reshape(5, 4, 3) / 60, np.ones((4, 3))
    of_inner, of_outer = of_both(*values)
    np.testing.assert_allclose(of_inner[0], [3.25519064, 3.16107878, 3.06836951], rtol=1e-8)
    np.testing.assert_allclose(of_outer[2], [3.83628191, 3.72534431, 3.61607285], rtol=1e-8)
