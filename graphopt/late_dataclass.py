"""Dataclasses whose methods are written when the class is first used.

A dataclass writes its methods as text and compiles them, a third of a millisecond a class. Most classes that
are imported are never used in a run: together they took a fortieth of a short program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T", bound=type)
_lock = threading.RLock()
_WRITTEN = ("__init__", "__repr__", "__eq__", "__hash__")


@dataclass_transform()
def late_dataclass(**options: Any) -> Callable[[T], T]:
    """Return a decorator that does what ``dataclass(**options)`` does, on the first use of the class.

    That is an instance, a question for its fields (`dataclasses.fields`, `is_dataclass`), or a dataclass that
    inherits from it. ``slots=True`` is not possible: it would make another class.
    """

    def decorate(cls: T) -> T:
        late = _Late(cls, options)
        for name in _WRITTEN:
            if name not in vars(cls):
                setattr(cls, name, late.method(name))
        cls.__dataclass_fields__ = late  # type: ignore[attr-defined]
        return cls

    return decorate


class _Late:
    """The methods of `cls` yet to be written; as its `__dataclass_fields__` it writes them when asked."""

    def __init__(self, cls: type, options: dict[str, Any]) -> None:
        self.cls, self.options = cls, options
        self.own = dict(vars(cls))

    def __get__(self, instance: Any, owner: type) -> Any:
        self.write()
        return self.cls.__dataclass_fields__  # type: ignore[attr-defined]

    def method(self, name: str) -> Callable:
        """Return what stands for the method `name` until it is written."""

        def stand_in(instance: Any, *args: Any, **kwargs: Any) -> Any:
            self.write()
            return getattr(self.cls, name)(instance, *args, **kwargs)

        return stand_in

    def write(self) -> None:
        """Let a dataclass be made of a twin, and take its methods: no thread ever finds the class without."""
        from dataclasses import Field, dataclass

        with _lock:
            if vars(self.cls)["__dataclass_fields__"] is not self:
                return
            body = {k: v for k, v in self.own.items() if k not in ("__dict__", "__weakref__")}
            twin = type(self.cls)(self.cls.__name__, self.cls.__bases__, body)
            twin.__qualname__ = self.cls.__qualname__
            dataclass(**self.options)(twin)
            made = {k: v for k, v in vars(twin).items() if k not in ("__dict__", "__weakref__")}
            for name, value in made.items():
                if name not in self.own or self.own[name] is not value:
                    setattr(self.cls, name, _about(self.cls, value, twin))
            for name, value in list(vars(self.cls).items()):
                if name not in made and (name in _WRITTEN or isinstance(value, Field)):
                    delattr(self.cls, name)


def _about(cls: type, method: Any, twin: type) -> Any:
    """Return `method`, which speaks of `cls` where it spoke of its twin."""
    for cell in getattr(method, "__closure__", None) or ():
        if cell.cell_contents is twin:
            cell.cell_contents = cls
    return method
