"""What graphs are made with: tags that hold notes, traces, classes with `__props__`, small helpers."""

import hashlib
import io
import os
import sys
import traceback
from collections import Counter
from pathlib import Path

import pytensor
from pytensor.graph.utils import MetaType as MetaObject
from pytensor.graph.utils import MethodNotDefined, simple_extract_stack
from pytensor.graph.utils import Scratchpad as scratchpad
from pytensor.link.c.params_type import c_cpp_keywords

from ..compat import PY3
from ..configdefaults import config

__all__ = [
    "ABORT",
    "ANY_TYPE",
    "FAILURE",
    "FALL_THROUGH",
    "PY3",
    "RETRY",
    "D",
    "Keyword",
    "MetaObject",
    "MethodNotDefined",
    "add_tag_trace",
    "c_cpp_keywords",
    "comm_guard",
    "config",
    "deprecated",
    "difference",
    "flatten",
    "from_return_values",
    "get_variable_trace_string",
    "give_variables_names",
    "hash_from_code",
    "hash_from_file",
    "hashtype",
    "hist",
    "memoize",
    "object2",
    "remove",
    "scratchpad",
    "simple_extract_stack",
    "simple_types",
    "to_return_values",
    "toposort",
    "type_guard",
    "undef",
    "uniq",
    "unique", "user_frames",
]  # fmt: skip

StringIO = io.StringIO
integer_types = (int,)
string_types = (str,)

undef = object()
"""Says that an argument was not given, where None is a value."""

_LAUNCHED_FROM = str(Path(__file__).parents[2] / "program.py")
_INNER_FOLDERS = [str(Path(__file__).parents[2]) + os.sep, str(Path(pytensor.__file__).parent) + os.sep]


def add_tag_trace(thing, user_line=None):
    """Return `thing` with the user's call stack, at most `user_line` lines of it, in ``tag.trace``."""
    limit = config.traceback.limit if user_line is None else user_line
    skips = [] if config.traceback.compile_limit > 0 else _INNER_FOLDERS
    trace = simple_extract_stack(sys._getframe(), None if limit == -1 else limit, skips)
    thing.tag.trace = [trace] if trace else trace
    return thing


def user_frames(trace):
    """Return the frames of a trace from the program's first line to the one that called into this package."""
    frames = list(trace)
    starts = [n for n, frame in enumerate(frames) if frame[0] == _LAUNCHED_FROM]
    if starts:
        frames = frames[starts[-1] + 1 :]
    while frames and frames[-1][0].startswith(tuple(_INNER_FOLDERS)):
        frames.pop()
    return frames or list(trace)


def get_variable_trace_string(v):
    """Return where `v` was made, as text; '' if that is not known."""
    traces = getattr(v.tag, "trace", [])
    if not isinstance(traces, list) or not traces:
        return ""
    text = StringIO()
    print(" \nBacktrace when that variable is created:\n", file=text)
    if isinstance(traces[0], tuple):  # one trace, as old pickles have it
        traces = [traces]
    for number, trace in enumerate(traces):
        if len(traces) > 1:
            print(f"trace {number}", file=text)
        traceback.print_list(user_frames(trace), text)
    return text.getvalue()


def hashtype(self):
    """Return a hash of the class of `self`."""
    return hash(type(self).__name__) ^ hash(type(self).__module__)


class object2(metaclass=MetaObject):
    """Base of classes that are equal if their `__props__` are."""

    __slots__: tuple = ()

    def __ne__(self, other):
        return not self == other


class D:
    """An object with the attributes it is given."""

    def __init__(self, **d):
        self.__dict__.update(d)


def memoize(f):
    """Return `f` with its results kept, by hashable arguments."""
    cache = {}

    def remembering(*args, **kwargs):
        key = (args, tuple(kwargs.items()))
        if key not in cache:
            cache[key] = f(*args, **kwargs)
        return cache[key]

    return remembering


def deprecated(filename, msg=""):
    """Return a decorator whose function prints, at its first call, that it is deprecated."""

    def decorate(f):
        told = []

        def telling(*args, **kwargs):
            if not told:
                print(f"WARNING: {filename}.{f.__name__} deprecated. {msg}")
                told.append(True)
            return f(*args, **kwargs)

        return telling

    return decorate


def uniq(seq):
    """Return the elements of `seq` in their order, each once."""
    return [x for i, x in enumerate(seq) if seq.index(x) == i]


def difference(seq1, seq2):
    """Return the elements of `seq1` that are not in `seq2`."""
    try:
        known = set(seq2)
        return [x for x in seq1 if x not in known]
    except TypeError:  # something is not hashable
        return [x for x in seq1 if x not in seq2]


def to_return_values(values):
    """Return the one value of `values`, or all if there are several."""
    return values[0] if len(values) == 1 else values


def from_return_values(values):
    """Return `values` if it is a list or tuple, else a list of it."""
    return values if isinstance(values, list | tuple) else [values]


def toposort(prereqs_d):
    """Return the keys of a dict of sets so that each comes after the elements of its set."""
    order, done = [], set()
    waiting = dict(prereqs_d)
    while waiting:
        ready = [key for key, needs in waiting.items() if done.issuperset(needs)]
        if not ready:
            raise Exception(
                "Cannot sort topologically: there might be cycles, prereqs_d does not have a key for each "
                "element or some orderings contain invalid elements."
            )
        order += ready
        done.update(ready)
        for key in ready:
            del waiting[key]
    return order


class Keyword:
    """A named mark."""

    def __init__(self, name, nonzero=True):
        self.name = name
        self.nonzero = nonzero

    def __bool__(self):
        return self.nonzero

    def __str__(self):
        return f"<{self.name}>"

    __repr__ = __str__


ABORT = Keyword("ABORT", False)
RETRY = Keyword("RETRY", False)
FAILURE = Keyword("FAILURE", False)
ANY_TYPE = Keyword("ANY_TYPE")
FALL_THROUGH = Keyword("FALL_THROUGH")
simple_types = (int, str, float, bool, type(None), Keyword)


def _is_a(argument, kind):
    return kind is ANY_TYPE or isinstance(argument, kind)


def _guard(kinds, arrange):
    """Return a decorator: the new function is for what `arrange` accepts, the old one for the rest.

    The old function is the one of that name in the module of the new one; it is used, too, where the new one
    returns FALL_THROUGH.
    """

    def decorate(new):
        old = new.__globals__[new.__name__]

        def choose(*args):
            arranged = arrange(*args)
            result = FALL_THROUGH if arranged is None else new(*arranged)
            return old(*(arranged or args)) if result is FALL_THROUGH else result

        names = ", ".join(
            str(kind)
            if isinstance(kind, Keyword)
            else "(" + ", ".join(k.__name__ for k in kind) + ")"
            if isinstance(kind, list | tuple)
            else kind.__name__
            for kind in kinds
        )
        choose.__name__ = new.__name__
        choose.__doc__ = f"{old.__doc__}\n{names}\n{new.__doc__ or ''}"
        return choose

    return decorate


def comm_guard(type1, type2):
    """Return a decorator: the function is for arguments of `type1` and `type2`, given in any order."""

    def arrange(first, second, *rest):
        if _is_a(first, type1) and _is_a(second, type2):
            return (first, second, *rest)
        if _is_a(second, type1) and _is_a(first, type2):
            return (second, first, *rest)
        return None

    return _guard((type1, type2), arrange)


def type_guard(type1):
    """Return a decorator: the function is for a first argument of `type1`."""
    return _guard((type1,), lambda first, *rest: (first, *rest) if _is_a(first, type1) else None)


def flatten(a):
    """Return the elements of nested lists, tuples and sets as one list."""
    if isinstance(a, list | tuple | set):
        return [element for part in a for element in flatten(part)]
    return [a]


def unique(x):
    """Return whether no element of `x` comes twice."""
    return len(set(x)) == len(x)


def hist(coll):
    """Return how often each element of `coll` comes, as a dict."""
    return dict(Counter(coll))


@deprecated("theano.gof.utils", msg="Use a_theano_variable.auto_name instead")
def give_variables_names(variables):
    """Return `variables`, those without a name of their own given one."""
    counts = hist([variable.name for variable in variables])
    nameless = [v for v in variables if not v.name or counts[v.name] > 1]
    for i, variable in enumerate(nameless):
        variable.name = f"{variable.name or ''}_{i}"
    if not unique([str(variable) for variable in variables]):
        raise ValueError(
            "Not all variables have unique names. Maybe you've named some of the variables identically"
        )
    return variables


def remove(predicate, coll):
    """Return the elements of `coll` for which `predicate` is false."""
    return [x for x in coll if not predicate(x)]


def hash_from_code(msg):
    """Return the SHA-256 of text or bytes, after an m that makes it a valid module name."""
    return "m" + hashlib.sha256(msg.encode() if isinstance(msg, str) else msg).hexdigest()


def hash_from_file(file_path):
    """Return the SHA-256 of a file's content."""
    with open(file_path, "rb") as file:
        return hash_from_code(file.read())
