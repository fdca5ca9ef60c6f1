"""Expressions of theano.tensor and what Theano 1.0.5 makes of them.

Run with a Python that has Theano 1.0.5 (3.7, numpy < 1.20) it writes theano_core.json beside itself: for each
case the dtype, broadcast pattern and value of each result, or the class of the error. The tests import CASES.
"""

import json
import os
import sys

import numpy as np

M = np.array([[0.5, -1.25, 2.0], [3.0, 0.0, -0.75]])
V = np.array([1.5, -2.0, 0.25])
I = np.array([2, 0, 1])
ROW = np.array([[1.0, 2.0, 3.0]])
C3 = np.arange(24.0).reshape(2, 3, 4) / 7

#: name -> (how the inputs are declared, function of theano.tensor and the inputs)
CASES = {}


def case(name, declared, make):
    CASES[name] = (declared, make)


VALUES = {
    "dmatrix": M,
    "dvector": V,
    "lvector": I,
    "drow": ROW,
    "dtensor3": C3,
    "dscalar": np.array(1.5),
    "lscalar": np.array(2),
    "bvector": np.array([100, -100, 7], dtype="int8"),
    "fvector": V.astype("float32"),
    "imatrix": np.array([[1, 2], [3, 4]], dtype="int32"),
    "cvector": (V + 1j * V[::-1]).astype("complex64"),
    "bmatrix": np.array([[1, 0], [0, 1]], dtype="int8"),
}

_OF_FLOATS = "exp log1p sqrt sinh inv erf gammaln expm1 exp2 isnan isinf"
_OF_ALL = """
    sqr tanh sin cos arctan arcsinh floor ceil trunc sgn neg abs_
    round_half_to_even round_half_away_from_zero rad2deg deg2rad
"""
_OF_TWO = "add sub mul true_div maximum minimum lt gt le ge eq neq pow arctan2 mod int_div"
_OVER_AXES = "sum prod mean var std max min argmax argmin any all"

for _name in _OF_FLOATS.split() + _OF_ALL.split():
    case("elementwise " + _name, ["dvector"], lambda T, x, n=_name: getattr(T, n)(x))
for _name in _OF_ALL.split():
    case("elementwise of int8 " + _name, ["bvector"], lambda T, x, n=_name: getattr(T, n)(x))
for _name in _OF_TWO.split():
    case("binary " + _name, ["dmatrix", "drow"], lambda T, x, y, n=_name: getattr(T, n)(abs(x) + 1, y))
    case("binary of integers " + _name, ["lvector", "bvector"], lambda T, x, y, n=_name: getattr(T, n)(x, y))
for _name in _OVER_AXES.split():
    for _axis in (None, 0, 1, (0, 1)):
        _reduce = lambda T, x, n=_name, a=_axis: getattr(T, n)(x, axis=a)  # noqa: E731
        case(f"reduce {_name} over {_axis}", ["dmatrix"], _reduce)
    _keep = lambda T, x, n=_name: getattr(T, n)(x, axis=1, keepdims=True)  # noqa: E731
    case(f"reduce {_name} keepdims", ["dmatrix"], _keep)
case("sum of int8", ["bvector"], lambda T, x: T.sum(x))
case("mean of int8", ["bvector"], lambda T, x: T.mean(x))
case("sum of float32", ["fvector"], lambda T, x: T.sum(x))
case("sum with dtype", ["fvector"], lambda T, x: T.sum(x, dtype="float64"))
case("max_and_argmax", ["dmatrix"], lambda T, x: T.max_and_argmax(x, axis=1))
case("ptp", ["dmatrix"], lambda T, x: T.ptp(x, axis=1))
case("int / int", ["lvector"], lambda T, x: x / 2)
case("int // int", ["lvector"], lambda T, x: x // 2)
case("float32 * python float", ["fvector"], lambda T, x: x * 0.1)
case("float32 + int64", ["fvector", "lvector"], lambda T, x, i: x + i)
case("int8 + 1", ["bvector"], lambda T, x: x + 1)
case("int8 + 1000", ["bvector"], lambda T, x: x + 1000)
case("int8 * 1.5", ["bvector"], lambda T, x: x * 1.5)
case("-x, abs(x), x ** 2", ["dvector"], lambda T, x: [-x, abs(x), x**2])
case("2 - x, 2 / x, 2 ** x", ["dvector"], lambda T, x: [2 - x, 2 / x, 2**x])
case("divmod", ["lvector"], lambda T, x: divmod(x, 2))
case("ceil_intdiv", ["lvector"], lambda T, x: T.ceil_intdiv(x, 2))
case("switch", ["dmatrix"], lambda T, x: T.switch(T.gt(x, 0), x, 0))
case("clip", ["dvector"], lambda T, x: T.clip(x, -1, 1))
case("cast", ["dvector"], lambda T, x: T.cast(x, "int16"))
case("isclose", ["dvector"], lambda T, x: T.isclose(x, x + 1e-9))
case("complex parts", ["cvector"], lambda T, z: [T.real(z), T.imag(z), abs(z), T.conj(z)])
case("bit operations", ["bmatrix"], lambda T, x: [x & 1, x | 2, x ^ 3, ~x])
case("reshape", ["dmatrix"], lambda T, x: [x.reshape((3, 2)), x.reshape((-1,)), T.reshape(x, (1, 6))])
case("flatten", ["dtensor3"], lambda T, x: [x.flatten(), T.flatten(x, 2), x.ravel()])
case("dimshuffle", ["dmatrix"], lambda T, x: [x.dimshuffle(1, "x", 0), x.T, x.dimshuffle("x", 0, 1)])
case(
    "shape_pad", ["dvector"], lambda T, x: [T.shape_padleft(x, 2), T.shape_padright(x), T.shape_padaxis(x, 1)]
)
case("swapaxes", ["dtensor3"], lambda T, x: T.swapaxes(x, 0, 2))
case("transpose", ["dtensor3"], lambda T, x: T.transpose(x, (2, 0, 1)))
case("shape and size", ["dmatrix"], lambda T, x: [x.shape, x.size, x.shape[0]])
case(
    "broadcast patterns",
    ["dmatrix"],
    lambda T, x: [
        T.unbroadcast(x.sum(axis=0, keepdims=True), 0),
        T.addbroadcast(x[:1], 0),
        T.patternbroadcast(x[:, :1], (False, True)),
    ],
)
case("join", ["dmatrix"], lambda T, x: [T.join(0, x, x), T.concatenate([x, x], axis=1), T.join(-1, x, x)])
case("stack", ["dvector"], lambda T, x: [T.stack([x, x]), T.stack([x, x], axis=1), T.stack([x[0], x[1], 3])])
case("stacklists", ["dscalar"], lambda T, x: T.stacklists([[x, 2 * x], [3 * x, 4 * x]]))
case("horizontal and vertical", ["dmatrix"], lambda T, x: [T.horizontal_stack(x, x), T.vertical_stack(x, x)])
case("split", ["dvector"], lambda T, x: T.split(x, [1, 2], 2, axis=0))
case(
    "tile and repeat",
    ["dvector"],
    lambda T, x: [T.tile(x, 2), T.tile(x, (2, 1)), T.repeat(x, 2), T.repeat(x, [1, 0, 2])],
)
case("roll", ["dmatrix"], lambda T, x: [T.roll(x, 1, axis=1), T.roll(x, -2)])
case(
    "alloc and friends",
    ["lscalar"],
    lambda T, n: [T.alloc(1.5, n, 3), T.zeros((n, 2)), T.ones((2, 1)), T.eye(n), T.eye(n, 3, 1)],
)
case("like", ["imatrix"], lambda T, x: [T.zeros_like(x), T.ones_like(x, dtype="float32"), T.identity_like(x)])
case("arange", ["lscalar"], lambda T, n: [T.arange(n), T.arange(1, n + 3, 2), T.arange(0.0, 1.0, 0.25)])
case("triangles", ["dmatrix"], lambda T, x: [T.tri(3, 4, 1), T.tril(x), T.triu(x, 1)])
case("grids", ["lscalar"], lambda T, n: list(T.mgrid[0:n, 0:3]) + list(T.ogrid[0:n, 0:3]))
case(
    "dot",
    ["dmatrix", "dvector"],
    lambda T, x, v: [T.dot(x, v), T.dot(v, v), x.dot(x.T), T.dot(v, x.T), T.dot(2, v)],
)
case(
    "dot of tensors",
    ["dtensor3", "dmatrix"],
    lambda T, c, x: [T.dot(c, c[0].T), T.tensordot(c, x, [[1], [1]]), T.tensordot(c, c, 2 * [[0, 1]])],
)
case(
    "batched",
    ["dtensor3"],
    lambda T, c: [T.batched_dot(c, c.dimshuffle(0, 2, 1)), T.batched_tensordot(c, c, [[1], [1]])],
)
case("outer", ["dvector"], lambda T, v: T.outer(v, v))
case(
    "diagonals",
    ["dmatrix", "dvector"],
    lambda T, x, v: [T.diag(v), T.diag(x), T.diagonal(x, 1), T.diag(v, -1), x.diagonal()],
)
case(
    "indexing",
    ["dmatrix", "lscalar"],
    lambda T, x, n: [x[0], x[:, 1], x[-1, ::-1], x[n - 1], x[0:1], x[:, None, 1], x[..., n]],
)
case(
    "indexing by arrays",
    ["dmatrix", "lvector"],
    lambda T, x, i: [
        x[[1, 0, 1]],
        x[:, i],
        x[[0, 1], [2, 0]],
        x[i % 2],
        x[T.gt(x, 0).nonzero()],
        x[T.gt(x, 0)],
    ],
)
case(
    "take",
    ["dmatrix", "lvector"],
    lambda T, x, i: [T.take(x, i), x.take(i, axis=1), T.take(x, [[0, 1]], axis=0)],
)
case(
    "set_subtensor",
    ["dmatrix", "dvector"],
    lambda T, x, v: [T.set_subtensor(x[0], v), T.inc_subtensor(x[:, 1], 2), T.set_subtensor(x[:, 0:2], 7)],
)
case(
    "inc_subtensor of rows",
    ["dmatrix", "dvector"],
    lambda T, x, v: [T.inc_subtensor(x[[0, 0, 1]], v), T.set_subtensor(x[[1]], v)],
)
case(
    "nonzero",
    ["dmatrix"],
    lambda T, x: list(T.nonzero(x)) + [T.flatnonzero(x), T.nonzero_values(x), x.nonzero(True)],
)
case("choose", ["lvector", "dmatrix"], lambda T, i, x: T.choose(i % 2, x))
case(
    "permute",
    ["dvector", "lvector"],
    lambda T, x, i: [T.permute_row_elements(x, i), T.inverse_permutation(i)],
)
case("sort", ["dmatrix"], lambda T, x: [T.sort(x), T.argsort(x, 0), x.sort(axis=0)])
case("cumulative", ["dmatrix"], lambda T, x: [T.cumsum(x, axis=1), T.cumprod(x), x.cumsum(axis=0)])
case("norm", ["dvector"], lambda T, x: [x.norm(2), x.norm(1)])
case("cov", ["dmatrix"], lambda T, x: T.cov(x))
case("smallest and largest", ["dvector"], lambda T, x: [T.smallest(x, 0 * x, 1 + x), T.largest(x, 0 * x)])
case(
    "constants",
    [],
    lambda T: [T.constant(3), T.constant(2.5), T.constant([1, 2, 3]), T.as_tensor_variable([[1.0], [2.0]])],
)
case("drop a long axis", ["dmatrix"], lambda T, x: x.dimshuffle(0))
case("too many indices", ["dvector"], lambda T, x: x[0, 0])
case("join of different ranks", ["dmatrix", "dvector"], lambda T, x, v: T.join(0, x, v))
case("unfit lengths", ["dmatrix", "lvector"], lambda T, x, i: x[:, :2] + i)
case("index out of range", ["dvector"], lambda T, x: x[7])
case("axis out of range", ["dvector"], lambda T, x: T.sum(x, axis=1))
case("bool of a comparison", ["dscalar"], lambda T, x: bool(x > 0))
case("iterate a vector", ["dvector"], lambda T, x: list(x))


def outcome(theano, name):
    """Return the results of a case as (dtype, pattern, value), or the name of the error's class."""
    T = theano.tensor
    declared, make = CASES[name]
    inputs = [getattr(T, kind)(f"x{i}") for i, kind in enumerate(declared)]
    try:
        made = make(T, *inputs)
        outputs = list(made) if isinstance(made, (list, tuple)) else [made]
        f = theano.function(inputs, outputs, on_unused_input="ignore")
        values = f(*[VALUES[kind] for kind in declared])
    except Exception as error:
        return type(error).__name__
    return [(str(v.dtype), list(o.type.broadcastable), v) for o, v in zip(outputs, values)]


def numbers(value):
    """Return an array as lists; those of complex numbers hold the real and the imaginary part in turn."""
    value = np.asarray(value)
    return (value.astype(complex).view(float) if value.dtype.kind == "c" else value).tolist()


if __name__ == "__main__":
    import theano

    recorded = {}
    for name in CASES:
        found = outcome(theano, name)
        if not isinstance(found, str):
            found = [[dtype, pattern, numbers(value)] for dtype, pattern, value in found]
        recorded[name] = found
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "theano_core.json"), "w") as file:
        json.dump(recorded, file, indent=0, sort_keys=True)
    print(len(recorded), "cases on", theano.__version__, sys.version.split()[0])
