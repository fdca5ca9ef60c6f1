"""A set that remembers the order in which elements came."""

from collections.abc import MutableSet
from types import GeneratorType

string_types = (str,)


def check_deterministic(iterable):
    """Raise AssertionError if `iterable` has several elements in no order of their own."""
    ordered = list | tuple | dict | OrderedSet | GeneratorType | str | None
    assert isinstance(iterable, ordered) or len(iterable) <= 1, (
        "Get an not ordered iterable when one was expected"
    )


class Link:
    """A place in the list that Theano's `OrderedSet` was, in its pickles."""

    def __setstate__(self, state):
        self.prev, self.next, *key = state
        if key:
            self.key = key[0]


class OrderedSet(MutableSet):
    """A set in order of insertion; equal to another in the same order, not to be compared with a `set`."""

    def __init__(self, iterable=None):
        check_deterministic(iterable)
        self._elements = dict.fromkeys(() if iterable is None else iterable)

    def __len__(self):
        return len(self._elements)

    def __contains__(self, key):
        return key in self._elements

    def __iter__(self):
        return iter(self._elements)

    def __reversed__(self):
        return reversed(self._elements)

    def add(self, key):
        self._elements[key] = None

    def discard(self, key):
        self._elements.pop(key, None)

    def pop(self, last=True):
        if not self:
            raise KeyError("set is empty")
        key = next(reversed(self) if last else iter(self))
        self.discard(key)
        return key

    def copy(self):
        return OrderedSet(self)

    def update(self, iterable):
        check_deterministic(iterable)
        self |= iterable

    def union(self, s):
        check_deterministic(s)
        return OrderedSet([*self, *s])

    def intersection_update(self, s):
        self._elements = {key: None for key in self if key in s}
        return self

    def difference_update(self, s):
        check_deterministic(s)
        for key in s:
            self.discard(key)
        return self

    def __setstate__(self, state):
        """Take the state of a pickle, this class's or Theano's."""
        root = state.get("_OrderedSet__root")
        if root is None:
            self.__dict__.update(state)
            return
        self._elements = {}
        link = root.next
        while link is not root:
            self.add(link.key)
            link = link.next

    def __repr__(self):
        return f"{type(self).__name__}({list(self) if self else ''})"

    def __eq__(self, other):
        if isinstance(other, OrderedSet):
            return list(self) == list(other)
        if isinstance(other, set):
            raise TypeError(
                "Cannot compare an `OrderedSet` to a `set` because this comparison cannot be made symmetric: "
                "please manually cast your `OrderedSet` into `set` before performing this comparison."
            )
        return NotImplemented
