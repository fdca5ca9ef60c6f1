"""Three exact methods on one question: the better bound, the better point."""

from itertools import count, pairwise

import numpy as np
import pytest

from graphopt.solvers import race as racing
from graphopt.solvers.branching.branch_and_bound import BranchAndBound
from graphopt.solvers.enumeration import enumerate_points
from graphopt.solvers.proof import Proof
from graphopt.solvers.race import better, race
from graphopt.structure.forms import Form
from graphopt.structure.program import Program
from programs import grid, random_program

RUNNERS = {
    "branch and bound": (1e9, 0.0),
    "branch and bound on neurons": (0.0, 0.0),
    "MILP": (0.0, 1.0),
}
"""The method that has the last word, where those before it are judged at once: by `probe` and `PATIENCE`."""


@pytest.fixture(params=RUNNERS)
def runner(request, monkeypatch):
    """Return the name of a method and the `probe` with which it has the last word; every step takes one
    second by the clock that shares the time out.
    """
    probe, patience = RUNNERS[request.param]
    monkeypatch.setattr(racing, "PATIENCE", (patience, 0.0))
    monkeypatch.setattr(racing, "thread_time", count().__next__)
    return request.param, probe


def test_any_runner_closes_the_gap(runner):
    method, probe = runner
    program = random_program(np.random.default_rng(0), (2, 8, 8, 1), "relu", 1.5)
    lower, upper = -np.ones(2), np.ones(2)
    proof = race(program, lower, upper, options=BranchAndBound(gap=1e-4), probe=probe)
    least = program(grid(lower, upper, 201))[0].min()
    assert proof.lower_bound <= least
    assert proof.value <= least + 1e-4
    assert proof.gap <= 1e-4
    assert proof.stopped == "gap"
    assert proof.method == method


def test_the_one_with_the_better_bound_goes_on(monkeypatch):
    """Four steps over boxes, as many over phases, which come less far; then boxes again, to the end."""
    monkeypatch.setattr(racing, "thread_time", count().__next__)
    monkeypatch.setattr(racing, "STAGES", ((12.0, 0.0),))
    monkeypatch.setattr(racing, "TRIAL", 1.0)
    program = random_program(np.random.default_rng(8), (3, 24, 24, 1), "relu", 1.5)
    options, seen = BranchAndBound(batch=32), []
    proof = race(program, -np.ones(3), np.ones(3), options=options, probe=1.0, progress=seen.append)
    assert (proof.method, proof.stopped) == ("branch and bound", "gap")
    bounds = [step.lower_bound for step in seen]
    assert bounds == sorted(bounds)
    assert bounds[3] == bounds[7] < bounds[8]
    assert proof.nodes > seen[-2].nodes > seen[7].nodes > seen[3].nodes
    assert all(b[1] >= a[1] and b[2] <= a[2] for a, b in pairwise(proof.history))


def test_whole_numbers_and_limits_reach_all(runner):
    program = random_program(np.random.default_rng(1), (6, 8, 1), "relu", 1.5)
    program = Program(program.groups, (*program.outputs, Form(np.zeros(1), {0: np.ones((1, 6))})))
    whole, limits = np.ones(6, dtype=bool), [(2.0, 3.0)]
    expected = enumerate_points(program, -np.ones(6), np.ones(6), integer=whole, limits=limits)
    proof = race(program, -np.ones(6), np.ones(6), integer=whole, limits=limits, probe=runner[1])
    np.testing.assert_array_equal(proof.x, expected.x)
    assert proof.lower_bound <= expected.value
    assert proof.gap <= 1e-5


def test_infeasible_limits(runner):
    program = random_program(np.random.default_rng(1), (2, 8, 1), "relu")
    program = Program(program.groups, (*program.outputs, Form(np.zeros(1), {0: np.ones((1, 2))})))
    proof = race(program, np.zeros(2), np.ones(2), limits=[(2.5, np.inf)], probe=runner[1])
    assert (proof.stopped, proof.x, proof.gap) == ("infeasible", None, 0.0)


def test_the_time_is_shared():
    program = random_program(np.random.default_rng(0), (10, 40, 40, 1), "relu", 3.0)
    box = -np.ones(10), np.ones(10)
    proof = race(program, *box, options=BranchAndBound(max_seconds=0.6), probe=0.2)
    assert proof.stopped == "time"
    samples = program(np.random.default_rng(1).uniform(-1, 1, (20_000, 10)))[0].min()
    assert proof.lower_bound <= min(samples, proof.value)


def found(value, bound, stopped, history=(), x=(0.0,), method="MILP"):
    return Proof(
        x=None if x is None else np.array(x), value=value, lower_bound=bound, method=method, stopped=stopped,
        nodes=2, seconds=1.0, history=history,
    )  # fmt: skip


def test_better_takes_the_best_of_both():
    first = found(1.0, -5.0, "time", ((0.5, -6.0, 1.0), (1.0, -5.0, 1.0)), x=[1.0], method="branch and bound")
    second = found(2.0, 0.5, "gap", ((0.25, 0.5, 2.0),), x=[2.0])
    both = better(first, second, offset=1.5)
    assert (both.value, both.lower_bound, both.x[0]) == (1.0, 0.5, 1.0)
    assert (both.method, both.stopped, both.nodes, both.seconds) == ("MILP", "gap", 4, 2.5)
    assert both.history == ((0.5, -6.0, 1.0), (1.0, -5.0, 1.0), (1.75, 0.5, 1.0))


def test_infeasible_by_one_is_infeasible():
    first, second = found(np.inf, -5.0, "time", x=None), found(np.inf, np.inf, "infeasible", x=None)
    assert better(first, second).stopped == better(second, first).stopped == "infeasible"


def test_progress_is_passed_on_and_ctrl_c_ends_the_race():
    program = random_program(np.random.default_rng(0), (10, 40, 40, 1), "relu", 3.0)
    seen = []

    def interrupt(proof):
        seen.append(proof.lower_bound)
        if len(seen) == 3:
            raise KeyboardInterrupt

    proof = race(program, -np.ones(10), np.ones(10), probe=60.0, progress=interrupt)
    assert (proof.stopped, proof.method, len(seen)) == ("interrupted", "branch and bound", 3)
    assert seen[-1] <= proof.lower_bound <= proof.value
