"""Neighbourhoods of images as rows of a matrix: `theano.tensor.nnet.neighbours`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.gradient import grad_not_implemented, grad_undefined
from pytensor.graph.basic import Apply, Variable

from graphopt.ops.neighbours import check_fit, gather, grid, scatter, zeros_around

from ... import scalar
from ...configdefaults import config
from ...gof import EnumList
from ...gof.op import Op
from .. import basic as tensor

__all__ = ["Images2Neibs", "images2neibs", "neibs2images"]

MODES = ("valid", "half", "full", "wrap_centered", "ignore_borders")


def images2neibs(ten4: Any, neib_shape: Any, neib_step: Any = None, mode: str = "valid") -> Variable:
    """Return the neighbourhoods of images, one a row.

    Parameters
    ----------
    ten4 : (batch size, channels, rows, columns)
    neib_shape : two ints, numbers or variables
        The size of a neighbourhood.
    neib_step : two ints, optional
        From one neighbourhood to the next; they lie side by side if it is not given.
    mode : {"valid", "half", "full", "wrap_centered", "ignore_borders"}
        "half" and "full" put zeros around the images; "wrap_centered" goes round their edges;
        "ignore_borders" leaves out what a step does not reach, which is an error otherwise.

    Returns
    -------
    (batch size * channels * neighbourhoods of an image, size of a neighbourhood)
    """
    return Images2Neibs(mode)(ten4, neib_shape, neib_step)


def neibs2images(neibs: Any, neib_shape: Any, original_shape: Any, mode: str = "valid") -> Variable:
    """Return the images of `original_shape` whose neighbourhoods, side by side, are the rows of `neibs`.

    Raises
    ------
    NotImplementedError
        If `mode` is neither "valid" nor "ignore_borders".
    """
    if mode not in ("valid", "ignore_borders"):
        raise NotImplementedError(f"neibs2images do not support mode={mode}")
    images = NeibsSum(mode)(neibs, neib_shape, neib_shape, original_shape)
    # the border that is left out was filled with zeros of the default dtype
    return images if mode == "valid" else tensor.cast(images, scalar.upcast(images.dtype, config.floatX))


class Images2Neibs(Op):
    """``(images, size of a neighbourhood[, step]) -> rows``; see `images2neibs`."""

    __props__ = ("mode",)
    BORDER_MODE = EnumList(*((f"MODE_{mode.upper()}", mode) for mode in MODES))
    mode = "valid"  # of old pickles

    def __init__(self, mode: str = "valid") -> None:
        _check_mode(mode, type(self))
        self.mode = mode

    def __str__(self) -> str:
        return f"{type(self).__name__}{{{self.mode}}}"

    def make_node(self, ten4: Any, neib_shape: Any, neib_step: Any = None) -> Apply:
        ten4, neib_shape = tensor.as_tensor_variable(ten4), tensor.as_tensor_variable(neib_shape)
        neib_step = neib_shape if neib_step is None else tensor.as_tensor_variable(neib_step)
        assert ten4.ndim == 4
        assert neib_shape.ndim == 1
        assert neib_step.ndim == 1
        return Apply(self, [ten4, neib_shape, neib_step], [tensor.matrix(dtype=ten4.type.dtype)])

    def perform(self, node: Apply, inp: Sequence, out: Sequence) -> None:
        ten4, neib_shape, neib_step = inp
        assert neib_shape.shape == neib_step.shape == (2,)
        if (neib_step <= 0).any():
            raise ValueError(f"neib_step wrong step ; values <= 0. Got {neib_step}")
        if (neib_shape <= 0).any():
            raise ValueError(f"neib_shape values <=0. Got {neib_shape}")
        shape, step = tuple(map(int, neib_shape)), tuple(map(int, neib_step))
        _check_fit(ten4.shape, shape, step, self.mode)
        out[0][0] = gather(ten4, shape, step, self.mode)

    def infer_shape(self, node: Apply, input_shape: Sequence) -> list:
        batch, channels, *image = input_shape[0]
        _, size, step = node.inputs
        rows, columns = (grid(image[i], size[i], step[i], self.mode) for i in range(2))
        return [(rows * columns * channels * batch, size[0] * size[1])]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (x, neib_shape, neib_step), (gz,) = inp, grads
        side_by_side = neib_shape is neib_step or (
            hasattr(neib_shape, "equals") and neib_shape.equals(neib_step)
        )
        if self.mode == "valid" or (self.mode == "ignore_borders" and side_by_side):
            gx = NeibsSum(self.mode)(gz, neib_shape, neib_step, x.shape)
            gx = tensor.patternbroadcast(gx, x.broadcastable)
        else:
            gx = grad_not_implemented(self, 0, x)
        return [gx, grad_undefined(self, 1, neib_shape), grad_undefined(self, 2, neib_step)]


class NeibsSum(Op):
    """``(rows, size, step, shape of the images) -> images``: the transpose of `Images2Neibs`."""

    __props__ = ("mode",)

    def __init__(self, mode: str = "valid") -> None:
        _check_mode(mode, type(self))
        self.mode = mode

    def make_node(self, rows: Any, neib_shape: Any, neib_step: Any, shape: Any) -> Apply:
        rows, neib_shape, neib_step, shape = (
            tensor.as_tensor_variable(v) for v in (rows, neib_shape, neib_step, shape)
        )
        known = shape.data if isinstance(shape, tensor.TensorConstant) else [None] * 4
        output = tensor.TensorType(rows.type.dtype, [n == 1 for n in known])
        return Apply(self, [rows, neib_shape, neib_step, shape], [output()])

    def perform(self, node: Apply, inp: Sequence, out: Sequence) -> None:
        rows, *sizes = inp
        neib_shape, neib_step, shape = (tuple(map(int, v)) for v in sizes)
        if len(shape) != 4:
            raise ValueError(f"The shape of the images has {len(shape)} lengths, {shape}; expected 4")
        check_fit(shape[2:], neib_shape, neib_step, self.mode)
        out[0][0] = scatter(rows, shape, neib_shape, neib_step, self.mode)

    def infer_shape(self, node: Apply, input_shape: Sequence) -> list:
        return [tuple(node.inputs[3][i] for i in range(4))]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        (_, *sizes), (g,) = inp, grads
        undefined = [grad_undefined(self, i, v) for i, v in enumerate(sizes, 1)]
        return [Images2Neibs(self.mode)(g, *sizes[:2]), *undefined]


def _check_mode(mode: str, op: type) -> None:
    if mode not in MODES:
        raise NotImplementedError(f"Only modes {', '.join(MODES)} have been implemented for {op.__name__}")


def _check_fit(image: Sequence[int], shape: Sequence[int], step: Sequence[int], mode: str) -> None:
    """Raise ``TypeError`` unless the neighbourhoods fit into images of this shape."""
    if mode == "wrap_centered":
        if any(n % 2 != 1 for n in shape):
            raise TypeError("Images2Neibs: in mode wrap_centered need patch with odd shapes")
        if image[2] < shape[0] or image[3] < shape[1]:
            raise TypeError(
                "Images2Neibs: in wrap_centered mode, don't support image shapes smaller then the patch "
                f"shapes: neib_shape=({shape[0]},{shape[1]}), ten4[2:]=[{image[2]},{image[3]}]"
            )
    elif mode != "ignore_borders":
        for i, (length, size, stride) in enumerate(zip(image[2:], shape, step)):
            if length < size or (length + zeros_around(size, mode) - size) % stride:
                raise TypeError(
                    f"neib_shape[{i}]={size}, neib_step[{i}]={stride} and ten4.shape[{i + 2}]={length} not "
                    "consistent"
                )
