"""Shapes of what loops stack are those of the arrays, and little of the inside is asked for them."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.fg import FunctionGraph
from pytensor.scan.op import Scan
from pytensor.scan.utils import until
from pytensor.tensor.elemwise import Elemwise

from graphopt import engine
from graphopt.engine.rewrites.loop_shapes import LazyLoopShapes

STEPS, WEIGHTS = np.arange(30.0).reshape(5, 2, 3) / 30, np.ones((3, 4))
steps, weights = pt.dtensor3("steps"), pt.dmatrix("weights")


def _stacked(step, outputs_info=None, **kwargs):
    outputs_info = [None] if outputs_info is None else outputs_info
    kwargs = {"sequences": [steps], "non_sequences": [weights], **kwargs}
    return pytensor.scan(step, outputs_info=outputs_info, return_updates=False, **kwargs)


LOOPS = {
    "elementwise": lambda: _stacked(lambda x, w: x * pt.tanh(x) + x.sum(0, keepdims=True)),
    "product": lambda: _stacked(lambda x, w: pt.exp(pt.dot(x, w)) * 2),
    "one operand stretches": lambda: _stacked(lambda x, w: w[0][None, None, :] + x[:, :1, None]),
    "slices of length 1": lambda: _stacked(lambda x, w: w[:1, :1] * x[:1, :1] + 1),
    "each operand tells one length": lambda: _stacked(lambda x, w: w[0, :, None] - x[0][None, :]),
    "shape of another": lambda: _stacked(lambda x, w: x.reshape((x.shape[1] * 1, x.shape[0]))),
    "a length from outside": lambda: _stacked(lambda x, w: pt.zeros(w.shape) + x.sum()),
    "a length of joined ones": lambda: _stacked(lambda x, w: pt.concatenate([x.T, w], axis=1)),
    "a slice": lambda: _stacked(lambda x, w: (x * 2)[:, 1:]),
    "no steps back": lambda: _stacked(lambda x, w: w, n_steps=3),
    "a state and a stack": lambda: _stacked(
        lambda x, s, w: [s + x.sum(0), pt.outer(s, x[0])], [weights[:, 0], None]
    )[1],
    "a loop that stops": lambda: _stacked(lambda x, w: (x[0] * 2, until(x.sum() > 2))),
    "a loop inside": lambda: _stacked(
        lambda x, w: pytensor.scan(lambda r: pt.dot(r, w), sequences=[x], return_updates=False)
    ),
}


def _graph(output):
    graph = FunctionGraph([steps, weights], [output], clone=True)
    graph.attach_feature(LazyLoopShapes())
    return graph, graph.shape_feature.shape_of[graph.outputs[0]]


@pytest.mark.parametrize("name", LOOPS)
def test_shapes_are_those_of_the_arrays(name):
    graph, shape = _graph(LOOPS[name]())
    outputs = [graph.outputs[0], *map(pt.as_tensor_variable, shape)]
    value, *lengths = engine.compile(graph.inputs, outputs)(STEPS, WEIGHTS)
    assert tuple(map(int, lengths)) == value.shape


def test_elementwise_results_inside_are_asked_for_nothing(monkeypatch):
    asked = []
    infer_shape = Elemwise.infer_shape
    monkeypatch.setattr(Elemwise, "infer_shape", lambda *args: asked.append(args[2]) or infer_shape(*args))

    def step(x, w):
        for _ in range(20):
            x = pt.tanh(x) + pt.cos(x) * pt.sin(x)
        return x

    graph, shape = _graph(_stacked(step))
    (loop,) = (node for node in graph.apply_nodes if isinstance(node.op, Scan))
    assert sum(isinstance(node.op, Elemwise) for node in loop.op.fgraph.apply_nodes) == 100
    assert not [node for node in asked if node in loop.op.fgraph.apply_nodes]
    assert not any(isinstance(length.owner and length.owner.op, Elemwise) for length in shape[1:])
