"""Dicts that cannot be changed and can be keys."""

import functools
import operator
from collections import OrderedDict
from collections.abc import Mapping


class frozendict(Mapping):
    """An immutable, hashable dict; ``copy(key=value)`` gives another one."""

    dict_cls = dict

    def __init__(self, *args, **kwargs):
        self._dict = self.dict_cls(*args, **kwargs)
        self._hash = None

    def __getitem__(self, key):
        return self._dict[key]

    def __iter__(self):
        return iter(self._dict)

    def __len__(self):
        return len(self._dict)

    def __repr__(self):
        return f"<{type(self).__name__} {self._dict!r}>"

    def __hash__(self):
        if self._hash is None:
            self._hash = functools.reduce(operator.xor, map(hash, self.items()), 0)
        return self._hash

    def copy(self, **add_or_replace):
        return type(self)(self, **add_or_replace)


class FrozenOrderedDict(frozendict):
    """A `frozendict` that keeps the order of its keys."""

    dict_cls = OrderedDict
