"""The type of a random generator, and the Op that draws from it and returns it moved on."""

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
from .random_shapes import Shape


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
