"""Functions that the standard library has dropped and that are more than another name."""

from __future__ import annotations

import errno as errno
import inspect
import subprocess
from collections import namedtuple
from collections.abc import Mapping, Sequence
from numbers import Number
from typing import Any

from ..python2.scope import basestring

ArgSpec = namedtuple("ArgSpec", "args varargs keywords defaults")
StringTypes = (basestring,)


def getargspec(func: Any) -> ArgSpec:
    """Return the names of the arguments of `func`, of ``*varargs`` and ``**keywords``, and the defaults.

    Raises
    ------
    ValueError
        If it has keyword-only arguments or annotations.
    """
    spec = inspect.getfullargspec(func)
    if spec.kwonlyargs or spec.annotations:
        raise ValueError(
            "Function has keyword-only parameters or annotations, "
            "use inspect.signature() API which can support them"
        )
    return ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)


def formatargspec(
    args: Any, varargs: Any = None, varkw: Any = None, defaults: Any = None, *rest: Any, **named: Any
) -> str:
    """Return the arguments that `getargspec` found as they were written."""
    first = len(args) - len(defaults or ())
    parts = [name if i < first else f"{name}={defaults[i - first]!r}" for i, name in enumerate(args)]
    parts += [f"*{varargs}"] if varargs else []
    parts += [f"**{varkw}"] if varkw else []
    return f"({', '.join(parts)})"


def nothing(*arguments: Any, **named: Any) -> None:
    """Do nothing, where there is nothing left to do."""


def hundred() -> int:
    return 100


def isSequenceType(x: Any) -> bool:
    return isinstance(x, Sequence) or hasattr(x, "__getitem__")


def isMappingType(x: Any) -> bool:
    return isinstance(x, Mapping)


def isNumberType(x: Any) -> bool:
    return isinstance(x, Number)


def linux_distribution(*arguments: Any, **named: Any) -> tuple[str, str, str]:
    """Return name, version and code name of the system."""
    import platform

    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "", "", ""
    return release.get("NAME", ""), release.get("VERSION_ID", ""), release.get("VERSION_CODENAME", "")


def popen2(command: Any, mode: str = "t", bufsize: int = -1) -> tuple[Any, Any]:
    child = subprocess.Popen(
        command, shell=isinstance(command, str), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return child.stdin, child.stdout


class HTMLParseError(Exception):
    """Raised by `HTMLParser` before Python 3.5."""
