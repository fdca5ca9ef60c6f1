"""The convolution Ops of any number of axes that Theano had, 2 and 3, and their gradients."""

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

from ...gof.op import Op
from .. import basic as tensor
from .conv_shapes import _pair, assert_shape, get_conv_output_shape

__all__ = [
    "AbstractConv",
    "AbstractConv2d",
    "AbstractConv2d_gradInputs",
    "AbstractConv2d_gradWeights",
    "AbstractConv3d",
    "AbstractConv3d_gradInputs",
    "AbstractConv3d_gradWeights",
    "AbstractConv_gradInputs",
    "AbstractConv_gradWeights",
    "BaseAbstractConv",
]


class BaseAbstractConv(Op):
    """A convolution, or one of its gradients.

    Parameters
    ----------
    convdim : {2, 3}
        The number of axes that are convolved.
    imshp, kshp : sequence of int, constant or None, optional
        The shapes of images and kernels in the forward convolution, as far as they are known.
    border_mode : {"valid", "full", "half"}, int, or a tuple with an int or (2d) a pair of ints for each axis
        The zeros around the images.
    subsample, filter_dilation : tuple of int, optional
        How far the kernel moves, and how far its weights lie apart.
    filter_flip : bool
        Whether the kernels are turned round: a convolution; else a correlation.
    num_groups : int
        Into how many groups channels and kernels are divided.
    unshared : bool
        Whether each place has its own kernels (2d).
    """

    check_broadcast = False
    __props__ = (
        "convdim", "border_mode", "subsample", "filter_flip", "imshp", "kshp", "filter_dilation",
        "num_groups", "unshared",
    )  # fmt: skip
    num_groups, unshared = 1, False  # of pickles older than these options

    def __init__(
        self,
        convdim: int,
        imshp: Sequence | None = None,
        kshp: Sequence | None = None,
        border_mode: Any = "valid",
        subsample: Sequence[int] | None = None,
        filter_flip: bool = True,
        filter_dilation: Sequence[int] | None = None,
        num_groups: int = 1,
        unshared: bool = False,
    ) -> None:
        if convdim not in (2, 3):
            raise ValueError("convolution dimension {} is not supported", convdim)
        self.convdim = convdim
        self.border_mode = _normal_border(border_mode, convdim)
        self.imshp = tuple(imshp) if imshp else (None,) * (2 + convdim)
        self.kshp = tuple(kshp) if kshp else (None,) * (2 + convdim * (1 + bool(unshared)))
        for name in ("imshp", "kshp"):
            _check_constants(name, getattr(self, name))
        self.filter_flip = filter_flip
        self.subsample = (1,) * convdim if subsample is None else tuple(subsample)
        self.filter_dilation = (1,) * convdim if filter_dilation is None else tuple(filter_dilation)
        for name in ("subsample", "filter_dilation"):
            if len(getattr(self, name)) != convdim:
                raise ValueError(f"{name} must have {convdim} elements")
        if num_groups < 1:
            raise ValueError("num_groups must have value greater than zero")
        self.num_groups = num_groups
        if unshared and convdim != 2:
            raise NotImplementedError(f"Unshared convolution not implemented for {convdim}D")
        self.unshared = unshared

    def do_constant_folding(self, *args: Any) -> bool:
        return False

    def flops(self, inp: Sequence, outp: Sequence) -> float:
        """Return how many additions and multiplications shapes of inputs and outputs cost."""
        if self.convdim != 2:
            raise NotImplementedError("flops not implemented for convdim={}", self.convdim)
        (inputs, filters), (outputs,) = inp, outp
        assert inputs[1] == filters[1] * self.num_groups
        each_place = filters[2] * filters[3] * 2 * outputs[2] * outputs[3]
        return each_place * inputs[1] * filters[0] * inputs[0] / self.num_groups

    @property
    def correlation(self) -> Correlation:
        """The numeric form: correlations flip nothing unless told so."""
        border = self.border_mode
        if isinstance(border, tuple):
            border = tuple(_pair(entry, border) for entry in border)
        return Correlation(
            Sliding(border, self.subsample, self.filter_dilation),
            self.num_groups,
            self.filter_flip,
            bool(self.unshared),
        )

    def numpy_seconds(self, node: Apply) -> float:
        """Return about how long a call takes, for the engine; shapes are not known before."""
        return 2.5e-3

    def values(self, correlation: Correlation, *inputs: np.ndarray) -> np.ndarray:
        """Return the output for arrays."""
        raise NotImplementedError(type(self))

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        result = self.values(self.correlation, *inputs)
        output_storage[0][0] = result.astype(node.outputs[0].type.dtype, copy=False)

    def sibling(self, classes: dict[int, type]) -> BaseAbstractConv:
        """Return the Op of another direction with the same options."""
        options = {} if self.convdim == 3 else {"unshared": self.unshared}
        return classes[self.convdim](
            self.imshp, self.kshp, self.border_mode, self.subsample, self.filter_flip, self.filter_dilation,
            num_groups=self.num_groups, **options,
        )  # fmt: skip

    def _check_axes(self, name: str, variable: Variable) -> None:
        is_unshared_kernel = name == "kern" and self.unshared
        axes = 2 + self.convdim * (1 + is_unshared_kernel)
        if variable.type.ndim != axes:
            raise TypeError(
                f"{name} must be {axes}D tensor{' for unshared convolution' if is_unshared_kernel else ''}"
            )


def _normal_border(border_mode: Any, convdim: int) -> Any:
    """Return a border as the Op keeps it: equal ends as one number, no zeros at all as "valid"."""
    if isinstance(border_mode, int):
        if border_mode < 0:
            raise ValueError(f"invalid border_mode {border_mode}, which must be a non-negative integer")
        border_mode = (border_mode,) * convdim
    elif isinstance(border_mode, tuple):
        if len(border_mode) != convdim:
            raise ValueError(f"invalid border_mode {border_mode}, which must be a tuple of length {convdim}")
        border_mode = tuple(_normal_entry(entry, border_mode) for entry in border_mode)
        if convdim != 2 and any(isinstance(entry, tuple) for entry in border_mode):
            raise NotImplementedError(f"Asymmetric padding not implemented for {convdim}D")
    elif border_mode not in ("valid", "full", "half"):
        raise ValueError(
            f'invalid border_mode {border_mode}, which must be either "valid", "full", "half", an integer '
            "or a "
            f"tuple of length {convdim}"
        )
    return "valid" if isinstance(border_mode, tuple) and not any(border_mode) else border_mode


def _normal_entry(entry: Any, border_mode: tuple) -> Any:
    ends = entry if isinstance(entry, tuple) and len(entry) == 2 else (entry, entry)
    if not all(isinstance(end, int) and end >= 0 for end in ends):
        raise ValueError(
            f"invalid border mode {border_mode}. The tuple can only contain integers  or pairs of integers"
        )
    return ends[0] if ends[0] == ends[1] else ends


def _check_constants(name: str, shape: tuple) -> None:
    for length in shape:
        if length is not None:
            try:
                tensor.get_scalar_constant_value(length, only_process_constants=True)
            except tensor.NotScalarConstantError as error:
                raise ValueError(f"{name} should be None or a tuple of constant int values") from error


def _known(given: tuple, fallback: Sequence) -> list:
    """Return `given` with its gaps filled."""
    return [other if known is None else known for known, other in zip(given, fallback)]


def _like(variable: Variable, gradient: Variable) -> Variable:
    """Return `gradient` with the broadcast pattern of `variable`."""
    return tensor.patternbroadcast(gradient, variable.broadcastable)


class AbstractConv(BaseAbstractConv):
    """``(images, kernels) -> the convolution``; see `BaseAbstractConv`."""

    def make_node(self, img: Any, kern: Any) -> Apply:
        img, kern = tensor.as_tensor_variable(img), tensor.as_tensor_variable(kern)
        self._check_axes("img", img)
        self._check_axes("kern", kern)
        for_what = "AbstractConv shape mismatch: shape of {} does not match given {}."
        img = assert_shape(img, self.imshp, for_what.format("image", "imshp"))
        kern = assert_shape(kern, self.kshp, for_what.format("filters", "kshp"))
        broadcastable = [img.broadcastable[0], kern.broadcastable[0], *[False] * self.convdim]
        return Apply(self, [img, kern], [img.type.clone(broadcastable=broadcastable)()])

    def values(self, correlation: Correlation, img: np.ndarray, kern: np.ndarray) -> np.ndarray:
        return correlation.forward(img, kern)

    def infer_shape(self, node: Apply | None, shapes: Sequence) -> list:
        imshp, kshp = _known(self.imshp, shapes[0]), _known(self.kshp, shapes[1])
        return [get_conv_output_shape(imshp, kshp, self.border_mode, self.subsample, self.filter_dilation)]

    def R_op(self, inputs: Sequence, eval_points: Sequence) -> list:
        if self.num_groups > 1:
            raise NotImplementedError("Rop not implemented for grouped convolutions")
        if self.unshared:
            raise NotImplementedError("Rop not implemented for unshared convolution")
        (img, kern), (d_img, d_kern) = inputs, eval_points
        parts = [self(d_img, kern)] if d_img is not None else []
        parts += [self(img, d_kern)] if d_kern is not None else []
        return [sum(parts[1:], parts[0]) if parts else None]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (bottom, weights), (top,) = inp, grads
        # the shapes have been checked on the way forward
        d_bottom = self.sibling(GRAD_INPUTS)(
            weights, top, bottom.shape[-self.convdim :], add_assert_shape=False
        )
        d_weights = self.sibling(GRAD_WEIGHTS)(
            bottom, top, weights.shape[-self.convdim :], add_assert_shape=False
        )
        return [_like(bottom, d_bottom), _like(weights, d_weights)]


class _Gradient(BaseAbstractConv):
    """A gradient: its third input is a size, through which nothing flows."""

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [True], [False]]


class AbstractConv_gradWeights(_Gradient):
    """``(images, gradient of the result, size of the kernels) -> gradient of the kernels``."""

    def make_node(self, img: Any, topgrad: Any, shape: Any, add_assert_shape: bool = True) -> Apply:
        img, topgrad = tensor.as_tensor_variable(img), tensor.as_tensor_variable(topgrad)
        self._check_axes("img", img)
        self._check_axes("topgrad", topgrad)
        if add_assert_shape:
            text = "AbstractConv_gradWeights shape mismatch: shape of image does not match given imshp."
            img = assert_shape(img, self.imshp, text)
        free = [False] * self.convdim
        places = free if self.unshared else []
        broadcastable = [topgrad.broadcastable[1], *places, img.broadcastable[1], *free]
        output = img.type.clone(broadcastable=broadcastable)()
        return Apply(self, [img, topgrad, tensor.as_tensor_variable(shape)], [output])

    def values(
        self, correlation: Correlation, img: np.ndarray, topgrad: np.ndarray, shape: Any
    ) -> np.ndarray:
        return correlation.weight_gradient(img, topgrad, shape)

    def infer_shape(self, node: Apply, shapes: Sequence) -> list:
        img, top, _ = shapes
        places = top[2:] if self.unshared else ()
        kernel = [node.inputs[2][i] for i in range(self.convdim)]
        return [_known(self.kshp, [top[1], *places, img[1] // self.num_groups, *kernel])]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (bottom, top, _), (weights,) = inp, grads
        d_bottom = self.sibling(GRAD_INPUTS)(weights, top, bottom.shape[-self.convdim :])
        d_top = self.sibling(FORWARD)(bottom, weights)
        return [_like(bottom, d_bottom), _like(top, d_top), DisconnectedType()()]


class AbstractConv_gradInputs(_Gradient):
    """``(kernels, gradient of the result, size of the images) -> gradient of the images``."""

    def make_node(self, kern: Any, topgrad: Any, shape: Any, add_assert_shape: bool = True) -> Apply:
        kern, topgrad = tensor.as_tensor_variable(kern), tensor.as_tensor_variable(topgrad)
        self._check_axes("kern", kern)
        self._check_axes("topgrad", topgrad)
        if add_assert_shape:
            text = "AbstractConv_gradInputs shape mismatch: shape of filters does not match given kshp."
            kern = assert_shape(kern, self.kshp, text)
        one_channel = self.num_groups == 1 and kern.broadcastable[-self.convdim - 1]
        broadcastable = [topgrad.broadcastable[0], one_channel, *[False] * self.convdim]
        output = kern.type.clone(broadcastable=broadcastable)()
        return Apply(self, [kern, topgrad, tensor.as_tensor_variable(shape)], [output])

    def values(
        self, correlation: Correlation, kern: np.ndarray, topgrad: np.ndarray, shape: Any
    ) -> np.ndarray:
        image = tuple(map(int, shape))
        places = correlation.sliding.places(image, kern.shape[-self.convdim :])
        expected = (topgrad.shape[0], kern.shape[0], *places)
        if expected != topgrad.shape:
            raise ValueError(
                "invalid input_shape for gradInputs: the given input_shape would produce an output of shape "
                f"{expected}, but the given topgrad has shape {topgrad.shape}"
            )
        return correlation.input_gradient(kern, topgrad, image)

    def infer_shape(self, node: Apply, shapes: Sequence) -> list:
        kern, top, _ = shapes
        image = [node.inputs[2][i] for i in range(self.convdim)]
        return [_known(self.imshp, [top[0], kern[-self.convdim - 1] * self.num_groups, *image])]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (weights, top, _), (bottom,) = inp, grads
        d_weights = self.sibling(GRAD_WEIGHTS)(bottom, top, weights.shape[-self.convdim :])
        d_top = self.sibling(FORWARD)(bottom, weights)
        return [_like(weights, d_weights), _like(top, d_top), DisconnectedType()()]


class _Of2Axes:
    """The constructor of the Ops for images with rows and columns."""

    def __init__(
        self,
        imshp: Sequence | None = None,
        kshp: Sequence | None = None,
        border_mode: Any = "valid",
        subsample: Sequence[int] = (1, 1),
        filter_flip: bool = True,
        filter_dilation: Sequence[int] = (1, 1),
        num_groups: int = 1,
        unshared: bool = False,
    ) -> None:
        super().__init__(
            2, imshp, kshp, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        )


class _Of3Axes:
    """The constructor of the Ops for images with depth, rows and columns."""

    def __init__(
        self,
        imshp: Sequence | None = None,
        kshp: Sequence | None = None,
        border_mode: Any = "valid",
        subsample: Sequence[int] = (1, 1, 1),
        filter_flip: bool = True,
        filter_dilation: Sequence[int] = (1, 1, 1),
        num_groups: int = 1,
    ) -> None:
        super().__init__(3, imshp, kshp, border_mode, subsample, filter_flip, filter_dilation, num_groups)


class AbstractConv2d(_Of2Axes, AbstractConv):
    """``(images, kernels) -> the convolution``, 4 axes each; see `BaseAbstractConv`."""


class AbstractConv3d(_Of3Axes, AbstractConv):
    """``(images, kernels) -> the convolution``, 5 axes each; see `BaseAbstractConv`."""


class AbstractConv2d_gradWeights(_Of2Axes, AbstractConv_gradWeights):
    """The gradient of `AbstractConv2d` with respect to the kernels."""


class AbstractConv3d_gradWeights(_Of3Axes, AbstractConv_gradWeights):
    """The gradient of `AbstractConv3d` with respect to the kernels."""


class AbstractConv2d_gradInputs(_Of2Axes, AbstractConv_gradInputs):
    """The gradient of `AbstractConv2d` with respect to the images."""


class AbstractConv3d_gradInputs(_Of3Axes, AbstractConv_gradInputs):
    """The gradient of `AbstractConv3d` with respect to the images."""


FORWARD = {2: AbstractConv2d, 3: AbstractConv3d}
GRAD_WEIGHTS = {2: AbstractConv2d_gradWeights, 3: AbstractConv3d_gradWeights}
GRAD_INPUTS = {2: AbstractConv2d_gradInputs, 3: AbstractConv3d_gradInputs}


@native_funcify.register(AbstractConv_gradInputs)
def _compiled(op: AbstractConv_gradInputs, node: Apply) -> Callable:
    """Return the gradient of the images with its sums in native code."""
    correlation = CompiledCorrelation.of(op.correlation, node.outputs[0].type.dtype)
    return lambda *inputs: op.values(correlation, *inputs)
