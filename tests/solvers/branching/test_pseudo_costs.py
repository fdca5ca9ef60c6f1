"""Experience with cuts, by hand."""

import numpy as np

from graphopt.solvers.branching.pseudo_costs import DECAY, PRIOR, PseudoCosts


def test_nothing_known_changes_nothing():
    np.testing.assert_array_equal(PseudoCosts(3).factors, 1.0)


def test_factors_are_outcomes_over_expectations_with_an_average_one_added():
    costs = PseudoCosts(3)
    costs.learn(np.array([0, 0, 1]), np.array([1.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25]))
    average = 1.0 / 4.0
    expected = [(0.75 + PRIOR * average) / (2 + PRIOR), (0.25 + PRIOR * average) / (2 + PRIOR), average]
    np.testing.assert_allclose(costs.factors, expected, rtol=1e-15)


def test_old_experience_fades():
    costs = PseudoCosts(2)
    costs.learn(np.array([0]), np.array([1.0]), np.array([1.0]))
    costs.learn(np.array([0]), np.array([1.0]), np.array([0.0]))
    gained, expected = DECAY, 1.0 + DECAY
    average = gained / expected
    np.testing.assert_allclose(costs.factors[0], (gained + PRIOR * average) / (expected + PRIOR), rtol=1e-15)
