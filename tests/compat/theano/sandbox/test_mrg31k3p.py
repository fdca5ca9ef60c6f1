"""The MRG31k3p generator: one sequence of integers, three ways to it."""

import itertools
from pathlib import Path

import numpy as np
import pytest

import compat.theano.sandbox
from compat.theano.sandbox import mrg31k3p
from graphopt.engine import native

NORM = 2.0**-31


def by_plain_arithmetic(state, count):
    """Return the next samples of the streams by the recurrences as L'Ecuyer and Touzin write them."""
    streams = [list(map(int, row)) for row in state]
    out = []
    for i in range(count):
        s = streams[i % len(streams)]
        x = (2**22 * s[1] + (2**7 + 1) * s[2]) % (2**31 - 1)
        y = (2**15 * s[3] + (2**15 + 1) * s[5]) % (2**31 - 21069)
        s[:] = [x, s[0], s[1], y, s[3], s[4]]
        out.append(((x - y) if x > y else (x - y + 2**31 - 1)) * NORM)
    return np.array(out), np.array(streams, np.int32)


def by_kernel(state, count, out, scale, mask, offset):
    kernel = mrg31k3p._KERNEL
    source = kernel.template.replace("REAL", mrg31k3p.REALS[out.dtype.char])
    native.build(source, kernel.entry).raw(count, len(state), state, scale, out)


WAYS = [mrg31k3p._draw_singly, mrg31k3p._draw_rounds]
if native.available() == "c":
    WAYS.append(by_kernel)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("n_streams", "count"), [(1, 1), (1, 13), (3, 7), (4, 12), (50, 50), (7, 100)])
def test_three_ways(way, n_streams, count):
    start = mrg31k3p.substreams([12345] * 6, n_streams)
    expected, last = by_plain_arithmetic(start, count)
    for dtype in ("float64", "float32"):
        state, out = start.copy(), np.empty(count, dtype)
        way(state, count, out, NORM, -1, 0)
        np.testing.assert_array_equal(out, expected.astype(dtype))
        np.testing.assert_array_equal(state, last)


def test_a_draw_in_parts_is_the_draw():
    """Large draws go through buffers of bounded size; streams beyond the count are left alone."""
    start = mrg31k3p.substreams([99] * 6, 1000)
    count = 2 * mrg31k3p.LARGEST_BUFFER + 123
    state, out = start.copy(), np.empty(count)
    mrg31k3p.draw(state, count, out, NORM)
    expected = np.empty(count)
    mrg31k3p._draw_rounds(start, count, expected, NORM, -1, 0)
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(state, start)
    mrg31k3p.draw(state, 10, np.empty(10), NORM)
    np.testing.assert_array_equal(state[10:], start[10:])
    mrg31k3p.draw(state, 0, np.empty(0), NORM)


def test_jumps():
    """A jump of 2**k steps is the step's matrix squared k times."""
    for part, modulus, step in (
        (0, mrg31k3p.M1, [[0, 2**22, 129], [1, 0, 0], [0, 1, 0]]),
        (1, mrg31k3p.M2, [[2**15, 0, 2**15 + 1], [1, 0, 0], [0, 1, 0]]),
    ):
        power = np.array(step, dtype=object)
        for squared in range(1, 135):
            power = power.dot(power) % modulus
            for k, matrices in ((72, mrg31k3p.JUMP_72), (134, mrg31k3p.JUMP_134)):
                if squared == k:
                    np.testing.assert_array_equal(power.astype(np.int64), matrices[part])


def test_substreams_follow_one_another():
    streams = mrg31k3p.substreams([1, 2, 3, 4, 5, 6], 11)
    for before, after in itertools.pairwise(streams):
        np.testing.assert_array_equal(mrg31k3p.jump(before, mrg31k3p.JUMP_72), after)


def test_samples_of_the_authors():
    """The Java code of L'Ecuyer drew them: seed 12345, 12 streams of 7 substreams, 5 samples each."""
    expected = np.loadtxt(Path(compat.theano.sandbox.__path__[0]) / "samples_MRG31k3p_12_7_5.txt")
    start, samples = np.full(6, 12345, np.int32), []
    for _ in range(12):
        out = np.empty(35)
        mrg31k3p.draw(mrg31k3p.substreams(start, 7), 35, out, NORM)
        samples.append(out.reshape(5, 7).T.ravel())
        start = mrg31k3p.jump(start, mrg31k3p.JUMP_134)
    np.testing.assert_allclose(np.concatenate(samples), expected, rtol=1e-14)
