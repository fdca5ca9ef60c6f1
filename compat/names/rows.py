"""The four things that can have become of a name of Theano 1.0.5.

Names are dotted and absolute (``theano.tensor.inv``), of modules, functions, classes, flags
(``theano.config.floatX``) and members (``theano.tensor.TensorVariable.norm``, written with the class's path).
"""

from __future__ import annotations

from typing import ClassVar

from graphopt.late_dataclass import late_dataclass


@late_dataclass(frozen=True)
class Row:
    """An old name, its new one (None if there is none), and what a person must know about the difference.

    Kinds that add neither a field nor a ``__post_init__`` are dataclasses as they are.
    """

    old: str
    new: str | None = None
    advice: str = ""

    kind: ClassVar[str]


@late_dataclass(frozen=True)
class Same(Row):
    """At the same place in PyTensor, with the same meaning."""

    kind: ClassVar[str] = "same"

    def __post_init__(self) -> None:
        if self.new is None:
            object.__setattr__(self, "new", "pytensor" + self.old.removeprefix("theano"))


class Moved(Row):
    """Elsewhere, or under another name, with the same meaning: to rename it is enough."""

    kind: ClassVar[str] = "moved"


class Adapted(Row):
    """`new` does the work with other arguments or another result; `advice` says which."""

    kind: ClassVar[str] = "adapted"


class Gone(Row):
    """No longer there. ``Gone(old, advice)``."""

    kind: ClassVar[str] = "gone"

    def __init__(self, old: str, advice: str) -> None:
        object.__setattr__(self, "old", old)
        object.__setattr__(self, "new", None)
        object.__setattr__(self, "advice", advice)


def same(module: str, names: str) -> tuple[Same, ...]:
    """Return a row a name of `module` that PyTensor has in its module of that name."""
    return tuple(Same(f"{module}.{name}") for name in names.split())


def moved(module: str, target: str, names: str) -> tuple[Moved, ...]:
    """Return a row a name of `module` that is in the module `target` now."""
    return tuple(Moved(f"{module}.{name}", f"{target}.{name}") for name in names.split())


def gone(module: str, names: str, advice: str) -> tuple[Gone, ...]:
    """Return a row a name of `module` that went, all with the same advice."""
    return tuple(Gone(f"{module}.{name}", advice) for name in names.split())
