"""Shapes of convolutions and of their gradients, of numbers or of expressions; None is what is not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pytensor.graph.basic import Variable
from pytensor.raise_op import Assert

from ....adopt import adopted
from ...configdefaults import config
from .. import basic as tensor

__all__ = [
    "assert_conv_shape",
    "assert_shape",
    "border_mode_to_pad",
    "check_conv_gradinputs_shape",
    "get_conv_gradinputs_shape",
    "get_conv_gradinputs_shape_1axis",
    "get_conv_gradweights_shape",
    "get_conv_gradweights_shape_1axis",
    "get_conv_output_shape",
    "get_conv_shape_1axis",
]


def get_conv_output_shape(
    image_shape: Sequence,
    kernel_shape: Sequence,
    border_mode: Any,
    subsample: Sequence,
    filter_dilation: Sequence | None = None,
) -> tuple:
    """Return (batch size, output channels, *places) of a convolution.

    Parameters
    ----------
    image_shape : (batch size, input channels, *image)
    kernel_shape : (output channels, input channels, *kernel), unshared (output channels, *places, ...)
    border_mode : "valid", "half", "full", or a tuple with a number or a pair for each axis
    subsample, filter_dilation : one number for each axis
    """
    axes = len(image_shape) - 2
    places = _each_axis(
        get_conv_shape_1axis, image_shape[2:], kernel_shape[-axes:], border_mode, subsample, filter_dilation
    )
    return (image_shape[0], kernel_shape[0], *places)


def get_conv_shape_1axis(
    image_shape: Any, kernel_shape: Any, border_mode: Any, subsample: Any, dilation: Any = 1
) -> Any:
    """Return how many places a kernel takes along an axis."""
    if _unknown(image_shape, kernel_shape, border_mode, subsample, dilation):
        return None
    length = (kernel_shape - 1) * dilation + 1
    places = image_shape - length
    for pad in _pads(border_mode, length):
        places = _changed(places, pad)
    if _differs(subsample, 1):
        places = places // subsample
    return places + 1


def get_conv_gradweights_shape(
    image_shape: Sequence,
    top_shape: Sequence,
    border_mode: Any,
    subsample: Sequence,
    filter_dilation: Sequence | None = None,
    num_groups: int = 1,
    unshared: bool = False,
) -> tuple:
    """Return the shape of the kernels that a convolution from `image_shape` to `top_shape` has.

    It follows only where the subsample is 1 and the border is not "half"; elsewhere there is None.
    """
    outputs, channels = top_shape[1], image_shape[1]
    if num_groups > 1:
        outputs = outputs // num_groups
    kernel = _each_axis(
        get_conv_gradweights_shape_1axis,
        image_shape[2:], top_shape[2:], border_mode, subsample, filter_dilation,
    )  # fmt: skip
    places = tuple(top_shape[2:]) if unshared else ()
    return (outputs, *places, channels, *kernel)


def get_conv_gradweights_shape_1axis(
    image_shape: Any, top_shape: Any, border_mode: Any, subsample: Any, dilation: Any
) -> Any:
    """Return the kernel's length along an axis, or None where it does not follow."""
    if _unknown(image_shape, top_shape, border_mode, subsample, dilation) or _differs(subsample, 1):
        return None
    if isinstance(border_mode, str) and border_mode == "half":
        return None
    if isinstance(border_mode, str) and border_mode == "full":
        less_one = top_shape - image_shape
    else:
        left, right = _pads(border_mode, None)
        less_one = _changed(_changed(image_shape, left), right) - top_shape
    if dilation > 1:
        less_one = less_one / dilation
    return less_one + 1


def get_conv_gradinputs_shape(
    kernel_shape: Sequence,
    top_shape: Sequence,
    border_mode: Any,
    subsample: Sequence,
    filter_dilation: Sequence | None = None,
    num_groups: int = 1,
) -> tuple:
    """Return the shape of the images that a convolution with `kernel_shape` takes to `top_shape`.

    It follows only along axes whose subsample is 1; elsewhere there is None.
    """
    axes = len(top_shape) - 2
    channels = kernel_shape[1] * num_groups if num_groups > 1 else kernel_shape[1]
    image = _each_axis(
        get_conv_gradinputs_shape_1axis,
        kernel_shape[-axes:], top_shape[2:], border_mode, subsample, filter_dilation,
    )  # fmt: skip
    return (top_shape[0], channels, *image)


def get_conv_gradinputs_shape_1axis(
    kernel_shape: Any, top_shape: Any, border_mode: Any, subsample: Any, dilation: Any
) -> Any:
    """Return the image's length along an axis, or None where it does not follow."""
    if _unknown(kernel_shape, top_shape, border_mode, subsample, dilation) or _differs(subsample, 1):
        return None
    length = (kernel_shape - 1) * dilation + 1
    image = top_shape + length - 1
    for pad in _pads(border_mode, length):
        image = _changed(image, pad, -1)
    return image


def check_conv_gradinputs_shape(
    image_shape: Sequence,
    kernel_shape: Sequence,
    output_shape: Sequence,
    border_mode: Any,
    subsample: Sequence,
    filter_dilation: Sequence | None = None,
) -> bool:
    """Return whether images of this shape give `output_shape`; True where expressions leave it open."""
    axes = len(image_shape) - 2
    if not len(image_shape) == len(kernel_shape) == len(output_shape) or axes != len(subsample):
        return False
    if filter_dilation is not None and axes != len(filter_dilation):
        return False
    computed = get_conv_output_shape(
        tuple(image_shape), tuple(kernel_shape), border_mode, subsample, filter_dilation
    )
    return all(map(_may_be_equal, tuple(output_shape), computed))


def assert_conv_shape(shape: Sequence) -> tuple:
    """Return `shape`, whose expressions check themselves when they are run.

    The first two lengths may be 0, the others not.

    Raises
    ------
    ValueError
        If a number among them is too small.
    """
    checked = []
    for i, length in enumerate(shape):
        least, sign = (0, "<") if i < 2 else (1, "<=")
        message = f"The convolution would produce an invalid shape (dim[{i}]"
        try:
            known = tensor.get_scalar_constant_value(length)
        except tensor.NotScalarConstantError:
            checked.append(_asserted(length, f"{message} {sign} 0).", tensor.ge(length, least)))
        else:
            if known < least:
                raise ValueError(f"{message}: {known} {sign} 0).")
            checked.append(length)
    return tuple(checked)


def assert_shape(x: Variable, expected_shape: Sequence | None, msg: str = "Unexpected shape.") -> Variable:
    """Return `x`; with ``config.conv.assert_shape`` it checks its shape against what is not None when run."""
    if expected_shape is None or not config.conv.assert_shape:
        return x
    tests = [tensor.eq(x.shape[i], n) for i, n in enumerate(expected_shape) if n is not None]
    return _asserted(x, msg, *tests) if tests else x


def border_mode_to_pad(mode: Any, convdim: int, kshp: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the zeros before and after each axis of the image, for kernels of lengths `kshp`.

    Raises
    ------
    ValueError
        If `mode` is no border.
    """
    if isinstance(mode, tuple):
        if len(mode) != convdim:
            raise ValueError(f"invalid border_mode {mode} which must be a tuple of length {convdim}")
        return tuple(_pair(entry, mode) for entry in mode)
    if mode not in ("valid", "full", "half"):
        raise ValueError(
            f'invalid border_mode {mode}, which must be either "valid", "full", "half", an integer or a '
            "tuple "
            f"of length {convdim}"
        )
    return tuple(_pads(mode, kshp[i]) for i in range(convdim))


def _pair(entry: Any, mode: tuple) -> tuple[int, int]:
    """Return an entry of a border as zeros before and after."""
    if isinstance(entry, int) and entry >= 0:
        return entry, entry
    if isinstance(entry, tuple) and min(entry) >= 0 and all(isinstance(pad, int) for pad in entry):
        if len(entry) != 2:
            raise NotImplementedError(f"Asymmetric padding not implemented for {len(entry)}d")
        return entry
    raise ValueError(f"invalid border mode {mode}. The tuple can only contain integers or tuples of length 2")


def _pads(border_mode: Any, length: Any) -> tuple:
    """Return the zeros before and after one axis, for a (dilated) kernel of this length."""
    if isinstance(border_mode, str):
        pad = {"valid": lambda: 0, "half": lambda: length // 2, "full": lambda: length - 1}[border_mode]()
        return pad, pad
    left, right = border_mode if isinstance(border_mode, tuple) else (border_mode, border_mode)
    if any(not isinstance(pad, Variable) and pad < 0 for pad in (left, right)):
        raise ValueError("border_mode must be >= 0")
    return left, right


def _each_axis(rule: Callable, first: Sequence, second: Sequence, border_mode, subsample, dilation) -> tuple:
    """Return `rule` applied to each axis."""
    dilation = [1] * len(subsample) if dilation is None else dilation
    border = border_mode if isinstance(border_mode, tuple) else [border_mode] * len(subsample)
    return tuple(
        rule(first[i], second[i], border[i], subsample[i], dilation[i]) for i in range(len(subsample))
    )


def _unknown(*values: Any) -> bool:
    return any(value is None for value in values)


def _differs(value: Any, number: int) -> bool:
    """Return whether `value` is an expression or another number."""
    return isinstance(value, Variable) or value != number


def _changed(value: Any, pad: Any, sign: int = 1) -> Any:
    """Return `value` with the zeros of one end added (or taken away), if there are any: graphs stay small."""
    return value + sign * pad if _differs(pad, 0) else value


def _may_be_equal(given: Any, computed: Any) -> bool:
    try:
        return int(tensor.get_scalar_constant_value(given)) == int(tensor.get_scalar_constant_value(computed))
    except tensor.NotScalarConstantError:  # of None, too
        return True


@adopted
def _asserted(x: Any, message: str, *tests: Variable) -> Variable:
    return Assert(message)(x, *tests)
