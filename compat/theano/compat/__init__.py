"""What Theano's own sources used to run on Python 2 and 3 alike; programs import it too."""

import configparser
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, ValuesView
from collections.abc import MutableMapping as DictMixin
from importlib import reload
from io import BytesIO
from operator import truediv as operator_div

PY3 = True
next = next
izip, imap, ifilter = zip, map, filter

__all__ = [
    "PY3", "BytesIO", "Callable", "DefaultOrderedDict", "DictMixin", "Iterable", "Mapping", "OrderedDict",
    "ValuesView", "b", "cmp", "configparser", "decode", "decode_iter", "get_unbound_function", "ifilter",
    "imap", "izip", "maybe_add_to_os_environ_pathlist", "next", "operator_div", "reload",
]  # fmt: skip


def b(text):
    """Return `text` as bytes."""
    return text.encode("latin-1")


def exc_message(e):
    """Return the first argument of the exception `e`, looked for inside wrapped exceptions."""
    message = e.args[0]
    return exc_message(message) if isinstance(message, Exception) else message


def cmp(x, y):
    """Return -1 if x < y, 0 if x == y, 1 if x > y."""
    return (x > y) - (x < y)


def get_unbound_function(unbound):
    """Return the function behind a method."""
    return getattr(unbound, "__func__", unbound)


def decode(x):
    """Return the bytes `x` as text."""
    return x.decode()


def decode_iter(itr):
    """Yield every element of `itr` as text."""
    for x in itr:
        yield x.decode()


def decode_with(x, encoding):
    """Return the bytes `x` as text of that encoding."""
    return x.decode(encoding)


class DefaultOrderedDict(OrderedDict):
    """An `OrderedDict` that makes missing values with `default_factory`."""

    def __init__(self, default_factory=None, *a, **kw):
        if default_factory is not None and not isinstance(default_factory, Callable):
            raise TypeError("first argument must be callable")
        super().__init__(*a, **kw)
        self.default_factory = default_factory

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        self[key] = value = self.default_factory()
        return value

    def __reduce__(self):
        factory = () if self.default_factory is None else (self.default_factory,)
        return type(self), factory, None, None, iter(self.items())

    def copy(self):
        return self.__copy__()

    def __copy__(self):
        return type(self)(self.default_factory, self)


def maybe_add_to_os_environ_pathlist(var, newpath):
    """Put the absolute path `newpath` in front of the paths of the environment variable `var`, once."""
    if os.path.isabs(newpath) and var in os.environ:
        paths = os.environ[var].split(os.pathsep)
        if newpath not in paths:
            os.environ[var] = os.pathsep.join([newpath, *paths])
