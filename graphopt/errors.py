"""The errors of graphopt, each also a built-in error so that callers need not import it.

::

    GraphoptError
    ├── InvalidValue    (ValueError)      a right type, a wrong value
    │   ├── ShapeMismatch                 an array of the wrong shape
    │   ├── UnknownName                   a name nobody knows; the nearest one is given
    │   └── CorruptFile                   a file that is damaged or not what it says
    ├── InvalidType     (TypeError)       a thing of the wrong kind
    ├── OutOfRange      (IndexError)      an index or label outside its axis
    ├── NotBuilt        (RuntimeError)    a network asked for weights before it has any
    ├── CompileError    (RuntimeError)    a graph that cannot become a function
    ├── NotSolved       (RuntimeError)    a solution is needed inside an expression, and there is none
    └── MissingExtra    (ImportError)     an optional library that is not installed

A message says what came, what was expected, where, and the next step.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GraphoptError(Exception):
    """The root of every error graphopt raises on purpose."""


class InvalidValue(GraphoptError, ValueError):
    """A value of the right type that cannot be used."""


class ShapeMismatch(InvalidValue):
    """An array whose shape is not the one expected."""


class UnknownName(InvalidValue):
    """A name that is not in the table it was looked up in."""


class CorruptFile(InvalidValue):
    """A file that is damaged, truncated or not of the kind expected."""


class InvalidType(GraphoptError, TypeError):
    """A thing of the wrong kind."""


class OutOfRange(GraphoptError, IndexError):
    """An index or label outside the axis it points into."""


class NotBuilt(GraphoptError, RuntimeError):
    """A network whose input shape is not known yet."""


class CompileError(GraphoptError, RuntimeError):
    """A graph that cannot be turned into a function."""


class NotSolved(GraphoptError, RuntimeError):
    """A problem without a solution, where an expression needs one."""


class MissingExtra(GraphoptError, ImportError):
    """An optional library that this feature needs."""


def unknown_name(kind: str, got: object, known: Iterable[str]) -> UnknownName:
    """Return the error for `got` not being the name of a `kind`, with the nearest known name."""
    known = sorted(known)
    nearest = difflib.get_close_matches(str(got), known, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return UnknownName(f"Unknown {kind} {got!r}.{hint} Known: {', '.join(known)}.")


def missing_extra(library: str, extra: str) -> MissingExtra:
    """Return the error for `library` not being installed, naming the extra that brings it."""
    return MissingExtra(f'{library} is not installed. Install it with: pip install "graphopt[{extra}]"')
