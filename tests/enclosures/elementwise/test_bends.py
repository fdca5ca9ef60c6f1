"""Where curves bend which way, against closed forms."""

from itertools import pairwise

import numpy as np
import pytest

from graphopt.enclosures.elementwise.bends import SMOOTH, pieces_of
from tests.enclosures.curves import GRAPHS, curve

INFLECTIONS = {
    "bell": [-np.sqrt(0.5), np.sqrt(0.5)],
    "gelu": [-np.sqrt(2.0), np.sqrt(2.0)],
    "logarithm of a square": [-1.0, 1.0],
    "rational": [-np.sqrt(3.0), 0.0, np.sqrt(3.0)],
    "quartic": [-np.sqrt(2 / 3), np.sqrt(2 / 3)],
    "squareplus": [],
    "elu": [],
    "selu": [],
    "hard silu": [],
}


@pytest.mark.parametrize("name", INFLECTIONS)
def test_inflections(name):
    """To cells on which the slope changes by rounding alone: these belong to either side."""
    smooth = [piece for piece in pieces_of(curve(name)) if piece.sign and piece.slack < SMOOTH]
    found = [b.lower for a, b in pairwise(smooth) if a.sign != b.sign]
    np.testing.assert_allclose(found, INFLECTIONS[name], atol=1e-5)


@pytest.mark.parametrize("name", GRAPHS)
def test_pieces_lie_side_by_side(name):
    pieces = pieces_of(curve(name))
    assert pieces[0].lower == -np.inf
    assert pieces[-1].upper == np.inf
    assert all(a.upper == b.lower for a, b in pairwise(pieces))


@pytest.mark.parametrize("name", GRAPHS)
def test_slopes_go_the_way_of_the_sign(name):
    """From place to place, but for the slack."""
    f = curve(name)
    for piece in pieces_of(f):
        low, high = max(piece.lower, -40.0), min(piece.upper, 40.0)
        if piece.sign and low < high:
            change = np.diff(f.slope(np.linspace(low, high, 1000)))
            assert (piece.sign * change >= -piece.slack - 1e-13).all()


def test_a_kink_is_a_piece():
    """The slope of selu falls at 0 from 1.7580993... to 1.0507009...; both sides are convex."""
    kinks = [p for p in pieces_of(curve("selu")) if p.slack > SMOOTH]
    assert kinks
    assert all(abs(p.lower) < 1e-12 and abs(p.upper) < 1e-12 for p in kinks)
