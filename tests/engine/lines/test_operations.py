"""Every kind of operation against PyTensor's own `perform`: values, shapes and dtypes."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from engine.python_vm import assert_same, performed
from graphopt import engine

rng = np.random.default_rng(1)
X = rng.normal(size=(4, 3))
CUBE = rng.normal(size=(2, 4, 3))
V = rng.normal(size=5)
I = np.array([2, 0, 2, 1])
HOLES = np.array([[1.0, np.nan, 3.0], [0.5, 0.25, np.nan]])
SQUARE = X.T @ X + np.eye(3)
MASK = X > 0

REDUCTIONS = {
    "sum": (lambda x: x.sum(), X),
    "sum over rows": (lambda x: x.sum(axis=0), X),
    "sum over columns, kept": (lambda x: x.sum(axis=1, keepdims=True), X),
    "sum over two of three axes": (lambda x: x.sum(axis=(0, 2)), CUBE),
    "sum over the last axis": (lambda x: x.sum(axis=-1), CUBE),
    "sum over no axes": (lambda x: x.sum(axis=()), X),
    "sum of a scalar": (lambda x: x.sum(), np.array(2.5)),
    "sum of int8": (lambda x: x.sum(), np.full(100, 100, "int8")),
    "sum of int8 as float32": (lambda x: x.sum(dtype="float32"), np.full(100, 100, "int8")),
    "sum of float32": (lambda x: x.sum(axis=0), X.astype("float32")),
    "sum of bool": (lambda x: x.sum(), MASK),
    "sum of complex": (lambda x: x.sum(0), X + 1j),
    "sum of nothing": (lambda x: x.sum(), np.empty(0)),
    "product": (lambda x: x.prod(axis=1), X),
    "product of uint8": (lambda x: x.prod(), np.full(5, 7, "uint8")),
    "product of nothing": (lambda x: x.prod(), np.empty((0, 3))),
    "mean": (lambda x: x.mean(axis=0), X),
    "mean of int32": (lambda x: x.mean(), np.arange(5, dtype="int32")),
    "variance": (lambda x: x.var(axis=1), X),
    "standard deviation": (lambda x: x.std(axis=0), X),
    "max": (lambda x: x.max(), X),
    "max over rows": (lambda x: x.max(axis=0), X),
    "max of NaN": (lambda x: x.max(axis=1), HOLES),
    "min of NaN": (lambda x: x.min(axis=1), HOLES),
    "max of int8": (lambda x: x.max(axis=0), np.array([[1, -5], [-7, 3]], "int8")),
    "max of bool": (lambda x: pt.max(x.astype("int8"), axis=0), MASK),
    "min over two axes": (lambda x: x.min(axis=(0, 1)), CUBE),
    "all": (lambda x: pt.all(x > 0, axis=0), X),
    "any": (lambda x: pt.any(x > 1), X),
    "argmax": (lambda x: x.argmax(), X),
    "argmax over columns": (lambda x: pt.argmax(x, axis=1), X),
    "argmax over two axes": (lambda x: pt.argmax(x, axis=(0, 2)), CUBE),
    "argmin": (lambda x: pt.argmin(x, axis=0), X),
    "argmax of NaN": (lambda x: pt.argmax(x, axis=1), HOLES),
    "max and argmax": (lambda x: pt.max_and_argmax(x, axis=1)[0] + pt.max_and_argmax(x, axis=1)[1], X),
    "cumsum": (lambda x: pt.cumsum(x), X),
    "cumsum over rows": (lambda x: pt.cumsum(x, axis=0), X),
    "cumprod": (lambda x: pt.cumprod(x, axis=1), X),
    "softmax": (lambda x: pt.special.softmax(x, axis=-1), X * 300),
    "softmax over rows": (lambda x: pt.special.softmax(x, axis=0), X),
    "softmax over everything": (lambda x: pt.special.softmax(x, axis=None), X),
    "softmax of a vector": (lambda x: pt.special.softmax(x), V),
    "softmax of float32": (lambda x: pt.special.softmax(x, axis=1), X.astype("float32")),
    "log softmax": (lambda x: pt.special.log_softmax(x, axis=1), X * 300),
    "log softmax over rows": (lambda x: pt.special.log_softmax(x, axis=0), X),
    "logsumexp": (lambda x: pt.logsumexp(x, axis=1), X),
    "norm": (lambda x: x.norm(2), V),
    "percentile by sort": (lambda x: pt.sort(x)[2], V),
}

SHAPES = {
    "reshape": (lambda x: x.reshape((2, -1)), X),
    "reshape by a variable": (lambda x: x.reshape((x.shape[1], x.shape[0])), X),
    "flatten": (lambda x: x.flatten(), CUBE),
    "flatten to a matrix": (lambda x: x.flatten(2), CUBE),
    "transpose": (lambda x: x.T, X),
    "transpose of three axes": (lambda x: x.transpose(1, 2, 0), CUBE),
    "new axes and a swap": (lambda x: x.dimshuffle(1, "x", 0, "x"), X),
    "squeeze": (lambda x: pt.squeeze(x[:, :1], axis=1), X),
    "scalar to a matrix": (lambda x: x.dimshuffle("x", "x"), np.array(1.5)),
    "expand dims": (lambda x: pt.expand_dims(x, (0, 2)), X),
    "join": (lambda x: pt.concatenate([x, x * 2], axis=1), X),
    "join of several dtypes": (lambda x: pt.concatenate([x, x.astype("int8")]), X),
    "stack": (lambda x: pt.stack([x, -x], axis=1), X),
    "split": (lambda x: pt.split(x, [1, 2], n_splits=2, axis=1)[1], X),
    "tile": (lambda x: pt.tile(x, (2, 1)), X),
    "repeat": (lambda x: pt.repeat(x, 2, axis=0), X),
    "repeat by row": (lambda x: pt.repeat(x, np.array([1, 0, 2, 1]), axis=0), X),
    "roll": (lambda x: pt.roll(x, 2, axis=0), X),
    "diff": (lambda x: pt.diff(x, axis=0), X),
    "diagonal of a matrix": (lambda x: pt.diag(x[:3]), X),
    "matrix of a diagonal": (lambda x: pt.diag(x), V),
    "eye": (lambda x: pt.eye(x.shape[0], 4, 1), V),
    "tri": (lambda x: pt.tri(x.shape[0], 4, -1), V),
    "lower triangle": (lambda x: pt.tril(x), X),
    "arange": (lambda x: pt.arange(x.shape[0]), V),
    "arange of floats": (lambda x: pt.arange(0.0, x.shape[0], 0.5), V),
    "zeros like": (lambda x: pt.zeros_like(x, dtype="int8"), X),
    "full": (lambda x: pt.full((2, x.shape[0]), x[0]), V),
    "alloc of a vector": (lambda x: pt.alloc(x, 3, x.shape[0]), V),
    "alloc of minus zero": (lambda x: pt.alloc(-0.0, x.shape[0]), V),
    "broadcast to": (lambda x: pt.broadcast_to(x, (2, x.shape[0])), V),
    "shape": (lambda x: x.shape, X),
    "size": (lambda x: x.size, CUBE),
    "specify shape": (lambda x: pt.specify_shape(x, (4, None)), X),
    "outer": (lambda x: pt.outer(x, x), V),
    "pad": (lambda x: pt.pad(x, ((1, 2), (0, 1))), X),
    "flip": (lambda x: pt.flip(x, axis=0), X),
    "atleast": (lambda x: pt.atleast_3d(x), X),
    "swapaxes": (lambda x: pt.swapaxes(x, 0, 2), CUBE),
    "moveaxis": (lambda x: pt.moveaxis(x, 0, -1), CUBE),
    "ravel of a multi index": (lambda x: pt.ravel_multi_index((x, x), (4, 5)), I),
    "sort": (lambda x: pt.sort(x, axis=0), X),
    "argsort": (lambda x: pt.argsort(x, axis=1), X),
    "unique": (lambda x: pt.unique(x), I),
    "bincount": (lambda x: pt.bincount(x), I),
    "searchsorted": (lambda x: pt.searchsorted(pt.sort(x), x * 0.5), V),
    "choose": (lambda x: pt.choose(x, [x * 2, x + 1, x]), I),
    "one-hot": (lambda x: pt.extra_ops.to_one_hot(x, 4), I),
    "nonzero": (lambda x: pt.nonzero(x > 0)[1], X),
    "fill diagonal": (lambda x: pt.fill_diagonal(x, 5.0), X),
}

INDEXING = {
    "a row": (lambda x: x[1], X),
    "an element": (lambda x: x[1, 2], X),
    "from the end": (lambda x: x[-1, -2:], X),
    "backwards": (lambda x: x[::-1, ::2], X),
    "backwards from the middle": (lambda x: x[2:0:-1], X),
    "by a variable": (lambda x: x[x.shape[0] - 1], X),
    "slice by a variable": (lambda x: x[1 : x.shape[0] - 1], X),
    "new axis": (lambda x: x[:, None, 1:], X),
    "ellipsis": (lambda x: x[..., 0], CUBE),
    "rows": (lambda x: x[I], X),
    "columns": (lambda x: x[:, I], X),
    "rows and columns": (lambda x: x[I, I[::-1] % 3], X),
    "array, slice, array": (lambda x: x[np.array([0, 1]), 1:3, np.array([2, 0])], CUBE),
    "slice and arrays": (lambda x: x[:, np.array([0, 1]), np.array([2, 0])], CUBE),
    "array, new axis and slice": (lambda x: x[I, None, ::-1], X),
    "matrix of rows": (lambda x: x[np.array([[0, 1], [2, 3]])], X),
    "mask": (lambda x: x[x > 0], X),
    "mask of rows": (lambda x: x[x[:, 0] > 0], X),
    "mask and column": (lambda x: x[x[:, 0] > 0, 1], X),
    "take": (lambda x: pt.take(x, I, axis=0), X),
    "labels": (lambda x: x[pt.arange(x.shape[0]), I], X),
    "set a row": (lambda x: pt.set_subtensor(x[1], 5.0), X),
    "set a slice": (lambda x: pt.set_subtensor(x[1:3, ::2], x[:2, ::2] * 2), X),
    "set backwards": (lambda x: pt.set_subtensor(x[::-1], x), X),
    "set an element": (lambda x: pt.set_subtensor(x[1, 2], 7), X),
    "set everything": (lambda x: pt.set_subtensor(x[:], x * 2), X),
    "set by mask": (lambda x: pt.set_subtensor(x[x > 0], 0.5), X),
    "set rows twice": (lambda x: pt.set_subtensor(x[I], 9.0), X),
    "set labels": (lambda x: pt.set_subtensor(x[pt.arange(4), I], 0.0), X),
    "set array and slice": (lambda x: pt.set_subtensor(x[I, 1:], 1.0), X),
    "add to a row": (lambda x: pt.inc_subtensor(x[1], 5.0), X),
    "add to a slice": (lambda x: pt.inc_subtensor(x[1:, :2], 1.0), X),
    "add to rows twice": (lambda x: pt.inc_subtensor(x[I], 1.0), X),
    "add to labels": (lambda x: pt.inc_subtensor(x[pt.arange(4), I], -1.0), X),
    "add to columns twice": (lambda x: pt.inc_subtensor(x[:, I], 1.0), X),
    "add where a mask holds": (lambda x: pt.inc_subtensor(x[x > 0], 1.0), X),
    "add once": (lambda x: pt.inc_subtensor(x[I], 1.0, ignore_duplicates=True), X),
    "add array, slice, array": (lambda x: pt.inc_subtensor(x[[0, 0], 1:3, [2, 2]], 1.0), CUBE),
    "add integers": (lambda x: pt.inc_subtensor(x[1:], 2), I),
    "set into a copy twice": (lambda x: pt.set_subtensor(pt.set_subtensor((x * 2)[0], 1.0)[1], 2.0), X),
}

ALGEBRA = {
    "matrix and matrix": (lambda x: pt.dot(x, x.T), X),
    "matrix and vector": (lambda x: pt.dot(x, x[0]), X),
    "vector and matrix": (lambda x: pt.dot(x[:, 0], x), X),
    "vector and vector": (lambda x: pt.dot(x, x), V),
    "integers": (lambda x: pt.dot(x, x), I),
    "float32 and float64": (lambda x: pt.dot(x.astype("float32"), x.T), X),
    "matmul of batches": (lambda x: pt.matmul(x, x.transpose(0, 2, 1)), CUBE),
    "matmul of a batch and a matrix": (lambda x: pt.matmul(x, x[0].T), CUBE),
    "tensordot": (lambda x: pt.tensordot(x, x, axes=[[0, 1], [0, 1]]), CUBE),
    "inverse": (lambda x: pt.linalg.inv(x), SQUARE),
    "determinant": (lambda x: pt.linalg.det(x), SQUARE),
    "solve": (lambda x: pt.linalg.solve(x, x[0]), SQUARE),
    "cholesky": (lambda x: pt.linalg.cholesky(x), SQUARE),
    "singular values": (lambda x: pt.linalg.svd(x, compute_uv=False), X),
    "eigenvalues": (lambda x: pt.linalg.eigh(x)[0], SQUARE),
    "trace": (lambda x: pt.trace(x), SQUARE),
    "kron": (lambda x: pt.linalg.kron(x, x), SQUARE),
    "matrix power": (lambda x: pt.linalg.matrix_power(x, 3), SQUARE),
    "convolution": (lambda x: pt.signal.convolve1d(x, x[:2]), V),
}

TABLES = {"reductions": REDUCTIONS, "shapes": SHAPES, "indexing": INDEXING, "algebra": ALGEBRA}
ROWS = [pytest.param(*row, id=f"{t}: {name}") for t, table in TABLES.items() for name, row in table.items()]


@pytest.mark.parametrize(("function", "value"), ROWS)
def test_results_are_those_of_perform(function, value):
    x = pt.TensorType(value.dtype, shape=(None,) * value.ndim)("x")
    output = function(x)
    kept = value.copy()
    [got] = engine.compile([x], [output])(value)
    low = output.dtype in ("float32", "complex64")
    assert_same([got], [np.asarray(performed(output, [(x, value)]))], rtol=1e-6 if low else 1e-11, atol=1e-12)
    np.testing.assert_array_equal(value, kept)
    got[...] = 0  # a result belongs to the caller
    np.testing.assert_array_equal(value, kept)
    again = engine.compile([x], [output])(value)
    assert_same(again, [np.asarray(performed(output, [(x, value)]))], rtol=1e-6 if low else 1e-11, atol=1e-12)


REFUSED = {
    "max of nothing": (lambda x: x.max(), np.empty(0), ValueError),
    "argmax of nothing": (lambda x: x.argmax(), np.empty(0), ValueError),
    "row out of range": (lambda x: x[x.shape[0]], X, IndexError),
    "rows out of range": (lambda x: x[I + 2], X, IndexError),
    "label out of range": (lambda x: x[pt.arange(4), I + 1], X, IndexError),
    "set out of range": (lambda x: pt.set_subtensor(x[x.shape[0]], 0.0), X, IndexError),
    "set rows out of range": (lambda x: pt.set_subtensor(x[I + 2], 0.0), X, IndexError),
    "add out of range": (lambda x: pt.inc_subtensor(x[I + 2], 1.0), X, IndexError),
    "set with the wrong shape": (lambda x: pt.set_subtensor(x[:2], x), X, ValueError),
    "product of unfit shapes": (lambda x: pt.dot(x, x), X, ValueError),
    "reshape to another size": (lambda x: x.reshape((5, 5)), X, ValueError),
    "wrong specified shape": (lambda x: pt.specify_shape(x, (5, 3)), X, AssertionError),
    "join of unfit shapes": (lambda x: pt.concatenate([x, x.T]), X, ValueError),
    "singular matrix": (lambda x: pt.linalg.inv(x * 0), SQUARE, np.linalg.LinAlgError),
    "failed assertion": (
        lambda x: pt.switch(pytensor.raise_op.Assert("no")(x > 9, x.sum() > 99), 1, 0),
        X,
        AssertionError,
    ),
    "squeeze of a long axis": (lambda x: pt.squeeze(x, axis=1), X, ValueError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_errors_name_the_operation_and_its_shapes(case):
    function, value, expected = REFUSED[case]
    x = pt.TensorType(value.dtype, shape=(None,) * value.ndim)("x")
    fn = engine.compile([x], function(x))
    with pytest.raises(expected, match=r"(?s)Apply node that caused the error: .*came with shape") as caught:
        fn(value)
    text = f"{caught.value} {getattr(caught.value, '__notes__', '')}"
    if case in ("product of unfit shapes", "row out of range", "join of unfit shapes"):
        assert "test_operations.py" in text  # where it was written


class Doubled(Op):
    """A user's own operation."""

    def make_node(self, x):
        x = pt.as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0] * 2


class DoubledInPlace(Doubled):
    """One that destroys its input, as it says."""

    destroy_map = {0: [0]}  # noqa: RUF012

    def perform(self, node, inputs, outputs):
        inputs[0] *= 2
        outputs[0][0] = inputs[0]


@pytest.mark.parametrize("op", [Doubled(), DoubledInPlace()])
def test_users_operations_run_and_do_not_change_the_input(op):
    x = pt.dvector("x")
    value = V.copy()
    np.testing.assert_array_equal(engine.compile([x], op(x) + 1)(value), V * 2 + 1)
    np.testing.assert_array_equal(value, V)


def test_nothing_returned_is_shared():
    """Inputs, shared values, constants and other outputs keep their values when a result is overwritten."""
    x = pt.dmatrix("x")
    W = pytensor.shared(np.ones((3, 4)), name="W", borrow=True)
    constant = pt.constant(np.arange(6.0).reshape(2, 3))
    twice = x * 2
    outputs = [
        x,
        x.T,
        x[0],
        W,
        W[0],
        W.T,
        constant,
        constant.T,
        twice,
        twice,
        twice[0],
        twice.T,
        x[:, None].flatten(),
    ]
    other = pytensor.shared(np.zeros((3, 4)), name="other")
    fn = engine.compile([x], outputs, updates={other: W, W: W + 0 * other})
    value = X.copy()
    first = fn(value)
    kept = [f.copy() for f in first]
    for i, result in enumerate(first):
        result[...] = np.nan
        for j in range(i + 1, len(first)):
            np.testing.assert_array_equal(first[j], kept[j])
    np.testing.assert_array_equal(value, X)
    np.testing.assert_array_equal(W.get_value(), np.ones((3, 4)))
    np.testing.assert_array_equal(other.get_value(), np.ones((3, 4)))
    other.get_value(borrow=True)[...] = 7
    np.testing.assert_array_equal(W.get_value(), np.ones((3, 4)))
    assert_same(fn(value), kept)


def test_scalars_come_back_as_arrays():
    x, s, n = pt.dvector("x"), pt.dscalar("s"), pt.lscalar("n")
    outputs = [
        s,
        s * 2,
        x.sum(),
        x[0],
        x.shape[0],
        pt.switch(s > 0, s, n),
        pt.constant(2.0),
        n // 2,
        pt.argmax(x),
    ]
    results = engine.compile([x, s, n], outputs)(V, 0.5, 3)
    for result, output in zip(results, outputs):
        assert type(result) is np.ndarray
        assert result.shape == ()
        assert result.dtype == output.dtype


@pytest.mark.filterwarnings(
    "ignore:RandomStream is deprecated",
    "ignore:RandomVariable Ops will stop",
    "ignore:Setting default_update",
)
def test_random_streams_follow_their_seed_and_move_on():
    draws = []
    for _ in range(2):
        stream = pt.random.RandomStream(seed=5)
        fn = engine.compile([], [stream.normal(size=3), stream.uniform(size=2)])
        draws.append([fn(), fn()])
    for one, other in zip(*draws):
        assert_same(one, other)
    assert not np.array_equal(draws[0][0][0], draws[0][1][0])


def test_print_prints_and_hands_on(capsys):
    x = pt.dvector("x")
    result = engine.compile([x], pytensor.printing.Print("here")(x) * 2)(V)
    np.testing.assert_array_equal(result, V * 2)
    assert "here" in capsys.readouterr().out


def test_inner_graphs_are_inlined():
    x, y = pt.dvectors("x", "y")
    inner = pytensor.compile.builders.OpFromGraph([x, y], [x * y, x + y])
    a, b = pt.dvectors("a", "b")
    product, total = inner(a, b)
    outputs = [product, total, *pytensor.grad((product * total).sum(), [a, b])]
    got = engine.compile([a, b], outputs)(V, V * 2)
    np.testing.assert_allclose(got[0], 2 * V**2)
    np.testing.assert_allclose(got[1], 3 * V)
    np.testing.assert_allclose(got[2], V * 2 * 3 * V + 2 * V**2)


def test_einsum():
    x = pt.dtensor3("x")
    got = engine.compile([x], pt.einsum("bij,bkj->bik", x, x))(CUBE)
    np.testing.assert_allclose(got, np.einsum("bij,bkj->bik", CUBE, CUBE))


def test_sparse_products():
    sparse = pytest.importorskip("scipy.sparse")
    from pytensor import sparse as ps

    x = pt.dmatrix("x")
    S = ps.csr_matrix("S")
    value = sparse.csr_matrix(np.diag([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_allclose(engine.compile([S, x], ps.dot(S, x))(value, X), value @ X)
