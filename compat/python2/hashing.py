"""Python 2's hashes on 64 bits, which decided the order of its dicts and sets."""

from __future__ import annotations

import functools
import math
from typing import Any

_MASK = (1 << 64) - 1


def hash_(x: Any) -> int:
    """Return ``hash(x)`` of Python 2 without hash randomization, as a signed 64-bit integer.

    What hashes by its address hashes to something else there too; the value here is today's.
    """
    kind = type(x)
    if kind is str:
        return _text_hash(x)
    if kind is float:
        return _float_hash(x)
    if kind is tuple:
        return _tuple_hash(x)
    if isinstance(x, int):
        return _int_hash(int(x))
    if isinstance(x, bytes):
        return _bytes_hash(bytes(x))
    return signed(hash(x) & _MASK)


def signed(value: int) -> int:
    """Return the 64-bit integer `value` with its sign."""
    return value - (1 << 64) if value >> 63 else value


@functools.lru_cache(maxsize=1 << 16)
def _text_hash(text: str) -> int:
    return _bytes_hash(text.encode("utf-8", "surrogateescape"))


def _bytes_hash(data: bytes) -> int:
    """Return the hash of a string: each byte in turn, multiplied and mixed."""
    if not data:
        return 0
    value = data[0] << 7
    for byte in data:
        value = ((1000003 * value) ^ byte) & _MASK
    return _not_minus_one(signed(value ^ len(data)))


def _int_hash(x: int) -> int:
    """Return the hash of an integer: itself, or the folded digits of a long one."""
    if -(1 << 63) <= x < 1 << 63:
        return _not_minus_one(x)
    value, sign, digits = 0, 1 if x > 0 else -1, abs(x)
    parts = []
    while digits:
        parts.append(digits & ((1 << 30) - 1))
        digits >>= 30
    for digit in reversed(parts):
        value = ((value << 30) & _MASK) | (value >> 34)
        value = value + digit
        value = (value & _MASK) + (value >> 64)
    return _not_minus_one(signed((value * sign) & _MASK))


def _float_hash(x: float) -> int:
    """Return the hash of a float: that of the integer it equals, else from the halves of its mantissa."""
    if math.isinf(x):
        return 314159 if x > 0 else -271828
    if math.isnan(x):
        return 0
    if x.is_integer():
        return _int_hash(int(x))
    mantissa, exponent = math.frexp(x)
    mantissa *= 2147483648.0
    high = int(mantissa)
    return _not_minus_one(high + int((mantissa - high) * 2147483648.0) + (exponent << 15))


def _tuple_hash(x: tuple) -> int:
    value, multiplier = 0x345678, 1000003
    for left, item in zip(range(len(x) - 1, -1, -1), x, strict=True):
        value = ((value ^ (hash_(item) & _MASK)) * multiplier) & _MASK
        multiplier += 82520 + 2 * left
    return _not_minus_one(signed((value + 97531) & _MASK))


def _not_minus_one(value: int) -> int:
    return -2 if value == -1 else value
