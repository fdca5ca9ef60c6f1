"""Graphs are built with less ado: PyTensor's costly habits, replaced in processes that have `theano`.

An old program builds its gradients parameter by parameter, through loops, and makes a hundred thousand nodes.
Three habits take most of the time: the length of each axis that `alloc` makes is found by rewriting the graph
it comes from, each node reads the source lines of the calls that led to it, and tags are plain objects whose
attributes and copies go through functions written in Python.
"""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytensor.graph.utils
import pytensor.tensor.basic
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.utils import Scratchpad
from pytensor.tensor.basic import as_tensor_variable, get_underlying_scalar_constant_value
from pytensor.tensor.exceptions import NotScalarConstantError

_OWN = str(Path(__file__).parent) + os.sep
_LAUNCHER, _LOADER = _OWN + "launch.py", _OWN + "program.py"

_infer_static_shape = pytensor.tensor.basic.infer_static_shape
_simple_extract_stack = pytensor.graph.utils.simple_extract_stack


def infer_static_shape(shape: Variable | Sequence[Any]) -> tuple[Sequence[Any], Sequence[int | None]]:
    """Return the lengths in `shape` as variables, and as numbers where they are constants or nearly so.

    Theano looked no further; it knew of a length only whether it is 1.
    """
    if isinstance(shape, Variable):
        return _infer_static_shape(shape)
    lengths = [as_tensor_variable(s, ndim=0) for s in shape]
    if not all(s.type.dtype in pytensor.tensor.basic.integer_dtypes for s in lengths):
        return _infer_static_shape(shape)  # which says what is wrong
    return lengths, tuple(_known(s) for s in lengths)


def _known(length: Variable) -> int | None:
    if isinstance(length, Constant):
        return int(length.data)
    try:
        return int(get_underlying_scalar_constant_value(length))
    except NotScalarConstantError:
        return None


def simple_extract_stack(
    f: FrameType | None = None, limit: int | None = None, skips: Sequence[str] | None = None
) -> list[tuple[str, int, str, str | None]]:
    """Return the calls that led to frame `f`, outermost first: (file, line number, function, line).

    At most `limit` of them; the innermost ones in files whose name holds one of `skips`, and with them those
    of this package, are left out. So are the calls of the launcher, which no program made.
    """
    if f is None:
        f = sys._getframe().f_back
    if limit is None:
        limit = getattr(sys, "tracebacklimit", sys.maxsize)
    inner = tuple(skips or ())
    while f is not None and _is_inner(f.f_code.co_filename, inner):
        f = f.f_back
    trace: list[tuple[str, int, str, str | None]] = []
    while f is not None and len(trace) < limit:
        code = f.f_code
        if code.co_filename == _LAUNCHER:
            break
        if code.co_filename == _LOADER or code.co_filename.startswith("<frozen importlib"):
            f = f.f_back
            continue
        line = linecache.getline(code.co_filename, f.f_lineno, f.f_globals).strip()
        trace.append((code.co_filename, f.f_lineno, code.co_name, line or None))
        f = f.f_back
    trace.reverse()
    return trace


@lru_cache(maxsize=4096)
def _is_inner(filename: str, skips: tuple[str, ...]) -> bool:
    if not skips:
        return False
    return filename.startswith(_OWN) or ("tests" not in filename and any(part in filename for part in skips))


def _copy_tag(tag: Scratchpad) -> Scratchpad:
    copied = Scratchpad.__new__(type(tag))
    copied.__dict__.update(tag.__dict__)
    return copied


def build_fast() -> None:
    """Put the replacements in the place of PyTensor's functions."""
    Scratchpad.__copy__ = _copy_tag
    for passed_on in ("__getattribute__", "__setattr__"):  # to what every object does
        if passed_on in vars(Scratchpad):
            delattr(Scratchpad, passed_on)
    pytensor.tensor.basic.infer_static_shape = infer_static_shape
    pytensor.graph.utils.simple_extract_stack = simple_extract_stack
