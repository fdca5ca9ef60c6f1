"""What a box hands down to its parts: bounds of the arguments of a program's groups, kept small."""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.enclosure import Enclosure, Range
from graphopt.structure.program import Program


class Inheritance:
    """Arguments of groups as rows of single precision numbers, rounded outwards.

    Arguments that are affine in the decisions alone are left out: a smaller box has them exactly.
    """

    def __init__(self, program: Program) -> None:
        self._kept = [
            (g, k, form.size)
            for g, group in enumerate(program.groups)
            for k, form in enumerate(group.arguments)
            if set(form.terms) - {0}
        ]
        self._program = program

    @property
    def width(self) -> int:
        """How many numbers are kept of a box."""
        return 2 * sum(size for _, _, size in self._kept)

    def packed(self, enclosure: Enclosure) -> np.ndarray:
        """Return the rows of `enclosure`: (B, width)."""
        if not self._kept:
            return np.empty((len(enclosure.values[0][0]), 0), np.float32)
        sides = [
            np.concatenate([enclosure.arguments[g][k][side] for g, k, _ in self._kept], axis=1)
            for side in (0, 1)
        ]
        with np.errstate(over="ignore"):
            lower = np.nextafter(sides[0].astype(np.float32), np.float32(-np.inf))
            upper = np.nextafter(sides[1].astype(np.float32), np.float32(np.inf))
        return np.concatenate([lower, upper], axis=1)

    def unpacked(self, rows: np.ndarray) -> Enclosure | None:
        """Return the enclosure that `rows`, (B, width), are of; None if they hold nothing."""
        if not self._kept:
            return None
        boxes = len(rows)

        def unknown(size: int) -> Range:
            return np.broadcast_to(-np.inf, (boxes, size)), np.broadcast_to(np.inf, (boxes, size))

        groups, outputs = self._program.groups, self._program.outputs
        arguments = [[unknown(form.size) for form in group.arguments] for group in groups]
        lower, upper = np.split(rows.astype(np.float64), 2, axis=1)
        start = 0
        for g, k, size in self._kept:
            arguments[g][k] = (lower[:, start : start + size], upper[:, start : start + size])
            start += size
        return Enclosure(
            tuple(tuple(of_group) for of_group in arguments),
            tuple(unknown(group.size) for group in groups),
            tuple(unknown(output.size) for output in outputs),
        )
