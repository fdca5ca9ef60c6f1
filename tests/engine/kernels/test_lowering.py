"""Graphs lowered to one kernel of loops, against the same graphs run line by line in NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt import engine, ops
from graphopt.engine import native
from graphopt.engine.graphs import flatten
from graphopt.engine.kernels.array_kernel import array_kernel
from graphopt.engine.kernels.native_call import NativeCall
from graphopt.engine.lines.linker import StraightLine
from graphopt.engine.rewrites.simplify import rewrite
from graphopt.errors import CompileError, OutOfRange

pytestmark = pytest.mark.skipif(native.available() == "off", reason="no C compiler and no numba")

RNG = np.random.default_rng(0)
A, B, C = pt.dmatrix("A"), pt.dmatrix("B"), pt.dtensor3("C")
v = pt.dvector("v")
VALUES = {
    A: RNG.normal(size=(5, 7)),
    B: RNG.normal(size=(7, 4)),
    C: RNG.normal(size=(3, 5, 7)),
    v: RNG.normal(size=7),
}


def both(outputs, inputs, values):
    """Return what the array kernel gives, and what NumPy gives."""
    flat = flatten(inputs, outputs)
    rewrite(flat.fgraph)
    states = [shared.get_value() for shared in flat.shared]
    shapes = [np.shape(x) for x in (*values, *states)]
    kernel = array_kernel(flat, shapes, None)
    call = NativeCall(kernel, native.build(kernel.source, "run"), shapes)
    with np.errstate(all="ignore"):
        expected = StraightLine(flat.fgraph)(*values, *states)
    return call(values, states), [np.asarray(e) for e in expected]


def agree(outputs, inputs, values, **tolerance):
    got, expected = both(outputs, inputs, values)
    for one, other in zip(got, expected, strict=True):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, **{"rtol": 1e-12, "atol": 1e-12, **tolerance})


GRAPHS = {
    "chain": lambda: pt.tanh(A * 2 + 1) * pt.exp(-(A**2)),
    "used twice": lambda: (lambda s: s * (1 - s))(pt.sigmoid(A)),
    "row broadcast": lambda: A + v[None, :],
    "column broadcast": lambda: A * A.sum(axis=1, keepdims=True),
    "outer product": lambda: v[:, None] * v[None, :],
    "sum of all": lambda: A.sum(),
    "sum over rows": lambda: (A**2).sum(axis=0),
    "sum over columns": lambda: (A**2).sum(axis=1),
    "sum over the middle": lambda: pt.exp(C).sum(axis=1),
    "sum over two axes": lambda: C.sum(axis=(0, 2)),
    "mean": lambda: C.mean(axis=-1),
    "product": lambda: A.prod(axis=0),
    "maximum over rows": lambda: A.max(axis=0),
    "minimum over columns": lambda: A.min(axis=1),
    "product of matrices": lambda: pt.dot(A, B),
    "product with a transpose": lambda: pt.dot(A, A.T),
    "transpose times": lambda: pt.dot(A.T, A),
    "product of slices": lambda: pt.dot(A[1:, ::2], B[::2, 1:3]),
    "product with reversed rows": lambda: pt.dot(A[::-1], B),
    "product with a vector": lambda: pt.dot(A, v),
    "vector with a product": lambda: pt.dot(v, B),
    "product of expressions": lambda: pt.dot(pt.tanh(A), pt.exp(B)),
    "inner axis of length one": lambda: pt.dot(A[:, :1], B[:1]),
    "transposed expression": lambda: pt.tanh(A).T + 1,
    "permuted": lambda: C.dimshuffle(2, 0, 1) * 2,
    "permuted and flattened": lambda: pt.tanh(C.dimshuffle(1, 0, 2).reshape((-1, 7))),
    "reshaped slices": lambda: A[:, 1:4].reshape((3, 5)) + 1,
    "last step": lambda: C[-1] - C[0],
    "negative steps": lambda: C[::-1, ::-2],
    "joined rows": lambda: pt.concatenate([A, pt.exp(A), A[:1]], axis=0),
    "joined columns": lambda: pt.concatenate([A, v[None, :4] + A[:, :4]], axis=1),
    "stacked": lambda: pt.stack([v, v**2, -v]),
    "split": lambda: (lambda p: p[0] * p[1])(pt.split(A[:, :6], [3, 3], axis=1)),
    "filled": lambda: pt.zeros_like(A) + pt.ones((5, 1)) * v,
    "set rows": lambda: pt.set_subtensor(A[1:3], 0.5),
    "set and used": lambda: A + pt.set_subtensor(A[:, 2], A[:, 3] * 2),
    "added into": lambda: pt.inc_subtensor(pt.zeros_like(A)[::2], A[::2] ** 2),
    "added into itself": lambda: pt.inc_subtensor(A[:2], A[2:4]),
    "written twice": lambda: pt.set_subtensor(pt.set_subtensor(pt.empty((6, 7))[:-1], A)[-1], v),
    "softmax": lambda: pt.special.softmax(A, axis=1),
    "log softmax of columns": lambda: pt.special.log_softmax(A, axis=0),
    "switch": lambda: pt.switch(A > 0, A, 0.1 * A),
    "compared": lambda: (A > 0) & (A < 1),
    "compared and counted": lambda: pt.cast(A > 0, "float64").sum(axis=0),
    "clipped": lambda: pt.clip(A, -0.5, 0.5),
    "maximum of two": lambda: pt.maximum(A, -A),
    "cast to float32": lambda: A.astype("float32") * np.float32(2),
    "constant array": lambda: A * np.arange(7.0),
    "constant number": lambda: pt.constant(np.full((5, 7), 2.0)) * A,
    "index vector": lambda: A * pt.arange(7),
    "scalar result": lambda: pt.dot(v, v) + A[0, 0],
    "input handed on": lambda: A,
    "view handed on": lambda: A.T[1:],
    "gradient of a network": lambda: pytensor.grad((pt.tanh(pt.dot(pt.tanh(pt.dot(A, B)), B.T))).sum(), B),
    "softplus": lambda: pt.softplus(A * 3),
    "rounded": lambda: pt.floor(A) + pt.ceil(A) + pt.round(A) + pt.sign(A),
    "powers": lambda: pt.abs(A) ** 1.5 + A**3,
    "logarithms": lambda: pt.log1p(A**2) + pt.log(1 + pt.exp(A)) + pt.expm1(A),
    "trigonometry": lambda: pt.sin(A) + pt.cos(A) + pt.arctan(A),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_a_lowered_graph_gives_what_numpy_gives(name):
    agree([GRAPHS[name]()], list(VALUES), list(VALUES.values()), rtol=1e-6 if "float32" in name else 1e-12)


def random_graph(rng, depth=12):
    """Return a random expression over A, B, C and v, of operations that networks are made of."""
    pool = [A, B, C, v, pt.dot(A, B)]
    for _ in range(depth):
        x = pool[rng.integers(len(pool))]
        kind = rng.integers(9)
        if kind == 0:
            x = pt.tanh(x)
        elif kind == 1:
            x = x * pt.sigmoid(x) + 0.5
        elif kind == 2 and x.ndim:
            x = x.sum(axis=int(rng.integers(x.ndim)), keepdims=bool(rng.integers(2)))
        elif kind == 3 and x.ndim > 1:
            x = x.dimshuffle(*(int(a) for a in rng.permutation(x.ndim)))
        elif kind == 4 and x.ndim:
            x = x[::-1] if rng.integers(2) else x[..., :1]
        elif kind == 5 and x.ndim == 2:
            x = pt.dot(x, x.T) * 0.1
        elif kind == 6 and x.ndim:
            x = pt.concatenate([x, x * 2], axis=int(rng.integers(x.ndim)))
        elif kind == 7 and x.ndim:
            x = pt.set_subtensor(x[:1], x[-1:] * 0.3)
        elif kind == 8 and x.ndim:
            x = x - x.max(axis=-1, keepdims=True)
        pool.append(x)
    return [pool[-1], pool[-2], sum((p**2).mean() for p in pool[-4:])]


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_and_their_gradients(seed):
    outputs = random_graph(np.random.default_rng(seed))
    wanted = [x for x in (A, B, C, v) if x in pytensor.graph.traversal.graph_inputs(outputs[-1:])]
    outputs += pytensor.grad(outputs[-1], wanted)
    agree(outputs, list(VALUES), list(VALUES.values()), rtol=1e-10, atol=1e-10)


def test_new_states_come_from_the_old_ones():
    a, b = (pytensor.shared(RNG.normal(size=(70, 40)), shape=(70, 40)) for _ in range(2))
    old = a.get_value(), b.get_value()
    x = pt.dvector("x")
    loop = engine.compile_loop(
        [x], [a.sum()], updates={a: b, b: pt.dot(a, pt.ones((40, 40))) + x[0]}, tier="fast"
    )
    (sums,) = loop([np.array([[1.0], [2.0]])])
    assert loop.report()["runs_as"] == "native"
    first = old[0] @ np.ones((40, 40)) + 1
    np.testing.assert_allclose(a.get_value(), first, rtol=1e-12)
    np.testing.assert_allclose(b.get_value(), old[1] @ np.ones((40, 40)) + 2, rtol=1e-12)
    np.testing.assert_allclose(sums, [old[0].sum(), old[1].sum()], rtol=1e-10)


def test_a_bad_index_stops_the_loop_where_it_stands():
    table = pytensor.shared(RNG.normal(size=(50, 60)), shape=(50, 60))
    words = pt.lvector("words")
    rows = ops.take_rows(table, words)
    updates = {table: table - 0.1 * pytensor.grad((rows**2).sum(), table)}
    data = RNG.integers(0, 50, size=(6, 4))
    data[4, 2] = 50
    results = {}
    for tier in ("now", "fast"):
        table.set_value(np.ones((50, 60)))
        with pytest.raises(OutOfRange, match="50"):
            engine.compile_loop([words], [rows.sum()], updates=updates, tier=tier)([data])
        results[tier] = table.get_value()
    assert (results["now"] != 1).any()
    np.testing.assert_allclose(results["fast"], results["now"], rtol=1e-14)


def test_calls_see_new_weights_and_new_shapes():
    W = pytensor.shared(RNG.normal(size=(60, 50)))
    x = pt.dmatrix("x")
    call = engine.compile([x], pt.tanh(pt.dot(x, W)).sum(axis=1), tier="fast")
    for rows, columns in ((3, 50), (5, 50), (3, 50), (3, 20)):
        W.set_value(RNG.normal(size=(60, columns)))
        value = RNG.normal(size=(rows, 60))
        np.testing.assert_allclose(call(value), np.tanh(value @ W.get_value()).sum(axis=1), rtol=1e-12)
    assert call.report()["runs_as"] == "native"


def test_results_of_calls_belong_to_the_caller():
    x = pt.dvector("x")
    call = engine.compile([x], [x * 2, pt.outer(x, x)], tier="fast")
    first, square = call(np.arange(60.0))
    call(np.ones(60))
    np.testing.assert_array_equal(first, np.arange(60.0) * 2)
    np.testing.assert_array_equal(square, np.outer(np.arange(60.0), np.arange(60.0)))


def test_calls_that_do_not_lie_in_order_are_copied():
    x = pt.dmatrix("x")
    call = engine.compile([x], pt.exp(x), tier="fast")
    value = RNG.normal(size=(90, 60))
    for view in (value.T, value[::2, ::-1], np.asfortranarray(value)):
        np.testing.assert_allclose(call(view), np.exp(view), rtol=1e-14)


@pytest.mark.parametrize(
    "make",
    [
        lambda: A[pt.cast(v[0], "int64")],
        lambda: pt.sort(A),
        lambda: pt.linalg.inv(pt.dot(A, A.T)),
        lambda: A.astype("complex128") * 2,
    ],
)
def test_what_has_no_kernel_form_says_so(make):
    with pytest.raises(CompileError):
        both([make()], list(VALUES), list(VALUES.values()))


@pytest.mark.parametrize("size", [3, 80])
def test_single_calls_update_shared_variables(size):
    results = {}
    x = pt.dvector("x")
    for tier in ("now", "fast"):
        W = pytensor.shared(np.eye(size), shape=(size, size))
        b = pytensor.shared(np.zeros(size), shape=(size,))
        cost = ((pt.dot(W, x) + b - 1) ** 2).sum()
        updates = {w: w - 0.01 * g for w, g in zip((W, b), pytensor.grad(cost, [W, b]))}
        step = engine.compile([x], cost, updates=updates, tier=tier)
        first = W.get_value(borrow=True)
        costs = [step(np.full(size, 0.1 * k)) for k in range(5)]
        np.testing.assert_array_equal(first, np.eye(size))  # the old array is nobody's to overwrite
        results[tier] = [*costs, W.get_value(), b.get_value()]
        assert step.report()["runs_as"] == {"now": "numpy", "fast": "native"}[tier]
    for got, expected in zip(results["fast"], results["now"], strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


class Softened(Op):
    """A test operation that says what it computes as a graph."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = np.tanh(inputs[0]) + 1

    def expanded(self, inputs):
        return [pt.tanh(inputs[0]) + 1]


@pytest.mark.parametrize("shape", [(3,), (40, 70)])
def test_operations_that_tell_their_graph_become_part_of_kernels(shape):
    v = pt.tensor("v", dtype="float64", shape=(None,) * len(shape))
    fn = engine.compile([v], Softened()(v * 2).sum(), tier="fast")
    value = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape)
    np.testing.assert_allclose(fn(value), (np.tanh(2 * value) + 1).sum(), rtol=1e-12)
    assert fn.report()["runs_as"] == "native"
