"""`distutils.version`: versions that compare."""

from __future__ import annotations

import functools
import re
from typing import Any


@functools.total_ordering
class LooseVersion:
    """A version of any form: its numbers and words, compared one after the other."""

    def __init__(self, vstring: str | None = None) -> None:
        if vstring:
            self.parse(vstring)

    def parse(self, vstring: str) -> None:
        self.vstring = vstring
        parts = [part for part in re.split(r"(\d+|[a-z]+|\.)", vstring) if part and part != "."]
        self.version = [int(part) if part.isdigit() else part for part in parts]

    def _key(self) -> list[tuple[int, Any]]:
        return [(0, part) if isinstance(part, str) else (1, part) for part in self.version]

    def __eq__(self, other: Any) -> bool:
        return self._key() == _version(other)._key()

    def __lt__(self, other: Any) -> bool:
        return self._key() < _version(other)._key()

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.vstring

    def __repr__(self) -> str:
        return f"{type(self).__name__} ('{self}')"


class StrictVersion(LooseVersion):
    """A version ``x.y[.z][(a|b)n]``; one with a letter comes before the one without."""

    def parse(self, vstring: str) -> None:
        match = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?", vstring)
        if match is None:
            raise ValueError(f"invalid version number '{vstring}'")
        self.vstring = vstring
        self.version = [int(part or 0) for part in match.groups()[:3]]
        self.prerelease = (match[4], int(match[5])) if match[4] else None

    def _key(self) -> list:
        return [
            *((1, part) for part in self.version),
            (0, self.prerelease) if self.prerelease else (1, ("", 0)),
        ]


def _version(x: Any) -> LooseVersion:
    return x if isinstance(x, LooseVersion) else LooseVersion(x)
