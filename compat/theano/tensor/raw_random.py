"""Random draws as functions of a `numpy.random.RandomState`: each takes a state and returns the next one.

``new_state, sample = uniform(state, size=(3, 4))`` draws what ``RandomState.uniform`` does, bit for bit.
`theano.tensor.shared_randomstreams.RandomStreams` keeps the states for you.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import in2out, node_rewriter

from graphopt.engine.lines.linker import numpy_funcify

from ... import theano
from .. import gof, tensor
from .advance import funcify_draw

Shape = Any
"""A tuple of integers and scalar variables, an integer vector, or None for the shape of the arguments."""


class RandomStateType(gof.Type):
    """The type of variables that hold a `numpy.random.RandomState`; two are equal if they draw the same."""

    def __str__(self) -> str:
        return "RandomStateType"

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        if self.is_valid_value(data):
            return data
        raise TypeError(f"Expected a numpy.random.RandomState, got {data!r} of type {type(data).__name__}.")

    def is_valid_value(self, a: Any, strict: bool = True) -> bool:
        return type(a) is np.random.RandomState

    def values_eq(self, a: np.random.RandomState, b: np.random.RandomState) -> bool:
        """Return whether `a` and `b` draw the same numbers from here on."""
        one, other = a.get_state(), b.get_state()
        same = one[0] == other[0] and np.array_equal(one[1], other[1]) and one[2:4] == other[2:4]
        return same and (one[3] == 0 or one[4] == other[4])

    def values_eq_approx(self, a: np.random.RandomState, b: np.random.RandomState) -> bool:
        return self.values_eq(a, b)

    def get_shape_info(self, obj: Any) -> None:
        return None

    def get_size(self, shape_info: Any) -> int:
        """Return the bytes of a state: name, 624 words, position, flag and the kept normal draw."""
        return len("MT19937") + 624 * 4 + 3 * 8

    @staticmethod
    def may_share_memory(a: Any, b: Any) -> bool:
        return a is b


random_state_type = RandomStateType()


class RandomFunction(gof.Op):
    """Draws with a method of `numpy.random.RandomState`: ``(state, shape, *args) -> (new state, sample)``.

    Parameters
    ----------
    fn : str or callable
        The method's name, or any ``fn(random_state, *args, shape)``.
    outtype : TensorType
        The type of the sample.
    inplace : bool
        Whether the given state itself is advanced.
    ndim_added : int
        How many dimensions the sample has beyond those of the shape.
    """

    __props__ = ("fn", "outtype", "inplace", "ndim_added")
    advances_state = True  # its first input, into its first output

    def __init__(self, fn: Any, outtype: Any, inplace: bool = False, ndim_added: int = 0) -> None:
        self.__setstate__([fn, outtype, inplace, ndim_added])

    def __getstate__(self) -> dict:
        return {k: v for k, v in self.__dict__.items() if k not in ("exec_fn", "destroy_map")}

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.__dict__.update(state)
            state = [state[name] for name in self.__props__]
        self.fn, self.outtype, self.inplace, self.ndim_added = state
        self.exec_fn = getattr(np.random.RandomState, self.fn) if isinstance(self.fn, str) else self.fn
        if self.inplace:
            self.destroy_map = {0: [0]}

    def __str__(self) -> str:
        return f"RandomFunction{{{self.exec_fn.__name__}}}"

    def make_node(self, r: Variable, shape: Shape, *args: Any) -> Apply:
        """Return the node that draws from `r`; `shape` may be empty: the smallest shape that fits `args`."""
        empty = isinstance(shape, tuple) and not shape
        shape = tensor.as_tensor_variable(shape, ndim=1)
        if empty:
            shape = shape.astype("int64")
        assert shape.type.ndim == 1
        assert shape.type.dtype in ("int64", "int32")
        if not isinstance(r.type, RandomStateType):
            print("WARNING: RandomState instances should be in RandomStateType", file=sys.stderr)
        inputs = [r, shape, *map(tensor.as_tensor_variable, args)]
        return gof.Apply(self, inputs, [r.type(), self.outtype()])

    def infer_shape(self, node: Apply, i_shapes: Sequence) -> list:
        shape = node.inputs[1]
        if self.ndim_added != 0 or len(getattr(shape, "data", "unknown")) == 0:
            raise tensor.ShapeError("The shape of this sample depends on its arguments.")
        return [None, [shape[i] for i in range(node.outputs[1].ndim)]]

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        r, shape, *args = inputs
        new_state, sample = self.draw(r, shape, args, node.outputs[1].type.dtype)
        output_storage[0][0], output_storage[1][0] = new_state, sample

    def draw(
        self, r: np.random.RandomState, shape: Sequence, args: list, dtype: str
    ) -> tuple[Any, np.ndarray]:
        """Return the next state and the sample drawn from `r`.

        Raises
        ------
        ValueError
            If the sample is not of the shape, or has not the dimensions, that were promised.
        """
        assert type(r) is np.random.RandomState, (type(r), r)
        size = tuple(int(length) for length in shape) or None
        ndim, added = self.outtype.ndim, self.ndim_added
        if size is not None and ndim != len(size) + added:
            raise ValueError(
                f"Shape mismatch: self.outtype.ndim ({ndim}) != len(shape) ({len(size)}) + "
                f"self.ndim_added ({added})"
            )
        if not self.inplace:
            r = copy.deepcopy(r)  # a shallow copy would share the generator
        sample = _as_dtype(self.exec_fn(r, *args, size), dtype)
        if size is None and sample.ndim == 0:
            sample = sample.reshape((1,) * ndim)
        if sample.ndim != ndim:
            raise ValueError(
                f'Shape mismatch: "out" should have dimension {ndim}, but the value produced by "perform" '
                f"has dimension {sample.ndim}"
            )
        if size is not None and sample.shape[: ndim - max(added, 0)] != size:
            promised = f"shape starting with {size}" if added else f"shape {size}"
            raise ValueError(
                f'Shape mismatch: "out" should have {promised}, but the value produced by "perform" has '
                f"shape {sample.shape}"
            )
        return r, sample

    def grad(self, inputs: Sequence, outputs: Sequence) -> list:
        why = "No gradient defined through raw random numbers op"
        return [theano.gradient.grad_undefined(self, k, i, why) for k, i in enumerate(inputs)]

    def R_op(self, inputs: Sequence, eval_points: Sequence) -> list:
        return [None] * len(eval_points)


numpy_funcify.register(RandomFunction, funcify_draw)


def _as_dtype(sample: Any, dtype: str) -> np.ndarray:
    """Return `sample` as an array of `dtype`; integers drawn as floats wrap as integers do."""
    sample = np.asarray(sample)
    if sample.dtype.kind == "f" and np.dtype(dtype).kind in "iu":
        sample = sample.astype(np.int64)
    return sample.astype(dtype, copy=False)


@node_rewriter([RandomFunction])
def random_make_inplace(fgraph: Any, node: Apply) -> list | bool:
    """Let a draw advance the state it is given instead of a copy."""
    op = node.op
    if isinstance(op, RandomFunction) and not op.inplace:
        inplace = RandomFunction(op.fn, op.outtype, inplace=True, ndim_added=op.ndim_added)
        return inplace.make_node(*node.inputs).outputs
    return False


optdb.register(
    "random_state_make_inplace",  # PyTensor has one of the other name
    in2out(random_make_inplace, ignore_newtrees=True),
    "fast_run",
    "inplace",
    position=99,
)


# ------------------------------------------------------------------------------------------- shapes


def _infer_ndim_bcast(
    ndim: int | None, shape: Shape, *args: Variable
) -> tuple[int, Variable, tuple[bool, ...]]:
    """Return the number of dimensions, the shape as an int64 vector, and the broadcast pattern of a sample.

    An entry -1 of a tuple `shape` is the length that the `args` have there.
    """
    if isinstance(shape, tuple | list):
        if ndim is None:
            ndim = len(shape)
        elif len(shape) != ndim:
            raise ValueError(
                "ndim should be equal to len(shape), but\n",
                f"ndim = {ndim}, len(shape) = {len(shape)}, shape = {shape}",
            )
        lengths = [_length(i, s, ndim, args) for i, s in enumerate(shape)]
        bcast = [not hasattr(s, "type") and s == 1 for s in lengths]
        v_shape = tensor.stack(list(map(tensor.as_tensor_variable, lengths))) if lengths else _no_lengths()
    elif shape is None:
        if not args:
            raise TypeError("_infer_ndim_bcast cannot infer shape without either shape or args")
        return _infer_ndim_bcast(None, (-1,) * max(a.ndim for a in args), *args)
    else:
        v_shape = tensor.as_tensor_variable(shape)
        if v_shape.ndim != 1:
            raise TypeError(f"shape must be a vector or list of scalar, got '{v_shape}'")
        if ndim is None:
            ndim = tensor.get_vector_length(v_shape)
        bcast = [False] * ndim
    if v_shape.ndim != 1:
        raise TypeError(f"shape must be a vector or list of scalar, got '{v_shape}'")
    if v_shape.dtype not in tensor.integer_dtypes:
        raise TypeError("shape must be an integer vector or list", v_shape.dtype)
    args_ndim = max((a.ndim for a in args), default=0)
    if args_ndim > ndim:
        raise ValueError("ndim should be at least as big as required by args value", (ndim, args_ndim), args)
    assert ndim == len(bcast)
    return ndim, tensor.cast(v_shape, "int64"), tuple(bcast)


def _no_lengths() -> Variable:
    return tensor.constant([], dtype="int64")


def _length(i: int, s: Any, ndim: int, args: Sequence[Variable]) -> Any:
    """Return `s`, entry `i` of `ndim` of a shape, with -1 replaced by the length the `args` have there."""
    if hasattr(s, "type") or s >= 0:
        return s
    if s != -1:
        raise ValueError("negative shape", s)
    axes = [(a, i + a.ndim - ndim) for a in args if i >= ndim - a.ndim]
    if not axes:
        raise ValueError("Auto-shape of -1 must overlap with the shape of one of the broadcastable inputs")
    return next((a.shape[axis] for a, axis in axes if not a.broadcastable[axis]), 1)


def _generate_broadcasting_indices(out_shape: Sequence[int], *shapes: Sequence[int]) -> list[list[tuple]]:
    """Return the indices of an array of `out_shape`; for each of `shapes`, those of what broadcasts to it.

    Raises
    ------
    ValueError
        If a length is neither 1 nor the one of `out_shape`.
    """
    out_shape = tuple(out_shape)
    for shape in shapes:
        for dim, (length, wanted) in enumerate(zip(shape, out_shape)):
            if length not in (1, wanted):
                raise ValueError(
                    f"shape[{dim}] ({length}) should be equal to out_shape[{dim}] ({wanted}) or to 1",
                    shape,
                    out_shape,
                    shapes,
                )
    everywhere = list(np.ndindex(*out_shape))
    return [everywhere] + [
        [tuple(i if n == m else 0 for i, n, m in zip(index, shape, out_shape)) for index in everywhere]
        for shape in shapes
    ]


def _fitted(what: str, array: np.ndarray, ndim: int, size: Any, extra: int = 0) -> np.ndarray:
    """Return `array` with axes of length 1 in front up to `ndim` (beside `extra` ones at the end)."""
    missing = ndim + extra - array.ndim
    if missing < 0:
        name = f"{what}.ndim-{extra}" if extra else f"{what}.ndim"
        raise ValueError(
            f"{name} ({array.ndim - extra}) should not be larger than len(size) ({ndim})", array, size
        )
    return array.reshape((1,) * missing + array.shape)


# -------------------------------------------------------------------------------------------- draws


def uniform(random_state, size=None, low=0.0, high=1.0, ndim=None, dtype=None):
    """Draw between `low` and `high`.

    Without a `size` the sample has the shape of the arguments. `ndim` says how many dimensions a symbolic
    `size` stands for. Without a `dtype` it is that of the arguments, and no less than floatX.
    """
    return _draw_real("uniform", random_state, size, low, high, ndim, dtype)


def normal(random_state, size=None, avg=0.0, std=1.0, ndim=None, dtype=None):
    """Draw from the normal distribution around `avg` with standard deviation `std`; see `uniform`."""
    return _draw_real("normal", random_state, size, avg, std, ndim, dtype)


def _draw_real(fn, random_state, size, first, second, ndim, dtype):
    first, second = tensor.as_tensor_variable(first), tensor.as_tensor_variable(second)
    if dtype is None:
        dtype = theano.scalar.upcast(theano.config.floatX, first.dtype, second.dtype)
    ndim, size, bcast = _infer_ndim_bcast(ndim, size, first, second)
    op = RandomFunction(fn, tensor.TensorType(dtype=dtype, broadcastable=bcast))
    return op(random_state, size, first, second)


def binomial(random_state, size=None, n=1, p=0.5, ndim=None, dtype="int64", prob=None):
    """Draw how many of `n` trials succeed, each with probability `p`; `prob` is the old name of `p`."""
    if prob is not None:
        p = prob
        print(_PROB_IS_P, file=sys.stderr)
    n, p = tensor.as_tensor_variable(n), tensor.as_tensor_variable(p)
    ndim, size, _ = _infer_ndim_bcast(ndim, size, n, p)
    op = RandomFunction("binomial", tensor.TensorType(dtype=dtype, broadcastable=(False,) * ndim))
    return op(random_state, size, n, p)


_PROB_IS_P = "DEPRECATION WARNING: the parameter prob of binomial has been renamed to p, as in NumPy."


def random_integers_helper(random_state, low, high, size):
    """Return integers from `low` to `high`, both included, of any shapes that broadcast to `size`."""
    out_ndim = len(size) if size is not None else max(low.ndim, high.ndim)
    low, high = _fitted("low", low, out_ndim, size), _fitted("high", high, out_ndim, size)
    out_size = tuple(size) if size is not None else tuple(map(max, low.shape, high.shape))
    low, high = (np.broadcast_to(bound.astype(np.int64), out_size) for bound in (low, high))
    return random_state.randint(low, high + 1, dtype=np.int64).astype(np.float64)


def random_integers(random_state, size=None, low=0, high=1, ndim=None, dtype="int64"):
    """Draw integers from `low` to `high`, both included."""
    low, high = tensor.as_tensor_variable(low), tensor.as_tensor_variable(high)
    ndim, size, bcast = _infer_ndim_bcast(ndim, size, low, high)
    op = RandomFunction(random_integers_helper, tensor.TensorType(dtype=dtype, broadcastable=bcast))
    return op(random_state, size, low, high)


def choice_helper(random_state, a, replace, p, size):
    """Return ``random_state.choice``; an empty `p` stands for None."""
    if a.ndim > 1:
        raise ValueError(f"a.ndim ({a.ndim}) must be 0 or 1")
    if p.ndim != 1:
        raise ValueError(f"p.ndim ({p.ndim}) must be 1")
    return random_state.choice(a, size, bool(replace), p if p.size else None)


def choice(random_state, size=None, a=2, replace=True, p=None, ndim=None, dtype="int64"):
    """Draw values of the vector `a`, or of 0, ..., a - 1, with probabilities `p`."""
    a = tensor.as_tensor_variable(a)
    if isinstance(replace, bool):
        replace = tensor.constant(replace, dtype="int8")
    else:
        replace = tensor.as_tensor_variable(replace)
    no_p = p is None or (np.isscalar(p) and not p)
    p = tensor.as_tensor_variable([] if no_p else p)
    ndim, size, bcast = _infer_ndim_bcast(ndim, size)
    op = RandomFunction(choice_helper, tensor.TensorType(dtype=dtype, broadcastable=bcast))
    return op(random_state, size, a, replace, p)


def poisson(random_state, size=None, lam=1.0, ndim=None, dtype="int64"):
    """Draw counts from the Poisson distribution with mean `lam`; `size` or `ndim` must be given."""
    lam = tensor.as_tensor_variable(lam)
    ndim, size, bcast = _infer_ndim_bcast(ndim, size)
    op = RandomFunction("poisson", tensor.TensorType(dtype=dtype, broadcastable=bcast))
    return op(random_state, size, lam)


def permutation_helper(random_state, n, shape):
    """Return as many permutations of 0, ..., n - 1 as `shape` asks for: ``(*shape, n)``."""
    assert n.shape == ()
    n = int(n.item())
    shape = () if shape is None else tuple(shape)
    out = np.empty((*shape, n), int)
    for i in np.ndindex(*shape):
        out[i] = random_state.permutation(n)
    return out


def permutation(random_state, size=None, n=1, ndim=None, dtype="int64"):
    """Draw permutations of 0, ..., n - 1, as many as `size` asks for; the sample has one dimension more."""
    if size is None or (isinstance(size, tuple) and not size):
        if ndim not in (None, 1):
            raise TypeError("You asked for just one permutation but asked for more then 1 dimensions.")
        ndim, size, bcast = 1, (), ()
    else:
        ndim, size, bcast = _infer_ndim_bcast(ndim, size)
    outtype = tensor.TensorType(dtype=dtype, broadcastable=(*bcast, False))
    return RandomFunction(permutation_helper, outtype, ndim_added=1)(random_state, size, n)


def multinomial_helper(random_state, n, pvals, size):
    """Return counts of outcomes for `n` and rows of `pvals` of any shapes that broadcast to `size`."""
    ndim = len(size) if size is not None else max(n.ndim, pvals.ndim - 1)
    n, pvals = _fitted("n", n, ndim, size), _fitted("pvals", pvals, ndim, size, extra=1)
    out_size = tuple(size) if size is not None else tuple(map(max, n.shape, pvals.shape[:-1]))
    out = np.empty((*out_size, pvals.shape[-1]))
    assert pvals.min() >= 0
    for mi, ni, pi in zip(*_generate_broadcasting_indices(out_size, n.shape, pvals.shape[:-1])):
        row = pvals[pi]
        total = np.sum(row)
        # NumPy refuses rows that rounding has left a little above 1
        if 1.0 < total < 1.0 + 1e-5 or row[-1] < 5e-5:
            row = row * (1.0 - 5e-5)
            total = np.sum(row)
        assert total <= 1.0, total
        out[mi] = random_state.multinomial(n=n[ni], pvals=row.astype("float64"))
    return out


def multinomial(random_state, size=None, n=1, pvals=(0.5, 0.5), ndim=None, dtype="int64"):
    """Draw how often each outcome comes in `n` trials whose probabilities are the last axis of `pvals`.

    The sample has the shape `size`, or that of `n` and of `pvals` without its last axis; then that axis.
    An entry -1 of `size` is the length that `pvals` has there.
    """
    n, pvals = tensor.as_tensor_variable(n), tensor.as_tensor_variable(pvals)
    rows = pvals.T[0].T  # of the shape without the last axis
    ndim, size, bcast = _infer_ndim_bcast(ndim, size, n, rows)
    outtype = tensor.TensorType(dtype=dtype, broadcastable=(*bcast, pvals.type.broadcastable[-1]))
    return RandomFunction(multinomial_helper, outtype, ndim_added=1)(random_state, size, n, pvals)


class RandomStreamsBase:
    """The draws of this module as methods; the subclass knows the state: ``gen(draw, *args, **kwargs)``."""

    def binomial(self, size=None, n=1, p=0.5, ndim=None, dtype="int64", prob=None):
        """Return how many of `n` trials succeed, each with probability `p`."""
        if prob is not None:
            p = prob
            print(_PROB_IS_P, file=sys.stderr)
        return self.gen(binomial, size, n, p, ndim=ndim, dtype=dtype)

    def uniform(self, size=None, low=0.0, high=1.0, ndim=None, dtype=None):
        """Return numbers between `low` and `high`."""
        return self.gen(uniform, size, low, high, ndim=ndim, dtype=dtype)

    def normal(self, size=None, avg=0.0, std=1.0, ndim=None, dtype=None):
        """Return numbers from the normal distribution around `avg` with standard deviation `std`."""
        return self.gen(normal, size, avg, std, ndim=ndim, dtype=dtype)

    def random_integers(self, size=None, low=0, high=1, ndim=None, dtype="int64"):
        """Return integers from `low` to `high`, both included."""
        return self.gen(random_integers, size, low, high, ndim=ndim, dtype=dtype)

    def choice(self, size=None, a=2, replace=True, p=None, ndim=None, dtype="int64"):
        """Return values of the vector `a`, or of 0, ..., a - 1, with probabilities `p`."""
        return self.gen(choice, size, a, replace, p, ndim=ndim, dtype=dtype)

    def poisson(self, size=None, lam=None, ndim=None, dtype="int64"):
        """Return counts from the Poisson distribution with mean `lam`."""
        return self.gen(poisson, size, lam, ndim=ndim, dtype=dtype)

    def permutation(self, size=None, n=1, ndim=None, dtype="int64"):
        """Return permutations of 0, ..., n - 1."""
        return self.gen(permutation, size, n, ndim=ndim, dtype=dtype)

    def multinomial(self, size=None, n=1, pvals=(0.5, 0.5), ndim=None, dtype="int64"):
        """Return how often each outcome comes in `n` trials with probabilities `pvals`."""
        return self.gen(multinomial, size, n, pvals, ndim=ndim, dtype=dtype)

    def shuffle_row_elements(self, input):
        """Return `input` with each row (last axis) shuffled by its attribute `permutation`."""
        perm = self.permutation(size=input.shape[:-1], n=input.shape[-1], ndim=input.ndim - 1)
        shuffled = tensor.permute_row_elements(input, perm)
        shuffled.permutation = perm
        return shuffled
