"""The lines of the comparison with the real Theano 1.0.5 as a table: the program and the bars."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Program:
    """A program of `theano_programs`: the bar of a call when all is warm, and that of a whole cold process.

    `tolerance` is relative to the greatest number of each array.
    """

    name: str
    label: str
    bar: float
    cold_bar: float | None
    tolerance: float


FLOAT32, FLOAT64 = 1e-4, 1e-10  # some thousand roundings of 6e-8 and 1e-16

PROGRAMS = (
    Program("convolution float32", "conv 32x3x32x32, 64 filters 5x5, float32", 0.8, None, FLOAT32),
    Program("convolution float64", "conv 32x3x32x32, 64 filters 5x5, float64", 0.8, 0.1, FLOAT64),
    Program("pooling float32", "max pooling 2x2 of 32x64x28x28, float32", 1.0, None, FLOAT32),
    Program("pooling float64", "max pooling 2x2 of 32x64x28x28, float64", 1.0, 0.1, FLOAT64),
    Program("lstm float32", "LSTM by scan, 24 steps, 64 units, float32", 1.0, None, FLOAT32),
    Program("lstm float64", "LSTM by scan, 24 steps, 64 units, float64", 1.0, 0.1, FLOAT64),
    Program("gate float64", "2-3-1 net, 400 single updates", 1.0, 0.1, FLOAT64),
)
