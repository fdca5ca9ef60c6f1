"""The MRG31k3p generator on arrays of streams: integers of each step, and jumps far ahead.

A stream is six integers, the last three values of two linear recurrences:

    x[n] = (2**22 x[n-2] + (2**7 + 1) x[n-3]) mod M1        M1 = 2**31 - 1
    y[n] = (2**15 y[n-1] + (2**15 + 1) y[n-3]) mod M2       M2 = 2**31 - 21069

kept as ``x[n], x[n-1], x[n-2], y[n], y[n-1], y[n-2]``. What is drawn is ``x[n] - y[n]``, plus M1 unless that
is positive. Streams advance side by side: sample i of a draw is the next value of stream ``i % n_streams``.

There are three ways to the same integers: plain Python for a handful, NumPy over the streams, and a compiled
loop, which is used once it is there and nobody has to wait for it.

References
----------
P. L'Ecuyer and R. Touzin, Fast combined multiple recursive generators with multipliers of the form
a = +/- 2^q +/- 2^r, Proceedings of the 2000 Winter Simulation Conference, 683-689.
P. L'Ecuyer, R. Simard, E. J. Chen and W. D. Kelton, An object-oriented random-number package with many long
streams and substreams, Operations Research 50 (2002), 1073-1075.
"""

from __future__ import annotations

import numpy as np

from .background_kernel import BackgroundKernel

M1 = 2147483647
M2 = 2147462579

#: matrices of 2**72 and 2**134 steps, for the first and the second recurrence
JUMP_72 = (
    np.array([
        [1516919229, 758510237, 499121365],
        [1884998244, 1516919229, 335398200],
        [601897748, 1884998244, 358115744],
    ]),
    np.array([
        [1228857673, 1496414766, 954677935],
        [1133297478, 1407477216, 1496414766],
        [2002613992, 1639496704, 1407477216],
    ]),
)  # fmt: skip
JUMP_134 = (
    np.array([
        [1702500920, 1849582496, 1656874625],
        [828554832, 1702500920, 1512419905],
        [1143731069, 828554832, 102237247],
    ]),
    np.array([
        [796789021, 1464208080, 607337906],
        [1241679051, 1431130166, 1464208080],
        [1401213391, 1178684362, 1431130166],
    ]),
)  # fmt: skip

_KERNEL = BackgroundKernel(
    "mrg31k3p",
    """
def mrg31k3p(count: i64, streams: i64, state: i32p, scale: f64, out: REALp) -> None:
    for k in range(streams):
        s = 6 * k
        x1 = positive(state[s], 2147483647)
        x2 = positive(state[s + 1], 2147483647)
        x3 = positive(state[s + 2], 2147483647)
        y1 = positive(state[s + 3], 2147462579)
        y2 = positive(state[s + 4], 2147462579)
        y3 = positive(state[s + 5], 2147462579)
        i = k
        while i < count:
            x = (4194304 * x2 + 129 * x3) % 2147483647
            x3 = x2
            x2 = x1
            x1 = x
            y = (32768 * y1 + 32769 * y3) % 2147462579
            y3 = y2
            y2 = y1
            y1 = y
            integer = x - y if x > y else x - y + 2147483647
            out[i] = integer * scale
            i += streams
        state[s] = x1
        state[s + 1] = x2
        state[s + 2] = x3
        state[s + 3] = y1
        state[s + 4] = y2
        state[s + 5] = y3


def positive(value: i64, modulus: i64) -> i64:
    return value + modulus if value < 0 else value
""",
)
REALS = {"f": "f32", "d": "f64"}
SECONDS_A_SAMPLE = 1.0e-6  # of plain Python
SECONDS_A_ROUND = 7.0e-6  # of NumPy, however few streams there are
SECONDS_A_NUMBER = 1.2e-8
LARGEST_BUFFER = 1 << 16  # samples whose integers are kept at a time


def draw(
    state: np.ndarray, count: int, out: np.ndarray, scale: float, mask: int = -1, offset: int = 0
) -> None:
    """Write the next `count` samples of the streams into the flat `out` and advance `state` in place.

    Parameters
    ----------
    state : numpy.ndarray of int32, (n_streams, 6), C-contiguous
        Numbers that are negative stand for what they are modulo M1 and M2.
    scale, mask, offset
        A sample is ``((integer & mask) + offset) * scale``, rounded to the dtype of `out`.
    """
    if count == 0:
        return
    state = state[:count]  # the streams that take part
    singly = count * SECONDS_A_SAMPLE
    rounds = -(-count // len(state)) * SECONDS_A_ROUND + count * SECONDS_A_NUMBER
    kernel = None
    if mask == -1 and offset == 0:
        kernel = _KERNEL.get(min(singly, rounds), REAL=REALS.get(out.dtype.char))
    if kernel is not None:
        kernel.raw(count, len(state), state, scale, out)
    elif singly < rounds:
        _draw_singly(state, count, out, scale, mask, offset)
    else:
        step = max(1, LARGEST_BUFFER // len(state)) * len(state)
        for start in range(0, count, step):
            part = out[start : min(start + step, count)]
            _draw_rounds(state, len(part), part, scale, mask, offset)


def jump(vector: np.ndarray, matrices: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return streams `vector`, (6,) or (n, 6), moved ahead by a pair of `matrices`."""
    parts = np.asarray(vector, np.int64)
    moved = [multiply(matrices[0], parts[..., :3], M1), multiply(matrices[1], parts[..., 3:], M2)]
    return np.concatenate(moved, axis=-1).astype(np.int32)


def multiply(A: np.ndarray, s: np.ndarray, m: int) -> np.ndarray:
    """Return ``A s mod m`` for each row of `s`; products of numbers below 2**31 do not overflow."""
    return ((A * s[..., None, :]) % m).sum(axis=-1) % m


def substreams(start: np.ndarray, n_streams: int) -> np.ndarray:
    """Return `n_streams` streams, (n_streams, 6), from `start` on: each is 2**72 steps behind the last."""
    streams = np.array(start, np.int32).reshape(1, 6)
    stride = JUMP_72
    while len(streams) < n_streams:  # those made so far, moved by as many strides, are the next ones
        more = streams[: n_streams - len(streams)]
        streams = np.concatenate([streams, jump(more, stride)])
        stride = tuple(multiply(A, A.T, m).T for A, m in zip(stride, (M1, M2)))
    return streams


def _draw_singly(state, count, out, scale, mask, offset) -> None:
    """Draw with Python's integers, one stream after the other."""
    n_streams = len(state)
    for k, (x1, x2, x3, y1, y2, y3) in enumerate(state.tolist()):
        for i in range(k, count, n_streams):
            x1, x2, x3 = (4194304 * x2 + 129 * x3) % M1, x1, x2
            y1, y2, y3 = (32768 * y1 + 32769 * y3) % M2, y1, y2
            integer = x1 - y1 if x1 > y1 else x1 - y1 + M1
            out[i] = ((integer & mask) + offset) * scale
        state[k] = x1, x2, x3, y1, y2, y3


def _draw_rounds(state, count, out, scale, mask, offset) -> None:
    """Draw with NumPy, a value of all streams at a time."""
    n_streams = len(state)
    rounds = -(-count // n_streams)
    x, y = np.empty((2, rounds + 3, n_streams), np.int64)
    x[:3], y[:3] = state[:, 2::-1].T, state[:, :2:-1].T
    for r in range(rounds):
        np.remainder(4194304 * x[r + 1] + 129 * x[r], M1, out=x[r + 3])
        np.remainder(32768 * y[r + 2] + 32769 * y[r], M2, out=y[r + 3])
    integers = (x[3:] - y[3:]).reshape(-1)[:count]
    integers += M1 * (integers <= 0)
    if mask != -1 or offset:
        integers = (integers & mask) + offset
    np.multiply(integers, scale, out=out, dtype=np.float64, casting="same_kind")
    last = count - (rounds - 1) * n_streams  # streams that took part in the last round
    for part, end in ((slice(0, last), rounds + 3), (slice(last, None), rounds + 2)):
        state[part, 2::-1], state[part, :2:-1] = x[end - 3 : end, part].T, y[end - 3 : end, part].T
