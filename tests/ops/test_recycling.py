"""Memory is used again only when nobody can see it."""

import threading

import numpy as np
import pytest

from graphopt.ops import recycling
from graphopt.ops.recycling import LARGEST, MOST, SMALLEST, empty

FLOAT = np.dtype("float64")
SHAPE = (SMALLEST // 8, 2)


def address(array):
    return array.__array_interface__["data"][0]


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(recycling, "_blocks", recycling._Blocks())


def test_a_result_let_go_gives_its_memory_to_the_next():
    first = empty(SHAPE, FLOAT)
    place = address(first)
    del first
    assert address(empty(SHAPE, FLOAT)) == place


@pytest.mark.parametrize(
    "hold",
    [lambda a: a, lambda a: a[3:, 1], lambda a: a.T.ravel("K"), lambda a: memoryview(a), lambda a: a.base],
)
def test_what_is_held_in_any_way_is_never_given_out(hold):
    first = empty(SHAPE, FLOAT)
    place = address(first)
    held = hold(first)
    del first
    others = [empty(SHAPE, FLOAT) for _ in range(3 * recycling._MOST_ALIKE)]
    assert place not in [address(other) for other in others]
    assert len({address(other) for other in others}) == len(others)
    assert held is not None


def test_changing_a_result_in_place_does_not_change_the_next():
    first = empty(SHAPE, FLOAT)
    first.flags.writeable = False
    first.shape = SHAPE[::-1]
    del first
    second = empty(SHAPE, FLOAT)
    assert second.shape == SHAPE
    assert second.flags.writeable


def test_other_threads_have_other_memory():
    first = empty(SHAPE, FLOAT)
    place, seen = address(first), []
    del first

    def other():
        seen.append(address(empty(SHAPE, FLOAT)))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert seen != [place]


def test_kept_memory_is_bounded():
    for rows in range(1, 20):
        empty((LARGEST // 8 - rows,), FLOAT)
    assert 0 < recycling._blocks.size <= MOST
    assert recycling._blocks.size == sum(b.nbytes for k in recycling._blocks.by_kind.values() for b in k)
    empty((LARGEST // 8 + 1,), FLOAT)
    assert recycling._blocks.size <= MOST


@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3), SHAPE, (LARGEST // 4,)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_arrays_look_as_those_of_numpy(shape, dtype):
    array = empty(shape, np.dtype(dtype))
    assert (array.shape, array.dtype) == (shape, dtype)
    assert array.flags.c_contiguous
    assert array.flags.writeable
