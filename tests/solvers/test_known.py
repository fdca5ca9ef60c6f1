"""What is known in the course of a proof gets better only, and keeps whose bound it is."""

import numpy as np

from graphopt.solvers.known import Known


def test_points_and_bounds_get_better_only():
    known = Known("nobody")
    assert (known.proof("time").x, known.proof("time").method) == (None, "nobody")
    known.bounded(-5.0, "first")
    known.found(np.array([1.0]), 2.0)
    known.bounded(-7.0, "worse")
    known.found(np.array([3.0]), 4.0)
    known.note()
    proof = known.proof("time")
    assert (proof.value, proof.lower_bound, proof.method, proof.gap) == (2.0, -5.0, "first", 7.0)
    np.testing.assert_array_equal(proof.x, [1.0])
    known.bounded(1.0, "second")
    assert known.proof("gap").method == "second"


def test_only_news_is_noted():
    known = Known("search")
    known.note()
    assert known.history == []
    known.found(np.zeros(1), 1.0)
    known.bounded(0.0, "search")
    for _ in range(3):
        known.note()
    known.bounded(1e-6, "search")
    known.note()
    assert [row[1:] for row in known.history] == [(0.0, 1.0)]
    known.bounded(0.5, "search")
    known.note()
    assert [row[1:] for row in known.history] == [(0.0, 1.0), (0.5, 1.0)]


def test_a_bound_is_never_above_the_point():
    known = Known("search")
    known.found(np.zeros(1), 1.0)
    known.bounded(1.5, "search")
    assert known.proof("gap").lower_bound == 1.0
    assert Known("search").proof("infeasible").gap == 0.0
