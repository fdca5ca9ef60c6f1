"""`dict`, `set` and `frozenset` in the order that Python 2 went through them.

There the order was that of a hash table. What is kept here is today's dict or set; when it is gone through,
the table is filled again as Python 2 would have filled it, in the order in which the keys came. The marks
that deleted keys left in it are not kept.
"""

from __future__ import annotations

import builtins
import collections
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .hashing import _MASK, hash_

_SMALLEST = 8
_LARGE = 50_000


def table_order(keys: Iterable, steps: builtins.dict[int, int] | None = None) -> list:
    """Return distinct `keys` in the order of a hash table into which they were put one by one.

    ``steps[n]`` is the number of slots that the table was given when it had `n` keys, beside its own growth.
    """
    return [entry[1] for entry in _table(keys, steps or {}) if entry is not None]


def _table(keys: Iterable, steps: builtins.dict[int, int]) -> list:
    table: list = [None] * steps.get(0, _SMALLEST)
    for used, key in enumerate(keys, start=1):
        _put(table, hash_(key), key)
        if used * 3 >= len(table) * 2:
            table = _resized(table, slots_for(used * (2 if used > _LARGE else 4)))
        if used in steps:
            table = _resized(table, steps[used])
    return table


def _put(table: list, hashed: int, key: Any) -> None:
    mask, perturb = len(table) - 1, hashed & _MASK
    slot = hashed & mask
    while table[slot & mask] is not None:
        slot = (slot << 2) + slot + perturb + 1
        perturb >>= 5
    table[slot & mask] = hashed, key


def _resized(table: list, slots: int) -> list:
    new: list = [None] * slots
    for entry in table:
        if entry is not None:
            _put(new, *entry)
    return new


def slots_for(least: int) -> int:
    """Return how many slots a table for more than `least` entries had."""
    slots = _SMALLEST
    while slots <= least:
        slots <<= 1
    return slots


def _grow_for(came: Iterable, steps: builtins.dict[int, int], used: int, more: int) -> None:
    """Note the one big step that a table of `used` keys took before it was given `more` of another table."""
    slots = len(_table(came, steps))
    if (used + more) * 3 >= slots * 2:
        steps[used] = slots_for((used + more) * 2)


class _Kind(type):
    """The type of `dict2` and its like: every plain dict is an instance."""

    def __instancecheck__(cls, x: Any) -> bool:
        plain = cls.__dict__.get("_plain")
        return isinstance(x, plain) if plain is not None else type.__instancecheck__(cls, x)

    def __subclasscheck__(cls, other: type) -> bool:
        plain = cls.__dict__.get("_plain")
        return issubclass(other, plain) if plain is not None else type.__subclasscheck__(cls, other)


class _Dict:
    """What dicts share that are gone through in Python 2's order; `_steps` are those of the table."""

    __slots__ = ()
    _steps: builtins.dict[int, int] | None = None

    def _order(self) -> list:
        return table_order(builtins.dict.__iter__(self), self._steps)

    def __iter__(self) -> Iterator:
        return iter(self._order())

    def keys(self) -> Any:
        return self._order()

    def values(self) -> Any:
        return [self[key] for key in self._order()]

    def items(self) -> Any:
        return [(key, self[key]) for key in self._order()]

    def popitem(self) -> tuple:
        if not self:
            raise KeyError("popitem(): dictionary is empty")
        key = self._order()[0]
        return key, self.pop(key)

    def __reversed__(self) -> Iterator:
        return reversed(self._order())

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key!r}: {value!r}" for key, value in self.items()) + "}"


class dict2(_Dict, builtins.dict, metaclass=_Kind):
    """Python 2's `dict`."""

    __slots__ = ("_steps",)
    _plain = builtins.dict

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        self = builtins.dict.__new__(cls)
        self._steps = None
        return self

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__()
        self.update(*arguments, **named)

    def update(self, *arguments: Any, **named: Any) -> None:
        backwards = builtins.dict(reversed(named.items()))  # keywords came from a stack, the last one first
        for source in (*arguments, backwards):
            if isinstance(source, builtins.dict):
                if not source:
                    continue
                self._steps = self._steps or {}
                _grow_for(builtins.dict.__iter__(self), self._steps, len(self), len(source))
                order = source if isinstance(source, _Dict) else table_order(builtins.dict.__iter__(source))
                source = [(key, source[key]) for key in order]
            builtins.dict.update(self, source)

    def copy(self) -> dict2:
        return dict2(self)

    __copy__ = copy

    def __deepcopy__(self, memo: dict) -> dict2:
        import copy

        new = memo[id(self)] = dict2()
        new._steps = self._steps and builtins.dict(self._steps)
        for key, value in builtins.dict.items(self):
            new[copy.deepcopy(key, memo)] = copy.deepcopy(value, memo)
        return new

    @classmethod
    def fromkeys(cls, keys: Iterable, value: Any = None) -> Any:
        new = cls()
        for key in keys:
            new[key] = value
        return new

    def __reduce_ex__(self, protocol: Any) -> Any:
        if type(self) is dict2:
            return builtins.dict, (self.items(),)  # a pickle of a plain dict
        return super().__reduce_ex__(protocol)


def display(entries: builtins.dict) -> dict2:
    """Return what ``{key: value, ...}`` makes; its table has room for all of `entries` from the start."""
    new = dict2()
    builtins.dict.update(new, entries)
    if len(entries) > 5:
        new._steps = {0: slots_for(len(entries))}
    return new


def comprehension(entries: builtins.dict) -> dict2:
    """Return what ``{key: value for ...}`` makes."""
    new = dict2()
    builtins.dict.update(new, entries)
    return new


def keywords(named: builtins.dict, of_instance: bool) -> dict2:
    """Return what ``**named`` is inside of a function; `of_instance` says that it is an ``__init__``.

    A function's keywords came in the order of the call; those that a class was called with had been in a
    dict before, into which they came from a stack, the last one first.
    """
    if of_instance and list(named) != table_order(named):
        named = comprehension(builtins.dict(reversed(named.items())))
    return comprehension(named)


def local_names(found: builtins.dict) -> dict2:
    """Return what ``locals()`` gave in a function, where `found` has its names from first to last."""
    return comprehension(builtins.dict(reversed(found.items())))


def attributes_of(x: Any) -> Any:
    """Return `x`, in Python 2's order if it is a plain dict: one that holds the attributes of an object."""
    return comprehension(x) if type(x) is builtins.dict else x


class defaultdict(_Dict, collections.defaultdict):  # type: ignore[misc]
    """`collections.defaultdict` in Python 2's order."""

    def __repr__(self) -> str:
        return f"defaultdict({self.default_factory!r}, {_Dict.__repr__(self)})"

    def __reduce_ex__(self, protocol: Any) -> Any:
        return collections.defaultdict, (self.default_factory, self.items())


class Counter(_Dict, collections.Counter):  # type: ignore[misc]
    """`collections.Counter` in Python 2's order."""

    def most_common(self, n: int | None = None) -> list:
        counts = sorted(self.items(), key=lambda item: item[1], reverse=True)
        return counts if n is None else counts[:n]

    def elements(self) -> Iterator:
        return (key for key, count in self.items() for _ in range(count))

    def __repr__(self) -> str:
        return (
            f"Counter({{{', '.join(f'{k!r}: {v!r}' for k, v in self.most_common())}}})"
            if self
            else "Counter()"
        )

    def __reduce_ex__(self, protocol: Any) -> Any:
        return collections.Counter, (builtins.dict(self.items()),)


class _Set:
    """What `set2` and `frozenset2` share: the order, the text, results of their own kind."""

    _plain: type
    _came: builtins.dict
    _steps: builtins.dict[int, int]

    def __iter__(self) -> Iterator:
        return iter(table_order(self._present(), self._steps))

    def _present(self) -> list:
        return [key for key in self._came if key in self]  # type: ignore[operator]

    def __repr__(self) -> str:
        name = self._plain.__name__
        return f"{name}([{', '.join(map(repr, self))}])"

    def copy(self) -> Any:
        return type(self)(self)

    __copy__ = copy

    def union(self, *others: Iterable) -> Any:
        new = set2(self)
        new.update(*others)
        return type(self)(new) if isinstance(self, frozenset2) else new

    def intersection(self, *others: Iterable) -> Any:
        kept: Any = self
        for other in others:
            both = (kept, other) if isinstance(other, _SETS) else (kept, set2(other))
            small, large = sorted(both, key=len)
            kept = type(self)([key for key in small if key in large])
        return kept.copy() if kept is self else kept

    def difference(self, *others: Iterable) -> Any:
        gone = builtins.set().union(*others)
        return type(self)([key for key in self if key not in gone])

    def symmetric_difference(self, other: Iterable) -> Any:
        new = set2(other)
        for key in self:
            (new.discard if key in new else new.add)(key)
        return type(self)(new)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._plain, (list(self),)


_SETS = (builtins.set, builtins.frozenset)


def _operator(method: str, *, reflected: bool = False) -> Callable:
    def operate(self: Any, other: Any) -> Any:
        if not isinstance(other, _SETS):
            return NotImplemented
        if reflected:
            return getattr(set2(other), method)(self)
        return getattr(self, method)(other)

    return operate


for _symbol, _method in {
    "or": "union",
    "and": "intersection",
    "sub": "difference",
    "xor": "symmetric_difference",
}.items():
    setattr(_Set, f"__{_symbol}__", _operator(_method))
    setattr(_Set, f"__r{_symbol}__", _operator(_method, reflected=True))


class set2(_Set, builtins.set, metaclass=_Kind):
    """Python 2's `set`."""

    _plain = builtins.set

    def __new__(cls, *arguments: Any) -> Any:
        self = builtins.set.__new__(cls)
        self._came, self._steps = {}, {}
        return self

    def __init__(self, iterable: Iterable = ()) -> None:
        builtins.set.__init__(self)
        self.update(iterable)

    def add(self, x: Any) -> None:
        if x not in self:
            self._came.pop(x, None)
            self._came[x] = None
            builtins.set.add(self, x)

    def update(self, *iterables: Iterable) -> None:
        for iterable in iterables:
            if isinstance(iterable, (builtins.dict, *_SETS)):
                _grow_for(self._present(), self._steps, len(self), len(iterable))
            for x in iterable:
                self.add(x)

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def pop(self) -> Any:
        for x in self:
            self.remove(x)
            return x
        raise KeyError("pop from an empty set")


class frozenset2(_Set, builtins.frozenset, metaclass=_Kind):
    """Python 2's `frozenset`."""

    _plain = builtins.frozenset

    def __new__(cls, iterable: Iterable = ()) -> Any:
        items = list(iterable)
        self = builtins.frozenset.__new__(cls, items)
        sized = isinstance(iterable, (builtins.dict, *_SETS))
        self._came, self._steps = builtins.dict.fromkeys(items), {}
        if sized:
            _grow_for((), self._steps, 0, len(items))
        return self

    __hash__ = builtins.frozenset.__hash__
