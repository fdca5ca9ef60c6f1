"""Which boxes are tried again, and when that is given up."""

import numpy as np

from graphopt.solvers.branching.prospects import TRIALS, Prospects


def seen(prospects, spread, room, closed, rounds=20, count=50):
    """Return how many boxes of each round are tried, if trying closes them or does nothing."""
    tried = []
    for _ in range(rounds):
        spreads, rooms = np.full(count, spread), np.full(count, room)
        which = prospects.chosen(spreads, rooms)
        n = int(which.sum())
        prospects.learn(spreads[which], rooms[which], np.full(n, 0.0 if closed else room), np.ones(n))
        tried.append(n)
    return tried


def test_what_closes_boxes_is_tried_on_all_and_what_does_not_is_given_up():
    prospects = Prospects(price=2.0)
    assert seen(prospects, 1.0, 0.1, closed=True) == [TRIALS] + [50] * 19
    few = seen(prospects, 100.0, 0.1, closed=False)
    assert few[0] == TRIALS
    assert sum(few) <= 4 * TRIALS


def test_boxes_that_the_next_cut_closes_are_not_worth_a_high_price():
    """All children closed at once: a box is worth two."""
    for price, tried in ((1.0, True), (3.0, False)):
        prospects = Prospects(price)
        prospects.learn_cuts(np.full(100, 0.1), np.zeros(100))
        assert bool(sum(seen(prospects, 1.0, 0.1, closed=True))) is tried


def test_boxes_that_cuts_do_not_help_are_worth_many():
    """Children as far from being closed as their parents."""
    prospects = Prospects(price=100.0)
    prospects.learn_cuts(np.full(100, 0.1), np.full(100, 0.1))
    assert seen(prospects, 1.0, 0.1, closed=True)[-1] == 50


def test_endless_measures_are_a_class_too():
    prospects = Prospects(price=1.0)
    measures = np.array([0.0, np.inf, np.nan, 1e-320])
    which = prospects.chosen(measures, measures[::-1])
    prospects.learn(measures[which], measures[::-1][which], np.zeros(which.sum()), np.zeros(which.sum()))
    assert which.shape == (4,)
