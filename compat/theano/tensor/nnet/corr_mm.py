"""Correlation as products of matrices in any number of axes: what `corr` and `corr3d` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable

from graphopt.engine.lines.linker import native_funcify
from graphopt.ops.correlation import Correlation
from graphopt.ops.kernels.patches import CompiledCorrelation
from graphopt.ops.sliding import Sliding

from ... import scalar
from ...configdefaults import config
from ...gof.op import OpenMPOp
from .. import basic as tensor
from .conv_shapes import get_conv_output_shape

_WORDS = {2: "two", 3: "three"}
_CODES = {"valid": 0, "half": -1, "full": -2}


class MatrixProducts(OpenMPOp):
    """The base of all six Ops; subclasses set `axes`, `siblings` and `_direction`."""

    check_broadcast = False
    axes: int
    siblings: dict[str, type]
    _direction: str | None = None
    num_groups, unshared = 1, False  # of pickles older than these options

    def __init__(self, border_mode, subsample, filter_dilation, num_groups, openmp) -> None:
        super().__init__(openmp=openmp)
        self.border_mode = self.normal_border(border_mode)
        for name, value in (("subsample", subsample), ("filter_dilation", filter_dilation)):
            if len(value) != self.axes:
                raise ValueError(f"{name} must have {_WORDS[self.axes]} elements")
            setattr(self, name, tuple(value))
        if self._direction not in ("forward", "backprop weights", "backprop inputs"):
            raise ValueError("_direction must be one of 'forward', 'backprop weights', 'backprop inputs'")
        if num_groups < 1:
            raise ValueError("Number of groups should be greater than 0")
        self.num_groups = num_groups

    def normal_border(self, border_mode: Any) -> Any:
        """Return a border as the Op keeps it, or raise ``ValueError``."""
        raise NotImplementedError(type(self))

    @property
    def blas_type(self) -> str:
        """Which library ``config.blas.ldflags`` names."""
        return next((name for name in ("openblas", "mkl") if name in config.blas.ldflags), "")

    @property
    def pads(self) -> Any:
        """The border, as a name or as a pair for each axis."""
        if isinstance(self.border_mode, str):
            return self.border_mode
        return tuple(pad if isinstance(pad, tuple) else (pad, pad) for pad in self.border_mode)

    @property
    def correlation(self) -> Correlation:
        """The numeric form."""
        sliding = Sliding(self.pads, self.subsample, self.filter_dilation)
        return Correlation(sliding, self.num_groups, unshared=bool(self.unshared))

    def numpy_seconds(self, node: Apply) -> float:
        """Return about how long a call takes, for the engine; shapes are not known before."""
        return 2.5e-3

    @staticmethod
    def as_common_dtype(in1: Variable, in2: Variable) -> tuple[Variable, Variable]:
        """Return both in the dtype that holds both."""
        dtype = scalar.upcast(in1.dtype, in2.dtype)
        return in1.astype(dtype), in2.astype(dtype)

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        result = self.values(self.correlation, *inputs)
        output_storage[0][0] = result.astype(node.outputs[0].type.dtype, copy=False)

    def sibling(self, direction: str) -> MatrixProducts:
        """Return the Op of another direction with the same options."""
        options = {"unshared": self.unshared} if self.axes == 2 else {}
        return self.siblings[direction](
            self.border_mode, self.subsample, self.filter_dilation, num_groups=self.num_groups, **options
        )

    def prepared(self, **named: Any) -> list[Variable]:
        """Return two inputs as variables of one dtype, their axes checked."""
        variables = self.as_common_dtype(*map(tensor.as_tensor_variable, named.values()))
        for name, variable in zip(named, variables):
            expected = 2 + self.axes * (1 + (name == "kern" and self.unshared is True))
            if variable.type.ndim != expected:
                raise TypeError(f"{name} must be {expected}D tensor")
        return list(variables)

    def sizes(self, shape: Any, *, needed: bool, why: str) -> list[Variable]:
        """Return the lengths in `shape` as scalars, or none where they follow from the other shapes."""
        if shape is None:
            if needed:
                raise ValueError(f"shape must be given if {why}")
            return []
        return [tensor.as_tensor_variable(shape[i]).astype("int64") for i in range(self.axes)]

    def inner(self, kernel: Sequence) -> list[tuple]:
        """Return the zeros before and after each axis for kernels of these lengths."""
        return list(self.correlation.sliding.pads(kernel))

    def node(self, inputs: list, sizes: list, broadcastable: list) -> Apply:
        free = [False] * self.axes
        output = tensor.TensorType(inputs[0].type.dtype, [*broadcastable, *free])
        return Apply(self, [*inputs, *sizes], [output()])

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [True], *([[False]] * (len(node.inputs) - 2))]


class Forward(MatrixProducts):
    """``(images, kernels) -> the correlation``"""

    _direction = "forward"

    def make_node(self, img: Any, kern: Any) -> Apply:
        img, kern = self.prepared(img=img, kern=kern)
        return self.node([img, kern], [], [img.broadcastable[0], kern.broadcastable[0]])

    def values(self, correlation: Correlation, img: np.ndarray, kern: np.ndarray) -> np.ndarray:
        return correlation.forward(img, kern)

    def infer_shape(self, node: Apply, shapes: Sequence) -> list:
        return [get_conv_output_shape(*shapes, self.pads, self.subsample, self.filter_dilation)]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (bottom, weights), (top,) = inp, grads
        return [
            self.sibling("backprop inputs")(weights, top, bottom.shape[-self.axes :]),
            self.sibling("backprop weights")(bottom, top, weights.shape[-self.axes :]),
        ]


class GradWeights(MatrixProducts):
    """``(images, gradient of the result[, lengths of the kernels]) -> gradient of the kernels``"""

    _direction = "backprop weights"

    def make_node(self, img: Any, topgrad: Any, shape: Any = None) -> Apply:
        img, topgrad = self.prepared(img=img, topgrad=topgrad)
        ones = (1,) * self.axes
        sizes = self.sizes(
            shape,
            needed=self.subsample != ones or self.border_mode == "half",
            why=f'subsample != {ones} or border_mode == "half"',
        )
        places = [False] * self.axes if self.unshared else []
        return self.node([img, topgrad], sizes, [topgrad.broadcastable[1], *places, img.broadcastable[1]])

    def _kernel(self, img: Sequence, top: Sequence, sizes: Sequence) -> list:
        """Return the lengths of the kernels."""
        if sizes:
            return list(sizes)
        lengths = []
        for i in range(self.axes):
            moved = (top[2 + i] - 1) * self.subsample[i]
            if self.border_mode == "full":
                length = moved + 2 - img[2 + i]
            else:
                length = img[2 + i] - moved + (0 if self.border_mode == "valid" else sum(self.pads[i]))
            lengths.append((length - 1) // self.filter_dilation[i] + 1)
        return lengths

    def values(
        self, correlation: Correlation, img: np.ndarray, topgrad: np.ndarray, *sizes: np.ndarray
    ) -> np.ndarray:
        return correlation.weight_gradient(img, topgrad, self._kernel(img.shape, topgrad.shape, sizes))

    def infer_shape(self, node: Apply, shapes: Sequence) -> list:
        img, top = shapes[:2]
        places = top[2:] if self.unshared else ()
        return [(top[1], *places, img[1] // self.num_groups, *self._kernel(img, top, node.inputs[2:]))]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (bottom, top, *sizes), (weights,) = inp, grads
        return [
            self.sibling("backprop inputs")(weights, top, bottom.shape[-self.axes :]),
            self.sibling("forward")(bottom, weights),
            *(DisconnectedType()() for _ in sizes),
        ]


class GradInputs(MatrixProducts):
    """``(kernels, gradient of the result[, lengths of the images]) -> gradient of the images``"""

    _direction = "backprop inputs"

    def make_node(self, kern: Any, topgrad: Any, shape: Any = None) -> Apply:
        kern, topgrad = self.prepared(kern=kern, topgrad=topgrad)
        ones = (1,) * self.axes
        sizes = self.sizes(shape, needed=self.subsample != ones, why=f"subsample != {ones}")
        one_channel = self.num_groups == 1 and kern.broadcastable[-self.axes - 1]
        return self.node([kern, topgrad], sizes, [topgrad.broadcastable[0], one_channel])

    def _image(self, kern: Sequence, top: Sequence, sizes: Sequence) -> list:
        """Return the lengths of the images."""
        if sizes:
            return list(sizes)
        kernel = kern[-self.axes :]
        return [
            (n - 1) * s + (k - 1) * d + 1 - left - right
            for n, s, k, d, (left, right) in zip(
                top[2:], self.subsample, kernel, self.filter_dilation, self.inner(kernel)
            )
        ]

    def values(
        self, correlation: Correlation, kern: np.ndarray, topgrad: np.ndarray, *sizes: np.ndarray
    ) -> np.ndarray:
        return correlation.input_gradient(kern, topgrad, self._image(kern.shape, topgrad.shape, sizes))

    def infer_shape(self, node: Apply, shapes: Sequence) -> list:
        kern, top = shapes[:2]
        channels = kern[-self.axes - 1] * self.num_groups
        return [(top[0], channels, *self._image(kern, top, node.inputs[2:]))]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (weights, top, *sizes), (bottom,) = inp, grads
        return [
            self.sibling("backprop weights")(bottom, top, weights.shape[-self.axes :]),
            self.sibling("forward")(bottom, weights),
            *(DisconnectedType()() for _ in sizes),
        ]


def with_letters(cls: type) -> type:
    """Give `cls` the names of single options: dH is subsample[0], dilH filter_dilation[0], and so on."""
    for i, letter in enumerate("HWD"[: cls.axes]):
        setattr(cls, f"d{letter}", property(lambda self, i=i: self.subsample[i]))
        setattr(cls, f"dil{letter}", property(lambda self, i=i: self.filter_dilation[i]))
    return cls


def pad_codes(border_mode: Any, one: Callable, axes: int) -> tuple:
    """Return the border as numbers for each axis; -1 stands for "half" and -2 for "full"."""
    return (one(_CODES[border_mode]),) * axes if isinstance(border_mode, str) else border_mode


@native_funcify.register(GradInputs)
def _compiled(op: GradInputs, node: Apply) -> Callable:
    """Return the gradient of the images with its sums in native code."""
    correlation = CompiledCorrelation.of(op.correlation, node.outputs[0].type.dtype)
    return lambda *inputs: op.values(correlation, *inputs)
