"""Fourier transforms of the rows or columns of a matrix, and the matrix of the cosine transform."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import tensor
from ..gof import Apply, Op, generic

message = (
    "The module theano.sandbox.fourier will soon be deprecated. Please use theano.tensor.fft, which supports "
    "gradients and automatic optimization transfers to the GPU ops."
)
warnings.warn(message, stacklevel=2)


class GradTodo(Op):
    """Stands for the gradient of a transform, which nobody wrote: it cannot be computed."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        raise NotImplementedError("TODO")


grad_todo = GradTodo()


class FFT(Op):
    """``(frames, n, axis)`` -> the transform of length `n` of a matrix along `axis`.

    Parameters
    ----------
    half : bool
        Whether only the first half of the frequencies is returned, which takes an even length.
    inverse : bool
        Whether it is the inverse transform.
    """

    __props__ = ("half", "inverse")
    default_output = 0

    def __init__(self, half: bool = False, inverse: bool = False) -> None:
        self.half = half
        self.inverse = inverse

    def make_node(self, frames: Any, n: Any, axis: Any) -> Apply:
        frames = tensor.as_tensor_variable(frames, ndim=2)
        n, axis = tensor.as_tensor_variable(n, ndim=0), tensor.as_tensor_variable(axis, ndim=0)
        if self.half and frames.type.dtype.startswith("complex"):
            raise TypeError("Argument to HalfFFT must not be complex", frames)
        return Apply(self, [frames, n, axis], [tensor.zmatrix(), generic()])

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        frames, n, axis = inputs
        axis = int(axis)
        spectrum = (np.fft.ifft if self.inverse else np.fft.fft)(frames, int(n), axis)
        if self.half:
            if axis not in (0, 1):
                raise NotImplementedError(f"The axis of a half transform is 0 or 1, not {axis}.")
            if spectrum.shape[axis] % 2:
                raise ValueError("halfFFT on odd-length vectors is undefined")
            spectrum = spectrum.take(range(spectrum.shape[axis] // 2), axis=axis)
        output_storage[0][0] = spectrum

    def grad(self, inputs: Sequence, output_gradients: Sequence) -> list:
        return [grad_todo(inputs[0]), None, None]


fft = FFT(half=False, inverse=False)
half_fft = FFT(half=True, inverse=False)
ifft = FFT(half=False, inverse=True)
half_ifft = FFT(half=True, inverse=True)


def dct_matrix(rows: int, cols: int, unitary: bool = True) -> np.ndarray:
    """Return the (rows, cols) matrix of the cosine transform; `unitary` scales its first row."""
    angles = np.outer(np.arange(rows), 2 * np.arange(cols) + 1) * np.pi / (2.0 * cols)
    matrix = np.cos(angles) * np.sqrt(2.0 / cols)
    if unitary:
        matrix[0] *= np.sqrt(0.5)
    return matrix
