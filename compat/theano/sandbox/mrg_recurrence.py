"""The recurrence of MRG31k3p, and its powers that jump ahead: L'Ecuyer's generator in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import mrg31k3p

# constants of the generator, as old programs find them
M1 = np.asarray(np.int32(mrg31k3p.M1))
M2 = np.asarray(np.int32(mrg31k3p.M2))
MASK12 = np.int32(2**9 - 1)
MASK13 = np.int32(2**24 - 1)
MASK2 = np.int32(2**16 - 1)
MULT2 = np.int32(21069)
NORM = 2.0**-31
A1p72, A2p72 = mrg31k3p.JUMP_72
A1p134, A2p134 = mrg31k3p.JUMP_134
np_int32_vals = [np.int32(i) for i in (0, 7, 9, 15, 16, 22, 24)]


def matVecModM(A: np.ndarray, s: np.ndarray, m: Any) -> np.ndarray:
    """Return ``A s mod m`` as int32, for an int64 matrix `A`."""
    assert A.dtype == "int64"
    return mrg31k3p.multiply(A, np.asarray(s, np.int64), int(m)).astype(np.int32)


def multMatVect(v: np.ndarray, A: np.ndarray, m1: Any, B: np.ndarray, m2: Any) -> np.ndarray:
    """Return `v` with its first half multiplied by `A` modulo `m1`, its second by `B` modulo `m2`."""
    v = np.asarray(v)
    return np.concatenate([matVecModM(A, v[:3], m1), matVecModM(B, v[3:], m2)])


def ff_2p134(rstate: np.ndarray) -> np.ndarray:
    """Return the state 2**134 steps ahead: the start of the next stream."""
    return mrg31k3p.jump(rstate, mrg31k3p.JUMP_134)


def ff_2p72(rstate: np.ndarray) -> np.ndarray:
    """Return the state 2**72 steps ahead: the start of the next substream."""
    return mrg31k3p.jump(rstate, mrg31k3p.JUMP_72)


def mrg_next_value(rstate: np.ndarray, new_rstate: np.ndarray, NORM: float, mask: int, offset: int) -> Any:
    """Return the next sample of one stream `rstate` and write its new state to `new_rstate`."""
    state = np.array(rstate, np.int32).reshape(1, 6)
    out = np.empty(1)
    mrg31k3p.draw(state, 1, out, float(NORM), mask, offset)
    new_rstate[...] = state[0]
    return out[0]
