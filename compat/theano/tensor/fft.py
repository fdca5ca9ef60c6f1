"""Fourier transforms of real signals, complex numbers as pairs of reals along a last axis.

The first axis counts the signals; all the others are transformed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

from .. import gof
from .. import tensor as T
from ..gradient import DisconnectedType

__all__ = ["IRFFTOp", "RFFTOp", "irfft", "irfft_op", "rfft", "rfft_op"]


class _Transform(gof.Op):
    """``(signals, lengths of the transformed axes)`` -> their transform, not normalised."""

    __props__ = ()
    least_ndim: int
    extra_axes: int

    def output_type(self, inp: Variable) -> Any:
        """Return the type of the transform of `inp`."""
        return T.TensorType(inp.dtype, broadcastable=[False] * (inp.type.ndim + self.extra_axes))

    def make_node(self, a: Any, s: Any = None) -> Apply:
        a = T.as_tensor_variable(a)
        if a.ndim < self.least_ndim:
            raise TypeError(
                f"{type(self).__name__}: input must have dimension >= {self.least_ndim}, with first "
                f"dimension batches{' and last real/imag parts' if self.extra_axes < 0 else ''}; got {a.ndim}"
            )
        s = self.lengths(a) if s is None else T.as_tensor_variable(s)
        if s.dtype not in T.integer_dtypes:
            raise TypeError(f"{type(self).__name__}: length of the transformed axis must be of type integer")
        return gof.Apply(self, [a, s], [self.output_type(a)()])

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [False]]

    def grad(self, inputs: Any, output_grads: Any) -> list:
        (gout,), s = output_grads, inputs[1]
        return [self.of_gradient(gout, s), DisconnectedType()()]


class RFFTOp(_Transform):
    """The transform of real signals: half of the last axis' frequencies, the others being conjugates."""

    least_ndim = 2
    extra_axes = 1

    def lengths(self, a: Variable) -> Variable:
        return a.shape[1:]

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        a, s = inputs
        # in double precision whatever the input, as NumPy did in Theano's days
        spectrum = np.fft.rfftn(a.astype(np.float64), s=tuple(s), axes=_last_axes(s))
        output_storage[0][0] = np.stack([spectrum.real, spectrum.imag], axis=-1).astype(a.dtype)

    def of_gradient(self, gout: Variable, s: Variable) -> Variable:
        return irfft_op(_scaled_pairs(gout, s, 0.5), s)


class IRFFTOp(_Transform):
    """The real signals with the given half of their frequencies, times the number of elements."""

    least_ndim = 3
    extra_axes = -1

    def lengths(self, a: Variable) -> Variable:
        return _signal_lengths(a, 0)

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        a, s = inputs
        pairs = a.astype(np.float64)
        signals = np.fft.irfftn(pairs[..., 0] + 1j * pairs[..., 1], s=tuple(s), axes=_last_axes(s))
        output_storage[0][0] = (signals * s.prod()).astype(a.dtype)

    def of_gradient(self, gout: Variable, s: Variable) -> Variable:
        return _scaled_pairs(rfft_op(gout, s), s, 2)


def _last_axes(s: np.ndarray) -> tuple[int, ...]:
    return tuple(range(-len(s), 0))


def _signal_lengths(spectrum: Variable, odd: int) -> Variable:
    """Return the lengths of the signals of a spectrum, the last one even or odd."""
    s = spectrum.shape[1:-1]
    return T.set_subtensor(s[-1], (s[-1] - 1) * 2 + odd)


def _scaled_pairs(spectrum: Variable, s: Variable, factor: float) -> Variable:
    """Return `spectrum`, times `factor` where a frequency stands for itself and its negative."""
    paired = slice(1, (s[-1] // 2) + (s[-1] % 2))
    part = spectrum[(slice(None),) * (spectrum.ndim - 2) + (paired, slice(None))]
    return T.set_subtensor(part, part * factor)


rfft_op = RFFTOp()
irfft_op = IRFFTOp()


def rfft(inp: Variable, norm: str | None = None) -> Variable:
    """Return the transform of real signals: (m, ..., n) -> (m, ..., n // 2 + 1, 2).

    Parameters
    ----------
    inp : tensor
        `m` real signals.
    norm : {None, "ortho", "no_norm"}
        "ortho" divides by the root of the number of elements; the others by nothing.

    Raises
    ------
    ValueError
        For another `norm`.
    """
    s = inp.shape[1:]
    scaling = T.sqrt(s.prod().astype(inp.dtype)) if _unitary(norm) == "ortho" else 1
    return rfft_op(inp, s) / scaling


def irfft(inp: Variable, norm: str | None = None, is_odd: bool = False) -> Variable:
    """Return the real signals of a transform: (m, ..., n // 2 + 1, 2) -> (m, ..., n).

    Parameters
    ----------
    inp : tensor
        What `rfft` gave.
    norm : {None, "ortho", "no_norm"}
        None divides by the number of elements, "ortho" by its root, "no_norm" by nothing.
    is_odd : bool
        Whether the last axis of the signals has odd length.

    Raises
    ------
    ValueError
        For another `norm` or `is_odd`.
    """
    if is_odd not in (True, False):
        raise ValueError(f"Invalid value {is_odd} for is_odd, must be True or False")
    s = _signal_lengths(inp, int(is_odd))
    cond_norm, size = _unitary(norm), s.prod().astype(inp.dtype)
    scaling = {None: size, "ortho": T.sqrt(size), "no_norm": 1}[cond_norm]
    return irfft_op(inp, s) / scaling


def _unitary(norm: str | None) -> str | None:
    if norm not in (None, "ortho", "no_norm"):
        raise ValueError(f"Invalid value {norm} for norm, must be None, 'ortho' or 'no norm'")
    return norm
