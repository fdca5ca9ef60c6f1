"""`csv` of Python 2: it read and wrote files open in binary mode."""

from __future__ import annotations

import csv as _csv
from collections.abc import Iterable, Iterator
from typing import Any

from ..text import to_text
from ._rest import rest_of


def _lines(source: Iterable) -> Iterator[str]:
    return (to_text(line) for line in source)


def reader(source: Iterable, *arguments: Any, **options: Any) -> Any:
    return _OldNext(_csv.reader(_lines(source), *arguments, **options))


class _OldNext:
    """A reader with the method `next`."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> list[str]:
        return next(self._rows)

    next = __next__

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)


class DictReader(_csv.DictReader):
    """Rows as dicts."""

    def __init__(self, f: Iterable, *arguments: Any, **options: Any) -> None:
        super().__init__(_lines(f), *arguments, **options)

    def next(self) -> dict:
        return next(self)


__getattr__ = rest_of(_csv)
