"""The table of recurrent kernels: source text, size of the workspace, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from graphopt.ops.kernels import gru, lstm, rnn

REALS = {"float32": "f32", "float64": "f64"}


class RecurrentKernel(NamedTuple):
    """A whole recurrent layer, or its gradient, as text in the kernel language.

    Attributes
    ----------
    name : str
        Of the function to call in the text.
    template : str
        The text with ``REAL`` where the float type stands.
    work : callable
        ``work(T, B, H)`` is how many numbers the workspace, the last argument, must hold.
    """

    name: str
    template: str
    work: Callable[[int, int, int], int]

    def source(self, dtype: str) -> str:
        """Return the text for `dtype`, "float32" or "float64"."""
        return self.template.replace("REAL", REALS[str(dtype)])


KERNELS = {
    kernel.name: kernel
    for kernel in (
        RecurrentKernel("rnn_forward", rnn.FORWARD, lambda T, B, H: 0),
        RecurrentKernel("rnn_backward", rnn.BACKWARD, lambda T, B, H: H * H),
        RecurrentKernel("gru_after_forward", gru.FORWARD_AFTER, lambda T, B, H: 3 * B * H),
        RecurrentKernel("gru_after_backward", gru.BACKWARD_AFTER, lambda T, B, H: 3 * H * H),
        RecurrentKernel("gru_before_forward", gru.FORWARD_BEFORE, lambda T, B, H: 3 * B * H),
        RecurrentKernel("gru_before_backward", gru.BACKWARD_BEFORE, lambda T, B, H: B * H),
        RecurrentKernel("lstm_forward", lstm.FORWARD, lambda T, B, H: 4 * B * H),
        RecurrentKernel("lstm_backward", lstm.BACKWARD, lambda T, B, H: 4 * H * H),
    )
}
