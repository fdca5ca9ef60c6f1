"""One box around all that a short branch and bound leaves open, and what neurons do there."""

from __future__ import annotations

import time

import numpy as np

from graphopt.enclosures.enclosure import Enclosure, Range, meet
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.branching.search import Search

BATCH = 512  # boxes cut or bounded at once


def advanced(search: Search, *, nodes: float = np.inf, until: float = np.inf) -> str | None:
    """Let `search` go on for so many boxes, or until the time `until`; return how it is decided, or None."""
    most = search.nodes + nodes
    while search.decided() is None and search.nodes < most and time.perf_counter() < until:
        search.advance(BATCH // 2)
    return search.decided()


def narrowed(search: Search, enclosure: Enclosure, *, until: float = np.inf) -> Enclosure | None:
    """Return an enclosure of one box that holds all open boxes of `search`; None if the time `until` comes.

    Linear bounds over many small boxes together are narrower than over the one box they were cut from, of
    which `enclosure` knows: arguments of neurons behind the first group, and with them the "big M" of their
    switches. Outside, every feasible point costs ``search.closed`` or more, or has one inside that costs no
    more: coordinates that help in one direction only have been moved there.
    """
    bounds, rows = search.frontier.pop(len(search.frontier))
    search.frontier.push(bounds, **rows)
    hull: list[Range] = []
    for start in range(0, len(bounds), BATCH):
        if time.perf_counter() >= until:
            return None
        part = {name: column[start : start + BATCH] for name, column in rows.items()}
        known = search.inheritance.unpacked(part["known"])
        found = linear_bounds(
            search.program, part["lower"], part["upper"], within=known, rounds=search.rounds
        )
        ranges = [
            (low.min(axis=0, keepdims=True), high.max(axis=0, keepdims=True))
            for ((low, high),) in found.enclosure.arguments[1:]
        ]
        hull = [_joined(a, b) for a, b in zip(hull, ranges, strict=True)] if hull else ranges
    arguments = [(meet(new, old),) for new, (old,) in zip(hull, enclosure.arguments[1:], strict=True)]
    within = Enclosure(((), *arguments), enclosure.values, enclosure.outputs)
    low, high = rows["lower"].min(axis=0), rows["upper"].max(axis=0)
    return linear_bounds(search.program, low[None], high[None], within=within).enclosure


def _joined(first: Range, second: Range) -> Range:
    """Return the least range that holds both."""
    return np.minimum(first[0], second[0]), np.maximum(first[1], second[1])
