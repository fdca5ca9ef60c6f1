"""One box around what a search leaves open: it loses no good point and is narrower."""

import time

import numpy as np
import pytest

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.branching.branch_and_bound import branch_and_bound
from graphopt.solvers.branching.search import Search
from graphopt.solvers.limits import Limits
from graphopt.solvers.milp.narrowing import advanced, narrowed
from programs import random_program

LOWER, UPPER = -np.ones(2), np.ones(2)
ROUNDING = 1e-9


class Coarse(Search):
    """A search that knows the middle of the box only, so that many points are better."""

    def _look_around(self, incumbent):
        self._accept(0.5 * (self.lower + self.upper)[None])

    def _try_corners(self, boxes):
        pass


def begun(seed, sizes=(2, 12, 12, 1)):
    program = random_program(np.random.default_rng(seed), sizes, "relu", 2.0)
    whole = np.zeros(2, dtype=bool)
    search = Coarse(program, LOWER, UPPER, whole, Limits.of(program, []), gap=1e-3)
    search.begin()
    return search, linear_bounds(program, LOWER[None], UPPER[None]).enclosure


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sizes", [(2, 12, 12, 1), (2, 16, 1), (2, 8, 8, 8, 1)])
def test_the_best_point_lies_inside(seed, sizes):
    search, whole = begun(seed, sizes)
    assert advanced(search, nodes=4) is None
    found = narrowed(search, whole)
    for group, before in zip(found.arguments[1:], whole.arguments[1:], strict=True):
        assert np.all((group[0][0] >= before[0][0] - ROUNDING) & (group[0][1] <= before[0][1] + ROUNDING))
    best = branch_and_bound(search.program, LOWER, UPPER)
    inside = branch_and_bound(search.program, *(side[0] for side in found.values[0]))
    assert min(search.closed, inside.value) == pytest.approx(best.value, abs=2e-6)  # twice the gap
    if inside.value >= search.closed:
        return
    values = search.program.values(inside.x[None])
    for g, group in enumerate(search.program.groups[1:], 1):
        argument, (low, high) = group.arguments[0](values), found.arguments[g][0]
        assert np.all((argument >= low - ROUNDING) & (argument <= high + ROUNDING))


def test_arguments_behind_the_first_group_become_narrower():
    search, whole = begun(1)
    assert advanced(search, nodes=16) is None
    found = narrowed(search, whole)
    widths = [np.sum(e.arguments[2][0][1] - e.arguments[2][0][0]) for e in (whole, found)]
    assert widths[1] < 0.9 * widths[0]


def test_looking_at_the_open_boxes_leaves_them_open():
    search, whole = begun(1)
    assert advanced(search, nodes=16) is None
    before = len(search.frontier), search.lower_bound
    assert narrowed(search, whole) is not None
    assert (len(search.frontier), search.lower_bound) == before
    nodes = search.nodes
    advanced(search, nodes=8)
    assert search.nodes > nodes
    assert search.lower_bound >= before[1]


def test_a_time_that_has_come_ends_both():
    search, whole = begun(1)
    nodes = search.nodes
    assert advanced(search, until=time.perf_counter()) is None
    assert search.nodes == nodes
    assert narrowed(search, whole, until=time.perf_counter()) is None
