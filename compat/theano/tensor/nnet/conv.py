"""The old interface of convolutions: `theano.tensor.nnet.conv`."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

from graphopt.ops.correlation import Correlation
from graphopt.ops.sliding import Sliding

from ...gof.op import OpenMPOp
from .. import basic as tensor
from .conv_ops import AbstractConv2d_gradInputs, AbstractConv2d_gradWeights
from .conv_shapes import get_conv_output_shape, get_conv_shape_1axis

__all__ = ["ConvOp", "conv2d", "imported_scipy_signal"]

imported_scipy_signal = True
_logger = logging.getLogger("theano.tensor.nnet.conv")


def conv2d(
    input: Any,
    filters: Any,
    image_shape: Sequence | None = None,
    filter_shape: Sequence | None = None,
    border_mode: str = "valid",
    subsample: Sequence[int] = (1, 1),
    **kargs: Any,
) -> Variable:
    """Return the convolution of images with kernels by the deprecated `ConvOp`.

    Parameters
    ----------
    input : (batch size, input channels, rows, columns)
    filters : (output channels, input channels, rows, columns)
    image_shape, filter_shape : sequence of int, None or constants, optional
        The shapes as far as they are known; arrays of other shapes are an error then.
    border_mode : {"valid", "full"}
    subsample : pair of int
    kargs
        For `ConvOp`: unroll_batch, unroll_kern, unroll_patch, openmp and so on.

    Raises
    ------
    NotScalarConstantError
        If a length in a shape is no constant.
    """
    warnings.warn(
        "theano.tensor.nnet.conv.conv2d is deprecated. Use theano.tensor.nnet.conv2d instead.", stacklevel=1
    )
    image_shape = _constants("image_shape", image_shape)
    filter_shape = _constants("filter_shape", filter_shape)
    if image_shape and filter_shape and None not in (image_shape[1], filter_shape[1]):
        assert image_shape[1] == filter_shape[1], f"image {image_shape}, filters {filter_shape}"
    known = {}
    if filter_shape is not None:
        known |= {"nkern": filter_shape[0], "kshp": filter_shape[2:]}
    if image_shape is not None:
        known |= {"bsize": image_shape[0], "imshp": image_shape[1:]}
    op = ConvOp(output_mode=border_mode, dx=subsample[0], dy=subsample[1], **known, **kargs)
    return op(input, filters)


def _constants(name: str, shape: Any) -> list[int | None] | None:
    """Return a shape as integers and None."""
    return None if shape is None else [None if n is None else _constant(name, n) for n in shape]


def _constant(name: str, length: Any) -> int:
    try:
        value = tensor.get_scalar_constant_value(tensor.as_tensor_variable(length))
    except tensor.NotScalarConstantError:
        raise tensor.NotScalarConstantError(
            "The convolution need that the shape information are constant values. "
            f"We got {length} for the {name} parameter"
        ) from None
    assert value.dtype in tensor.discrete_dtypes
    return int(value)


class ConvOp(OpenMPOp):
    """``(images, kernels) -> the convolution``, the kernels turned round; deprecated.

    Parameters
    ----------
    imshp : (channels, rows, columns) or (rows, columns), optional
    kshp : (rows, columns), optional
    nkern, bsize : int, optional
        The number of kernels and of images.
    dx, dy : int
        How far the kernel moves down and along.
    output_mode : {"valid", "full"}
    unroll_batch, unroll_kern, unroll_patch, verbose, version, direction_hint, openmp
        Of the C code there was; they change nothing.
    imshp_logical, kshp_logical : tuple of int, optional
        Sizes to which images and kernels are filled up with zeros between their values.
    kshp_logical_top_aligned : bool
        Whether these zeros stand behind the kernel's values, or before them.
    """

    __props__ = (
        "imshp", "kshp", "nkern", "bsize", "dx", "dy", "out_mode", "unroll_batch", "unroll_kern",
        "unroll_patch", "imshp_logical", "kshp_logical", "kshp_logical_top_aligned",
    )  # fmt: skip

    @staticmethod
    def has_all_shape(imshp: Sequence, kshp: Sequence, nkern: Any = 1, bsize: Any = 1) -> bool:
        """Return whether no size is None."""
        return None not in (nkern, bsize, *imshp, *kshp)

    @staticmethod
    def getOutputShape(
        inshp: Sequence, kshp: Sequence, stride: Sequence = (1, 1), mode: str = "valid"
    ) -> tuple:
        """Return (rows, columns) of the result."""
        warnings.warn(
            "The method `getOutputShape` is deprecated use`get_conv_output_shape` instead.", stacklevel=2
        )
        return tuple(get_conv_shape_1axis(i, k, mode, d) for i, k, d in zip(inshp, kshp, stride))

    def __init__(
        self,
        imshp: Sequence | None = None,
        kshp: Sequence | None = None,
        nkern: int | None = None,
        bsize: int | None = None,
        dx: int | None = 1,
        dy: int | None = 1,
        output_mode: str = "valid",
        unroll_batch: int | None = None,
        unroll_kern: int | None = None,
        unroll_patch: bool | None = None,
        imshp_logical: Sequence | None = None,
        kshp_logical: Sequence | None = None,
        kshp_logical_top_aligned: bool = True,
        verbose: int = 0,
        version: Any = -1,
        direction_hint: str = "forward",
        openmp: bool | None = None,
    ) -> None:
        super().__init__(openmp=openmp)
        self.fft_opt = version != "no_fft"
        self.version = version if self.fft_opt else -1
        self.verbose, self.direction_hint = verbose, direction_hint
        self.imshp = (None,) * 3 if imshp is None else tuple(imshp)
        self.kshp = (None,) * 2 if kshp is None else tuple(kshp)
        if len(self.imshp) == 2:
            self.imshp = (1, *self.imshp)
        self.imshp_logical = self.imshp if imshp_logical is None else tuple(imshp_logical)
        self.kshp_logical = self.kshp if kshp_logical is None else tuple(kshp_logical)
        for name, shape, expected in (
            ("imshp", self.imshp, "2 or 3"),
            ("kshp", self.kshp, "2"),
            ("imshp_logical", self.imshp_logical, "3"),
            ("kshp_logical", self.kshp_logical, "2"),
        ):
            if str(len(shape)) not in expected:
                raise ValueError(f"len({name}) must be {expected}, got {len(shape)}")
        self.kshp_logical_top_aligned = kshp_logical_top_aligned
        self.nkern, self.bsize = nkern, bsize
        self.dx, self.dy = _step("dx", dx), _step("dy", dy)
        self._unroll(unroll_batch, unroll_kern, unroll_patch)
        self.out_mode = output_mode
        if output_mode not in ("valid", "full"):
            raise Exception(f"Mode {output_mode} not implemented")
        self.outshp = self._places((self.dx, self.dy))
        self.fulloutshp = self._places((1, 1))
        if any(n is not None and n <= 0 for n in self.outshp):
            raise Exception(
                "Bad size for the output shape. Verify that [post-supersampling] input shape "
                f"({self.imshp_logical}) and kern shape({self.kshp_logical}) are ok. (Hint: kerns must fit "
                "inside image in valid mode)"
            )

    def _places(self, subsample: tuple[int, int]) -> tuple:
        images, kernels = (None, *self.imshp_logical), (None, None, *self.kshp_logical)
        return get_conv_output_shape(images, kernels, self.out_mode, subsample)[2:]

    def _unroll(self, batch: int | None, kern: int | None, patch: bool | None) -> None:
        """Keep how loops were to be unrolled, as divisors of the sizes."""
        everything = self.has_all_shape(self.imshp, self.kshp, self.nkern, self.bsize)
        if (batch or kern) and not everything:
            raise Exception("In ConvOp, when using unroll_batch and unroll_nkern, all shape are needed")
        if batch or kern:
            batch, kern = batch or 1, kern or 1
        self.unroll_batch = _divisor("unroll_batch", batch, "bsize", self.bsize)
        self.unroll_kern = _divisor("unroll_kern", kern, "nkern", self.nkern)
        nothing_said = batch is None and kern is None and patch is None
        self.unroll_patch = True if nothing_said or not everything or self.openmp else patch

    def __str__(self) -> str:
        return f"ConvOp{{{','.join(str((name, getattr(self, name))) for name in self.__props__)}}}"

    def flops(self, inputs: Sequence, outputs: Sequence) -> int:
        """Return how many additions and multiplications shapes of inputs and outputs cost."""
        (images, kerns), (out,) = inputs, outputs
        assert images[1] == kerns[1]
        places = out[2] * out[3] if self.out_mode == "valid" else images[2] * images[3]
        return kerns[2] * kerns[3] * 2 * places * images[1] * kerns[0] * images[0]

    def make_node(self, inputs: Any, kerns: Any) -> Apply:
        images, kernels = tensor.as_tensor_variable(inputs), tensor.as_tensor_variable(kerns)
        if images.ndim != 4:
            raise TypeError(
                f'ConvOp (make_node) requires input be a 4D tensor; received "{inputs}" ({images.ndim} dims)'
            )
        if kernels.ndim != 4:
            raise TypeError("make_node requires 4D tensor of kernels")
        if images.type.dtype != kernels.type.dtype:
            raise NotImplementedError(
                "The image and the kernel must have the same type."
                f"inputs({images.dtype}), kerns({kernels.dtype})"
            )
        ones = [n == 1 for n in self.outshp]
        pattern = [images.broadcastable[0], kernels.broadcastable[0], *ones]
        return Apply(self, [images, kernels], [tensor.tensor(dtype=images.type.dtype, broadcastable=pattern)])

    def infer_shape(self, node: Apply, shapes: Sequence) -> list:
        images = _known((self.bsize, *self.imshp_logical), shapes[0])
        kernels = _known((self.nkern, None, *self.kshp_logical), shapes[1])
        return [get_conv_output_shape(images, kernels, self.out_mode, (self.dx, self.dy))]

    def perform(self, node: Apply, inp: Sequence, out: Sequence) -> None:
        img2d, kernels = inp
        for what, given, came in (
            ("image shape", self.imshp, img2d.shape[1:]),
            ("filter shape", self.kshp, kernels.shape[2:]),
            ("batch size", (self.bsize,), img2d.shape[:1]),
            ("number of filters", (self.nkern,), kernels.shape[:1]),
        ):
            if any(n not in (None, m) for n, m in zip(given, came)):
                text = f"The {what} provided at build time is different from the one passed at run time"
                raise ValueError(text, given, came)
        if self.imshp != self.imshp_logical:
            img2d = _spread(img2d, self.imshp_logical[1:], True)
        if self.kshp != self.kshp_logical:
            kernels = _spread(kernels, self.kshp_logical, self.kshp_logical_top_aligned)
        sliding = Sliding(self.out_mode, (self.dx, self.dy), (1, 1))
        out[0][0] = Correlation(sliding, flip=True).forward(img2d, kernels)

    def R_op(self, inputs: Sequence, eval_points: Sequence) -> list:
        (images, kernels), (d_images, d_kernels) = inputs, eval_points
        parts = [self(d_images, kernels)] if d_images is not None else []
        parts += [self(images, d_kernels)] if d_kernels is not None else []
        return [sum(parts[1:], parts[0]) if parts else None]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (inputs, kerns), (gz,) = inp, grads
        if self.imshp != self.imshp_logical or self.kshp != self.kshp_logical:
            raise NotImplementedError("todo")
        if self.out_mode == "valid" and (self.dx, self.dy) != (1, 1):
            raise NotImplementedError(
                "ERROR: ConvOp.grad is now disabled for 'valid' convolutions with stride != (1, 1); call "
                "theano.tensor.nnet.conv2d() instead."
            )
        if self.dx not in (1, 2) or self.dy not in (1, 2):
            raise NotImplementedError(
                "ERROR: We disable ConvOp.grad now when output_mode is not 'valid' and dx or dy are "
                "greater than 2, as there is a bug in it. See `abstract_conv2d <>`_ for a version that "
                "support this."
            )
        everything = self.has_all_shape(self.imshp, self.kshp, self.nkern, self.bsize)
        if not everything and (self.dx, self.dy) != (1, 1):
            raise Exception("ConvOp.grad when dx!=1 or dy!=1 we must have all the optional shape information")
        options = {"border_mode": self.out_mode, "subsample": (self.dx, self.dy)}
        din = AbstractConv2d_gradInputs(**options)(kerns, gz, inputs.shape[-2:])
        dw = AbstractConv2d_gradWeights(**options)(inputs, gz, kerns.shape[-2:])
        return [
            tensor.patternbroadcast(din, inputs.broadcastable),
            tensor.patternbroadcast(dw, kerns.broadcastable),
        ]


def _step(name: str, step: Any) -> int:
    step = 1 if step is None else step
    if int(step) != step:
        raise TypeError(f"ConvOp.__init__ param {name} must be an int", step)
    return int(step)


def _divisor(name: str, wanted: int | None, size_name: str, size: int | None) -> int | None:
    """Return the largest divisor of `size` up to `wanted`."""
    if not wanted or size % wanted == 0:
        return wanted
    if size <= wanted:
        return size
    found = next(n for n in range(wanted, 0, -1) if size % n == 0)
    _logger.warning(
        "OPTIMISATION WARNING: in ConvOp.__init__() %s(%i) must be 0 or a divisor of %s(%i). We revert it "
        "to %i. This won't change the result, but may make it slower.",
        name, wanted, size_name, size, found,
    )  # fmt: skip
    return found


def _known(given: Sequence, fallback: Sequence) -> list:
    return [other if known is None else known for known, other in zip(given, fallback)]


def _spread(arrays: np.ndarray, sizes: Sequence[int | None], top_aligned: bool) -> np.ndarray:
    """Return arrays with zeros between their rows and columns, so that they have these sizes."""
    shape = [n if size is None else size for n, size in zip(arrays.shape[2:], sizes)]
    steps = [-(-size // n) for size, n in zip(shape, arrays.shape[2:])]
    starts = [
        0 if top_aligned else (size - n * step - 1 + step) % step
        for size, n, step in zip(shape, arrays.shape[2:], steps)
    ]
    result = np.zeros((*arrays.shape[:2], *shape), arrays.dtype)
    result[(..., *(slice(start, None, step) for start, step in zip(starts, steps)))] = arrays
    return result
