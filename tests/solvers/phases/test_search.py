"""Branch and bound on neurons against enumeration, branch and bound over boxes, and points."""

from itertools import pairwise

import numpy as np
import pytest

from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.enumeration import enumerate_points
from graphopt.solvers.phases import search as phases
from graphopt.solvers.phases.search import PhaseSearch
from graphopt.structure.forms import Form
from graphopt.structure.program import Program
from programs import grid, random_program, skipping_program, with_limit

GAP = 1e-6


@pytest.fixture(autouse=True)
def no_descents(monkeypatch):
    """The search itself has to find the best points: it begins with the middle of the box."""

    def middle(program, lower, upper, **_):
        x = np.floor(0.5 * (lower + upper))
        return x, float(program(x[None])[0][0, 0])

    monkeypatch.setattr(phases, "good_point", middle)


def searched(program, lower, upper, integer=None, limits=(), **options):
    """Return what a search run to its end proves."""
    integer = np.zeros(program.size, bool) if integer is None else integer
    search = PhaseSearch(program, lower, upper, integer, limits, **{"gap": GAP, **options})
    search.begin()
    while search.decided() is None:
        search.advance(16)
    return search.proof(search.decided())


@pytest.mark.parametrize("sizes", [(2, 12, 12, 1), (3, 16, 1), (2, 6, 6, 6, 6, 1), (4, 10, 10, 1)])
@pytest.mark.parametrize("seed", range(3))
def test_the_same_minimum_as_over_boxes(sizes, seed):
    program = random_program(np.random.default_rng(seed), sizes, "relu", 2.0)
    box = -np.ones(sizes[0]), np.ones(sizes[0])
    proof = searched(program, *box)
    expected = branch_and_bound(program, *box, options=BranchAndBound(gap=GAP))
    assert proof.stopped == "gap"
    assert proof.value == pytest.approx(expected.value, abs=2 * GAP)
    assert proof.lower_bound <= expected.value
    assert proof.value - proof.lower_bound <= GAP
    assert program(proof.x[None])[0][0, 0] == proof.value


@pytest.mark.parametrize("seed", range(6))
def test_groups_over_several_groups_against_a_grid(seed):
    program = skipping_program(np.random.default_rng(seed))
    proof = searched(program, -np.ones(3), np.ones(3))
    assert proof.lower_bound <= program(grid(-np.ones(3), np.ones(3), 41))[0].min()
    assert proof.gap <= GAP


@pytest.mark.parametrize("seed", range(3))
def test_whole_numbers_and_limits_against_enumeration(seed):
    program = random_program(np.random.default_rng(seed), (6, 12, 8, 1), "relu", 1.5)
    program = with_limit(program, np.ones((1, 6)))
    whole, box = np.ones(6, dtype=bool), (-np.ones(6), np.ones(6))
    proof = searched(program, *box, whole, [(-1.0, 2.0)])
    expected = enumerate_points(program, *box, integer=whole, limits=[(-1.0, 2.0)])
    assert proof.value == pytest.approx(expected.value, abs=GAP)
    assert proof.lower_bound <= expected.value
    assert proof.stopped == "gap"


@pytest.mark.parametrize("seed", range(3))
def test_some_whole_numbers_and_limits_against_boxes(seed):
    rng = np.random.default_rng(seed)
    program = with_limit(random_program(rng, (3, 8, 8, 1), "relu", 2.0), rng.normal(size=(1, 3)))
    whole, box, limits = np.array([True, False, False]), (-np.ones(3), np.ones(3)), [(-0.25, 0.25)]
    proof = searched(program, *box, whole, limits)
    expected = branch_and_bound(program, *box, integer=whole, limits=limits)
    assert proof.value == pytest.approx(expected.value, abs=1e-5)
    assert proof.lower_bound <= expected.value + 1e-8  # of the limits' slack
    assert proof.x[0] == np.round(proof.x[0])


def test_a_program_without_neurons_that_may_be_on_or_off():
    """relu(x + 2) over [-1, 1] is a line: one linear program."""
    program = random_program(np.random.default_rng(0), (2, 3, 1), "relu")
    form = program.groups[1].arguments[0]
    moved = type(program.groups[1])("relu", 3, (Form(form.constant + 20.0, form.terms),))
    program = Program((program.groups[0], moved), program.outputs)
    proof = searched(program, -np.ones(2), np.ones(2))
    corners = grid(-np.ones(2), np.ones(2), 2)
    assert proof.value == pytest.approx(program(corners)[0].min(), abs=1e-12)
    assert proof.stopped == "gap"


@pytest.mark.parametrize("above", [True, False])
def test_a_threshold_is_decided(above):
    program = random_program(np.random.default_rng(0), (3, 10, 10, 1), "relu", 2.0)
    box = -np.ones(3), np.ones(3)
    least = branch_and_bound(program, *box).value
    proof = searched(program, *box, threshold=least + (0.1 if above else -0.1))
    assert proof.stopped == "threshold"
    assert (proof.value < least + 0.1) if above else (proof.lower_bound >= least - 0.1)


def test_the_bound_holds_at_any_time_and_rises():
    program = random_program(np.random.default_rng(0), (4, 16, 16, 1), "relu", 2.0)
    box = -np.ones(4), np.ones(4)
    least = branch_and_bound(program, *box).value
    search = PhaseSearch(program, *box, np.zeros(4, bool), [], gap=GAP)
    assert search.lower_bound == -np.inf
    search.begin()
    bounds = [search.lower_bound]
    while search.decided() is None:
        search.advance(8)
        bounds.append(search.lower_bound)
    assert bounds == sorted(bounds)
    assert bounds[-1] <= least
    history = search.proof("gap").history
    assert all(b[1] >= a[1] and b[2] <= a[2] for a, b in pairwise(history))


def test_an_interrupted_batch_leaves_a_bound_that_holds(monkeypatch):
    program = random_program(np.random.default_rng(0), (4, 16, 16, 1), "relu", 2.0)
    search = PhaseSearch(program, -np.ones(4), np.ones(4), np.zeros(4, bool), [], gap=GAP)
    search.begin()
    for _ in range(3):
        search.advance(8)
    before = search.lower_bound

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(phases, "improved", interrupt)
    with pytest.raises(KeyboardInterrupt):
        search.advance(8)
    assert before <= search.lower_bound <= branch_and_bound(program, -np.ones(4), np.ones(4)).value
