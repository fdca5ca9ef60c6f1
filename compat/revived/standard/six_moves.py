"""`six.moves`: functions under one name for every Python; its modules are rows of `modules`."""

from __future__ import annotations

import builtins
import importlib
import itertools
import os
import shlex
import subprocess
from collections import UserDict, UserList, UserString
from functools import reduce
from io import StringIO
from sys import intern
from types import ModuleType

from ..modules import MODULES

cStringIO = StringIO
filter, input, map, range, xrange, zip = (
    builtins.filter, builtins.input, builtins.map, builtins.range, builtins.range, builtins.zip,
)  # fmt: skip
filterfalse, zip_longest = itertools.filterfalse, itertools.zip_longest
getcwd, getcwdb = os.getcwd, os.getcwdb
getoutput = subprocess.getoutput
reload_module = importlib.reload
shlex_quote = shlex.quote


def __getattr__(name: str) -> ModuleType:
    target = MODULES.get(f"six.moves.{name}")
    if target is None:
        raise AttributeError(f"module 'six.moves' has no attribute {name!r}")
    for part in ("request", "parse", "error") if name == "urllib" else ():
        importlib.import_module(f"urllib.{part}")
    return importlib.import_module(target)


__all__ = [
    "StringIO", "UserDict", "UserList", "UserString", "cStringIO", "filter", "filterfalse", "getcwd",
    "getcwdb", "getoutput", "input", "intern", "map", "range", "reduce", "reload_module", "shlex_quote",
    "xrange", "zip", "zip_longest",
]  # fmt: skip
