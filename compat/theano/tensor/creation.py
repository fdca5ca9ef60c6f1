"""Tensors made from shapes: `alloc`, `zeros`, `eye`, `arange`, `tri`, grids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor.basic as ptb
from pytensor.graph.basic import Apply, Variable

from ...front import FrontOp
from ..configdefaults import config
from ..gof.op import Op
from .constants import NotScalarConstantError, as_tensor_variable, constant, get_scalar_constant_value
from .type import TensorType

__all__ = [
    "ARange",
    "Alloc",
    "AllocEmpty",
    "Eye",
    "Tri",
    "alloc",
    "alloc_validate_shape",
    "arange",
    "eye",
    "identity_like",
    "mgrid",
    "ogrid",
    "ones",
    "ones_like",
    "tri",
    "tril",
    "triu",
    "zeros",
    "zeros_like",
]


def alloc_validate_shape(shape: Any) -> tuple[list[Variable], list[bool]]:
    """Return the lengths as integer scalars, and which of them are known to be 1.

    Raises
    ------
    TypeError
        If one is not an integer scalar.
    """
    lengths = [as_tensor_variable(n) for n in shape]
    pattern = []
    for i, n in enumerate(lengths):
        if np.dtype(n.type.dtype).kind not in "iu" or n.ndim != 0:
            raise TypeError(
                f"Shape arguments to Alloc must be integers, but argument {i} is not for apply node: {n} "
                f"({n.type})"
            )
        try:
            pattern.append(int(get_scalar_constant_value(n)) == 1)
        except NotScalarConstantError:
            pattern.append(False)
    return lengths, pattern


class Alloc(FrontOp, ptb.Alloc):
    """A tensor of the given lengths filled with a value: ``Alloc()(value, *lengths)``."""

    stands_for = ptb.Alloc

    def __init__(self) -> None:
        self.plain = ptb.alloc

    def validate_shape(self, shape: Any) -> Any:
        return alloc_validate_shape(shape)

    def make_node(self, value: Any, *shape: Any) -> Apply:
        value = as_tensor_variable(value)
        lengths, _ = alloc_validate_shape(shape)
        if value.ndim > len(lengths):
            raise TypeError(
                "The Alloc value to use has more dimensions than the specified dimensions",
                value.ndim,
                len(lengths),
            )
        return super().make_node(value, *lengths)

    def __call__(self, val: Any, *shapes: Any, **kwargs: Any) -> Variable:
        """Return the tensor; when `val` has exactly the type asked for and all lengths are known, `val` as
        it is.
        """
        return super().__call__(val, *shapes, **kwargs)


alloc = Alloc()


def _lengths(shape: Any) -> list:
    if isinstance(shape, list | tuple):
        return list(shape)
    if isinstance(shape, Variable) and shape.ndim > 0:
        from .constants import get_vector_length

        return [shape[i] for i in range(get_vector_length(shape))]
    return [shape]


def zeros(shape: Any, dtype: Any = None) -> Variable:
    """Return zeros of a shape (an int, a list, a vector of known length)."""
    return alloc(np.array(0, dtype=dtype or config.floatX), *_lengths(shape))


def ones(shape: Any, dtype: Any = None) -> Variable:
    """Return ones of a shape (an int, a list, a vector of known length)."""
    return alloc(np.array(1, dtype=dtype or config.floatX), *_lengths(shape))


def _like(model: Any, value: float, dtype: Any, opt: bool) -> Variable:
    from .elementwise import _elemwise_of

    model = as_tensor_variable(model)
    dtype = model.type.dtype if dtype is None else dtype
    if dtype == "floatX":
        dtype = config.floatX
    number = constant(value, dtype=dtype)
    if opt and number.type == model.type:
        return number
    return _elemwise_of["second"](model, number)


def ones_like(model: Any, dtype: Any = None, opt: bool = False) -> Variable:
    """Return ones of the shape of `model`; `opt` allows a constant that does not depend on it."""
    return _like(model, 1.0, dtype, opt)


def zeros_like(model: Any, dtype: Any = None, opt: bool = False) -> Variable:
    """Return zeros of the shape of `model`; `opt` allows a constant that does not depend on it."""
    return _like(model, 0.0, dtype, opt)


class AllocEmpty(FrontOp, ptb.AllocEmpty):
    """A tensor of the given lengths whose values are whatever was in memory."""

    stands_for = ptb.AllocEmpty

    def __init__(self, dtype: str) -> None:
        assert isinstance(dtype, str), dtype
        self.stand_for(ptb.AllocEmpty(dtype))

    def make_node(self, *shape: Any) -> Apply:
        return super().make_node(*alloc_validate_shape(shape)[0])


class Tri(Op):
    """Ones at and below the `k`-th diagonal of an N x M matrix."""

    __props__ = ("dtype",)

    def __init__(self, dtype: Any = None) -> None:
        self.dtype = config.floatX if dtype is None else dtype

    def make_node(self, N: Any, M: Any, k: Any) -> Apply:
        inputs = [as_tensor_variable(v) for v in (N, M, k)]
        return Apply(self, inputs, [TensorType(self.dtype, (False, False))()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        N, M, k = (None if i is None else int(i) for i in inputs)  # M may be left out of a call
        outputs[0][0] = np.tri(N, M, k, dtype=self.dtype)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [[node.inputs[0], node.inputs[1]]]

    def grad(self, inputs: Any, grads: Any) -> list:
        from ..gradient import grad_undefined

        return [grad_undefined(self, i, inputs[i]) for i in range(3)]


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Variable:
    """Return ones at and below the `k`-th diagonal, zeros above."""
    return Tri(config.floatX if dtype is None else dtype)(N, N if M is None else M, k)


def tril(m: Any, k: Any = 0) -> Variable:
    """Return `m` with the elements above the `k`-th diagonal set to zero."""
    return m * tri(m.shape[0], m.shape[1], k=k, dtype=m.dtype)


def triu(m: Any, k: Any = 0) -> Variable:
    """Return `m` with the elements below the `k`-th diagonal set to zero."""
    return m * (1 - tri(m.shape[0], m.shape[1], k=k - 1, dtype=m.dtype))


class Eye(FrontOp, ptb.Eye):
    """Ones on the `k`-th diagonal of an n x m matrix."""

    stands_for = ptb.Eye

    def __init__(self, dtype: Any = None) -> None:
        self.dtype = config.floatX if dtype is None else dtype
        self.plain = ptb.Eye(self.dtype)

    def make_node(self, n: Any, m: Any, k: Any) -> Apply:
        n, m, k = (as_tensor_variable(v) for v in (n, m, k))
        assert n.ndim == 0 and m.ndim == 0 and k.ndim == 0
        node = super().make_node(n, m, k)
        node.outputs[0].type = TensorType(self.dtype, (False, False))
        return node


def eye(n: Any, m: Any = None, k: Any = 0, dtype: Any = None) -> Variable:
    """Return an n x m matrix with ones on its `k`-th diagonal."""
    return Eye(config.floatX if dtype is None else dtype)(n, n if m is None else m, k)


def identity_like(x: Any) -> Variable:
    """Return ones on the diagonal of a matrix shaped as `x`."""
    return eye(x.shape[0], x.shape[1], k=0, dtype=x.dtype)


class ARange(FrontOp, ptb.ARange):
    """The numbers from `start` up to `stop` in steps: ``ARange(dtype)(start, stop, step)``."""

    stands_for = ptb.ARange

    def __init__(self, dtype: str) -> None:
        self.stand_for(ptb.ARange(dtype))

    def make_node(self, start: Any, stop: Any, step: Any) -> Apply:
        start, stop, step = (as_tensor_variable(v) for v in (start, stop, step))
        assert start.ndim == 0 and stop.ndim == 0 and step.ndim == 0
        node = super().make_node(start, stop, step)
        node.outputs[0].type = TensorType(self.dtype, (False,))
        return node


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Variable:
    """Return the numbers from `start` up to `stop`, in steps of `step`; integers are int64 unless `dtype`
    is given.
    """
    if stop is None:
        start, stop = 0, start
    start, stop, step = (as_tensor_variable(v) for v in (start, stop, step))
    if dtype is None:
        dtype = _dtype_of_range(start.dtype, stop.dtype, step.dtype)
    return ARange(str(np.dtype(dtype)))(start, stop, step)


def _dtype_of_range(*dtypes: str) -> str:
    dtype = ps.upcast(*dtypes)
    dtype = {"i": "int64", "u": "uint64"}.get(np.dtype(dtype).kind, dtype)
    if config.cast_policy not in ("numpy", "numpy+floatX"):
        return dtype
    as_numpy = np.arange(*(np.array(v, dtype=d) for v, d in zip((0, 1, 1), dtypes))).dtype.name
    floats_are_single = config.cast_policy == "numpy+floatX" and config.floatX == "float32"
    if floats_are_single and as_numpy == "float64" and "float64" not in dtypes:
        return "float32"
    return as_numpy


class _nd_grid:
    """Grids by slicing, as `numpy.mgrid` and `numpy.ogrid`, with symbolic ends."""

    def __init__(self, sparse: bool = False) -> None:
        self.sparse = sparse

    def __getitem__(self, *args: Any) -> Variable | list[Variable]:
        slices = args[0] if isinstance(args[0], tuple) else (args[0],)
        for part in slices:
            if isinstance(part.step, complex):
                raise NotImplementedError("Not implemented for slices whose step is complex")
        n = len(slices)
        ranges = [arange(s.start or 0, s.stop, s.step or 1) for s in slices]
        shaped = [r.reshape([1] * j + [r.shape[0]] + [1] * (n - 1 - j)) for j, r in enumerate(ranges)]
        if self.sparse:
            return shaped
        from .elementwise import _elemwise_of

        ones_of = [_elemwise_of["second"](r, 1) for r in shaped]
        grids = []
        for i in range(n):
            grid = 1
            for j in range(n):
                grid = grid * (shaped[j] if j == i else ones_of[j])
            grids.append(grid)
        return grids


mgrid = _nd_grid()
ogrid = _nd_grid(sparse=True)
