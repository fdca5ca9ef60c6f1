"""Initial weights: Keras' distributions and names, drawn from a NumPy generator.

An initialiser is called as ``initializer(shape, rng, dtype)`` and returns an array.
The distributions are Keras'; the bits are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphopt.errors import InvalidValue, ShapeMismatch, unknown_name
from graphopt.nn import choices

Initializer = Callable[[tuple[int, ...], np.random.Generator, str], np.ndarray]

_TRUNCATED_STDDEV = 0.87962566103423978
"""Standard deviation of the normal distribution truncated at two."""


@dataclass(frozen=True)
class Zeros:
    """All zero."""

    def __call__(self, shape, rng, dtype):
        return np.zeros(shape, dtype)


@dataclass(frozen=True)
class Ones:
    """All one."""

    def __call__(self, shape, rng, dtype):
        return np.ones(shape, dtype)


@dataclass(frozen=True)
class Constant:
    """All `value`."""

    value: float = 0.0

    def __call__(self, shape, rng, dtype):
        return np.full(shape, self.value, dtype)


@dataclass(frozen=True)
class Identity:
    """`gain` times the identity matrix."""

    gain: float = 1.0

    def __call__(self, shape, rng, dtype):
        if len(shape) != 2:
            raise ShapeMismatch(f"Identity initialises matrices; the weight has shape {shape}.")
        return self.gain * np.eye(*shape, dtype=dtype)


@dataclass(frozen=True)
class RandomNormal:
    """Normal with the given `mean` and `stddev`."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, shape, rng, dtype):
        return rng.normal(self.mean, self.stddev, shape).astype(dtype)


@dataclass(frozen=True)
class RandomUniform:
    """Uniform on ``[minval, maxval)``."""

    minval: float = -0.05
    maxval: float = 0.05

    def __call__(self, shape, rng, dtype):
        return rng.uniform(self.minval, self.maxval, shape).astype(dtype)


@dataclass(frozen=True)
class TruncatedNormal:
    """Normal with the given `mean` and `stddev`, redrawn beyond two standard deviations."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, shape, rng, dtype):
        z = rng.standard_normal(shape)
        outside = np.abs(z) > 2.0
        while outside.any():
            z[outside] = rng.standard_normal(int(outside.sum()))
            outside = np.abs(z) > 2.0
        return (self.mean + self.stddev * z).astype(dtype)


@dataclass(frozen=True)
class VarianceScaling:
    """Zero mean and variance ``scale / n``, n the fan in, the fan out, or their average.

    `mode` is ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``; `distribution` is ``"truncated_normal"``,
    ``"untruncated_normal"`` or ``"uniform"``.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"

    def __post_init__(self):
        if not self.scale > 0:
            raise InvalidValue(f"VarianceScaling: scale is {self.scale!r}; expected a number above 0.")
        if self.mode not in ("fan_in", "fan_out", "fan_avg"):
            raise unknown_name("mode", self.mode, ("fan_in", "fan_out", "fan_avg"))
        known = ("normal", "truncated_normal", "untruncated_normal", "uniform")
        if self.distribution not in known:
            raise unknown_name("distribution", self.distribution, known)

    def __call__(self, shape, rng, dtype):
        return _scaled(shape, rng, dtype, self.scale, self.mode, self.distribution)


@dataclass(frozen=True)
class GlorotUniform:
    """Uniform on +-sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010)."""

    def __call__(self, shape, rng, dtype):
        return _scaled(shape, rng, dtype, 1.0, "fan_avg", "uniform")


@dataclass(frozen=True)
class GlorotNormal:
    """Truncated normal of variance 2 / (fan in + fan out) (Glorot and Bengio 2010)."""

    def __call__(self, shape, rng, dtype):
        return _scaled(shape, rng, dtype, 1.0, "fan_avg", "truncated_normal")


@dataclass(frozen=True)
class HeUniform:
    """Uniform on +-sqrt(6 / fan in) (He et al. 2015)."""

    def __call__(self, shape, rng, dtype):
        return _scaled(shape, rng, dtype, 2.0, "fan_in", "uniform")


@dataclass(frozen=True)
class HeNormal:
    """Truncated normal of variance 2 / fan in (He et al. 2015)."""

    def __call__(self, shape, rng, dtype):
        return _scaled(shape, rng, dtype, 2.0, "fan_in", "truncated_normal")


@dataclass(frozen=True)
class LecunUniform:
    """Uniform on +-sqrt(3 / fan in) (Klambauer et al. 2017)."""

    def __call__(self, shape, rng, dtype):
        return _scaled(shape, rng, dtype, 1.0, "fan_in", "uniform")


@dataclass(frozen=True)
class LecunNormal:
    """Truncated normal of variance 1 / fan in (Klambauer et al. 2017)."""

    def __call__(self, shape, rng, dtype):
        return _scaled(shape, rng, dtype, 1.0, "fan_in", "truncated_normal")


@dataclass(frozen=True)
class Orthogonal:
    """`gain` times a random matrix whose rows or columns are orthonormal (Saxe et al. 2014)."""

    gain: float = 1.0

    def __call__(self, shape, rng, dtype):
        if len(shape) < 2:
            raise ShapeMismatch(f"Orthogonal initialises matrices; the weight has shape {shape}.")
        n_rows, n_cols = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(rng.standard_normal((max(n_rows, n_cols), min(n_rows, n_cols))))
        q *= np.sign(np.diag(r))
        if n_rows < n_cols:
            q = q.T
        return (self.gain * q.reshape(shape)).astype(dtype)


def _scaled(shape, rng, dtype, scale, mode, distribution):
    """Return a draw of mean zero and variance ``scale / fan``."""
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[mode]
    variance = scale / max(1.0, fan)
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return RandomUniform(-limit, limit)(shape, rng, dtype)
    if distribution == "untruncated_normal":
        return RandomNormal(0.0, math.sqrt(variance))(shape, rng, dtype)
    return TruncatedNormal(0.0, math.sqrt(variance) / _TRUNCATED_STDDEV)(shape, rng, dtype)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the numbers of inputs and outputs that a weight of `shape` joins."""
    if len(shape) == 0:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


TABLE = choices.name_table(
    (
        Zeros, Ones, Constant, Identity, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling,
        GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal,
    ),
    {"normal": RandomNormal, "uniform": RandomUniform, "one": Ones, "zero": Zeros},
)  # fmt: skip
"""Every initialiser by its Keras names."""


def get(identifier: Any) -> Initializer:
    """Return the initialiser called `identifier`; None is zeros.

    Raises
    ------
    UnknownName
        If no initialiser has the name; the message gives the nearest one.
    """
    return Zeros() if identifier is None else choices.get(identifier, kind="initializer", table=TABLE)


def saved(initializer: Initializer) -> str | dict[str, Any] | None:
    """Return the form of `initializer` that a file keeps."""
    return choices.saved(initializer, kind="initializer", table=TABLE)
