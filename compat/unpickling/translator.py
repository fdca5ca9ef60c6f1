"""Makes values of inert records, by table, without recursion."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Generator
from collections.abc import Mapping as MappingABC
from types import GeneratorType
from typing import Any

from .folding import Folding
from .limits import Limits, Refused
from .modules import expression_maker
from .records import Global, Mapping, OldString, Persistent, Record, SetOf
from .table import BUILDERS, NAMES, spelling

__all__ = ["Translator", "attributes_of"]

Task = Generator[Any, Any, Any]
_ATOMS = frozenset([type(None), bool, int, float, str, bytes, bytearray, complex])
#: most parts a key of a dict may have, counted as often as they are met
_KEY_PARTS = 1000


class Translator:
    """One load: what has been made so far, and what is still to be done.

    Attributes
    ----------
    limits : Limits
    classes : mapping
        Dotted name -> a class or function of the caller's, who trusts it.
    arrays : callable
        Gives the array a persistent name stands for.
    folding : Folding
        Keeps graphs from being computed meanwhile.
    """

    def __init__(
        self, limits: Limits, classes: MappingABC[str, Any] | None = None, arrays: Any = None
    ) -> None:
        self.limits = limits
        self.classes = {} if classes is None else classes
        self.arrays = arrays
        self.folding = Folding()
        self._made: dict[int, tuple[Any, Any]] = {}
        self._later: deque[Task] = deque()

    def value(self, thing: Any) -> Any:
        """Return the value of an inert thing; everything postponed has been done too."""
        result = self._run(_one(thing))
        while self._later:
            self._run(self._later.popleft())
        return result

    def later(self, task: Task) -> None:
        """Run `task` when the present value is made: for what may refer back to it."""
        self._later.append(task)

    def known(self, thing: Any, value: Any) -> Any:
        """Note and return `value` as that of `thing`, before its parts are made."""
        self._made[id(thing)] = (thing, value)
        return value

    def made(self, thing: Any) -> Any:
        """Return the value of `thing` if it is made already, else None."""
        return self._made.get(id(thing), (None, None))[1]

    def _run(self, task: Task) -> Any:
        """Drive `task` and the tasks of what it yields to the end."""
        tasks: list[tuple[Any, Task]] = [(None, task)]
        open_: set[int] = set()
        value: Any = None
        failure: Exception | None = None
        while tasks:
            thing, task = tasks[-1]
            try:
                wanted = task.send(value) if failure is None else task.throw(failure)
                failure = None
            except StopIteration as done:
                tasks.pop()
                value, failure = done.value, None
                open_.discard(id(thing))
                if thing is not None:
                    self.known(thing, value)
                continue
            except Exception as error:
                failure = error if isinstance(error, pickle.UnpicklingError) else _failure(thing, error)
                tasks.pop()
                open_.discard(id(thing))
                if not tasks:
                    raise failure from failure.__cause__
                continue
            if type(wanted) in _ATOMS:
                value = wanted
            elif id(wanted) in self._made:
                value = self._made[id(wanted)][1]
            elif id(wanted) in open_:
                raise Refused(f"{_title(wanted)} is part of itself in a way that cannot be built.")
            else:
                open_.add(id(wanted))
                tasks.append((wanted, self._task(wanted)))
                self.limits.check("depth", len(tasks))
                value = None
        return value

    def _task(self, thing: Any) -> Task:
        """Return the task that makes `thing`."""
        kind = type(thing)
        if kind is Record:
            return self._record(thing)
        return getattr(self, _TASKS[kind])(thing)

    def _record(self, record: Record) -> Task:
        dotted = spelling(record.kind)
        if dotted in self.classes:
            return (yield from self._own(self.classes[dotted], record))
        builder = BUILDERS.get(dotted)
        if builder is None:
            raise pickle.UnpicklingError(
                f"{dotted} is a part of Theano that this loader does not make. If you have one, say "
                f"load(file, classes={{{dotted!r}: TheClass}}); to look at the data, say inspect(file)."
            )
        made = builder(self, record)
        if isinstance(made, GeneratorType):
            made = yield from made
        return made

    def _own(self, kind: Any, record: Record) -> Task:
        """Make an instance of a class the caller trusts, as Python's own unpickler does."""
        args = yield record.args
        made = self.known(record, kind.__new__(kind, *args) if record.new else kind(*args))
        yield from self._fill(made, record)
        return made

    def _fill(self, made: Any, record: Record) -> Task:
        for item in record.items:
            made.append((yield item))
        for key, value in record.pairs:
            made[(yield key)] = yield value
        state = yield record.state
        if state is None:
            return
        if hasattr(made, "__setstate__"):
            made.__setstate__(state)
            return
        attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
        made.__dict__.update(attributes or {})
        for name, value in (slots or {}).items():
            setattr(made, name, value)

    def _list(self, items: list[Any]) -> Task:
        made: list[Any] = self.known(items, [])
        if _ATOMS.issuperset(map(type, items)):
            made.extend(items)
            return made
        for item in items:
            made.append((yield item))
        return made

    def _tuple(self, items: tuple) -> Task:
        if _ATOMS.issuperset(map(type, items)):
            return items
        made = []
        for item in items:
            made.append((yield item))
        return tuple(made)

    def _mapping(self, mapping: Mapping) -> Task:
        made: dict[Any, Any] = self.known(mapping, {})
        yield from self.fill_dict(made, mapping.pairs)
        return made

    def fill_dict(self, target: Any, pairs: Any) -> Task:
        """Set the `pairs` of inert things in the dict `target`."""
        for key, value in pairs:
            target[_checked_key((yield key))] = yield value

    def _set(self, elements: SetOf) -> Task:
        made = []
        for element in elements.elements:
            made.append(_checked_key((yield element)))
        return frozenset(made) if elements.frozen else set(made)

    def _name(self, name: Global) -> Task:
        dotted = spelling(name)
        if dotted in self.classes:
            return self.classes[dotted]
        if dotted in NAMES:
            return NAMES[dotted]
        found = expression_maker(dotted)
        if found is None:
            raise pickle.UnpicklingError(
                f"The pickle keeps {dotted} itself, not an instance of it; this loader has no value for it. "
                f"Say load(file, classes={{{dotted!r}: TheObject}}) if you have one."
            )
        return found
        yield

    def _old_string(self, string: OldString) -> Task:
        return str(string)
        yield

    def _persistent(self, reference: Persistent) -> Task:
        name = yield reference.name
        return self.arrays(name)


_TASKS = {
    list: "_list",
    tuple: "_tuple",
    Mapping: "_mapping",
    SetOf: "_set",
    Global: "_name",
    OldString: "_old_string",
    Persistent: "_persistent",
}


def attributes_of(record: Record, *names: str) -> Task:
    """Return the values of the attributes `names` of `record`, None for those it lacks."""
    values = []
    for name in names:
        values.append((yield record.attribute(name)))
    return values


def _one(thing: Any) -> Task:
    return (yield thing)


def _checked_key(key: Any) -> Any:
    """Return `key` if hashing it is quick: tuples of tuples that share their parts can take for ever."""
    stack, parts = [key], 0
    while stack:
        part = stack.pop()
        parts += 1
        if parts > _KEY_PARTS:
            raise Refused(f"A key of a dict or an element of a set has more than {_KEY_PARTS} parts.")
        if isinstance(part, tuple | frozenset):
            stack.extend(part)
    return key


def _failure(thing: Any, error: Exception) -> pickle.UnpicklingError:
    """Return what to raise when a builder fails on `thing`."""
    failure = pickle.UnpicklingError(
        f"{_title(thing)} cannot be made as pickled: {type(error).__name__}: {error}"
    )
    failure.__cause__ = error
    return failure


def _title(thing: Any) -> str:
    """Return how an error names an inert thing."""
    return str(thing) if isinstance(thing, Record | Global) else f"A {type(thing).__name__} of the pickle"
