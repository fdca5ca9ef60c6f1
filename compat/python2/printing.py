"""`print` and `str` as Python 2 did them: the soft space, and floats with twelve digits."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ..revived import one_element
from .soft_space import set_soft_space
from .unordered import comprehension, dict2


def float_text(x: float) -> str:
    """Return ``str(x)`` of Python 2: twelve significant digits.

    >>> float_text(0.1 + 0.2), float_text(2.0), float_text(1e12)
    ('0.3', '2.0', '1e+12')
    """
    text = f"{x:.12g}"
    if "e" in text or "n" in text:
        return text
    if len(text.partition(".")[0].lstrip("-")) == 12:  # no room left for ".0"
        mantissa, _, exponent = f"{x:.11e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"
    return text if "." in text else text + ".0"


class PlainFloat(float):
    """A float that formats as Python 2's did where no digits are asked for."""

    def __str__(self) -> str:
        return float_text(self)

    def __format__(self, specification: str) -> str:
        return float.__format__(self, specification) if specification else float_text(self)


def text_of(x: Any) -> str:
    """Return what ``print x`` writes for `x`."""
    if type(x) is str:
        return x
    if type(x) is float:
        return float_text(x)
    optparse = sys.modules.get("optparse")
    if optparse is not None and type(x) is optparse.Values:  # a dict went into another one, and that into its
        return str(comprehension(dict2(comprehension(vars(x)))))
    return str(x)


def str_(kind: Any, *arguments: Any) -> Any:
    """Return ``str(x)``; `kind` is what the program calls ``str``."""
    if kind is str and len(arguments) == 1:
        return text_of(arguments[0])
    return kind(*arguments)


def _plain(x: Any) -> Any:
    return PlainFloat(x) if type(x) is float else x


def percent(template: Any, values: Any) -> Any:
    """Return ``template % values``, floats under ``%s`` with twelve digits."""
    if isinstance(template, str) and "s" in template:
        if type(values) is tuple:
            values = tuple(map(_plain, values))
        elif isinstance(values, Mapping):
            values = (
                {key: _plain(value) for key, value in values.items()} if isinstance(values, dict) else values
            )
        else:
            values = _plain(values)
    return one_element.percent(template, values)


def format_(template: str, *arguments: Any, **named: Any) -> str:
    """Return ``template.format(*arguments, **named)``, floats without a format with twelve digits."""
    return template.format(*map(_plain, arguments), **{key: _plain(value) for key, value in named.items()})


def print_statement(file: Any, newline: bool, *items: Any) -> None:
    """Write `items` as ``print >>file, *items`` did; without `newline` the statement ended in a comma.

    A comma at the end writes no space: the next item to come does, if the line has not ended by then.
    """
    if file is None:
        file = sys.stdout
        if file is None:
            return
    soft = getattr(file, "softspace", 0)
    pieces = []
    for item in items:
        if soft:
            pieces.append(" ")
        text = text_of(item)
        pieces.append(text)
        soft = not (isinstance(item, str) and text[-1:].isspace() and text[-1] != " ")
    if newline:
        pieces.append("\n")
        soft = False
    if pieces:
        file.write("".join(pieces))
    set_soft_space(file, soft)


def print_function(*items: Any, sep: str | None = None, end: str | None = None, file: Any = None) -> None:
    """`print` of ``from __future__ import print_function``."""
    print(*map(text_of, items), sep=sep, end=end, file=file)


def raised(error: Any, value: Any = None, traceback: Any = None) -> BaseException:
    """Return the exception that ``raise error, value, traceback`` raised."""
    if isinstance(error, tuple):
        error = error[0]
    if isinstance(error, BaseException):
        exception = error
    elif not (isinstance(error, type) and issubclass(error, BaseException)):
        raise TypeError(
            f"exceptions must be classes or instances of BaseException, not {type(error).__name__}"
        )
    elif isinstance(value, error):
        exception = value
    elif value is None:
        exception = error()
    else:
        exception = error(*value) if isinstance(value, tuple) else error(value)
    return exception if traceback is None else exception.with_traceback(traceback)
