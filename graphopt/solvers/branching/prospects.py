"""Which boxes a costlier bound is worth trying on, learnt from what it saved on boxes alike."""

from __future__ import annotations

import numpy as np

CLASSES = 128  # boxes are alike if both their measures are in the same octave
TRIALS = 8  # boxes of a class after which it is judged
AGAIN = 8  # a class that was given up is tried again when so many times more boxes were seen
MOST = 128.0  # boxes that a closed box is believed to save
GENERATIONS = 8  # of boxes that are cut again, to estimate how many there will be
DECAY = 0.95  # of older experience of cuts, with every batch


class Prospects:
    """What the costlier bound saves, by the room of a box (how far it is from being closed) and its spread.

    A closed box saves the boxes it would have been cut into: how many, the cuts tell that were made of boxes
    with as much room.

    Parameters
    ----------
    price : float
        What the costlier bound takes, in units of what it takes to bound a box at all.
    """

    def __init__(self, price: float) -> None:
        self.price = price
        shape = (CLASSES, CLASSES)
        self._tried, self._saved = np.zeros(shape), np.zeros(shape)
        self._seen, self._due = np.zeros(shape), np.zeros(shape)
        self._parents, self._children = np.zeros(CLASSES), np.zeros(shape)

    def learn_cuts(self, room: np.ndarray, room_left: np.ndarray) -> None:
        """Take in the room of boxes before a cut, and that of one part after it, 0 or less where that was
        closed: (B,) each."""
        parent, open_ = _octaves(room), room_left > 0
        self._parents = DECAY * self._parents + np.bincount(parent, minlength=CLASSES)
        self._children *= DECAY
        np.add.at(self._children, (parent[open_], _octaves(room_left[open_])), 1.0)

    def chosen(self, spread: np.ndarray, room: np.ndarray) -> np.ndarray:
        """Return which of the boxes to try: all of a class that is worth it or not yet known, a few at times
        of the others.

        Parameters
        ----------
        spread : array, (B,)
            How much the slope changes in the box, times its width.
        room : array, (B,)
            How far the box's bound is below the level at which it is closed.
        """
        place = _octaves(spread), _octaves(room)
        np.add.at(self._seen, place, 1.0)
        good = self._saved > self.price * self._tried
        due = (self._seen >= self._due) & ~good
        allowed = np.where(good, np.inf, np.where(due, TRIALS, 0.0))
        which = np.ravel_multi_index(place, self._seen.shape)
        order = np.argsort(which, kind="stable")
        rank = np.empty(len(which), dtype=np.intp)  # of each box among those of its class
        rank[order] = np.arange(len(which)) - np.searchsorted(which[order], which[order])
        taken = (rank < allowed[place]) & (self._worth(room) > self.price)
        tried = np.zeros(self._seen.shape, dtype=bool)
        tried[place[0][taken], place[1][taken]] = True
        full = self._tried + np.bincount(which[taken], minlength=good.size).reshape(good.shape) >= TRIALS
        self._due = np.where(tried & full, AGAIN * self._seen, self._due)
        return taken

    def learn(self, spread: np.ndarray, room: np.ndarray, room_left: np.ndarray, share: np.ndarray) -> None:
        """Take in what became of the boxes that were tried.

        Parameters
        ----------
        spread, room : array, (B,)
            As in `chosen`.
        room_left : array, (B,)
            The room after that: 0 for boxes that were closed.
        share : array, (B,)
            What is left of the boxes themselves.
        """
        place = _octaves(spread), _octaves(room)
        np.add.at(self._tried, place, 1.0)
        np.add.at(self._saved, place, self._worth(room) - share * self._worth(room_left))

    def _worth(self, room: np.ndarray) -> np.ndarray:
        """Return how many boxes each box is believed to become, unless it is closed: (B,)."""
        seen = self._parents > 0
        share = self._children[seen] / self._parents[seen, None]
        boxes = np.full(CLASSES, MOST)
        for _ in range(GENERATIONS):
            boxes[seen] = np.minimum(2.0 * (1.0 + share @ boxes), MOST)
        return np.where(room > 0, boxes[_octaves(room)], 0.0)


def _octaves(measure: np.ndarray) -> np.ndarray:
    """Return the octave of each number, 0 to CLASSES - 1, that of 1 in the middle."""
    size = np.clip(np.nan_to_num(measure, nan=np.inf), 1e-300, 1e300)
    return np.clip(np.floor(np.log2(size)) + CLASSES // 2, 0, CLASSES - 1).astype(np.intp)
