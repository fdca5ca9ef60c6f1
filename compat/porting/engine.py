"""Make the rewrites one after the other, each until it finds nothing more to do."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..python2 import Verdict, judge
from .findings import Edit, Finding, Need, apply_edits
from .rewrites import IDEAS
from .rewrites.needs import add_imports
from .source import Source

_PACKAGE = __name__.partition(".")[0]
_ROUNDS = 20


@dataclass(frozen=True)
class Ported:
    """The new program, and what a person must decide about it."""

    text: str
    findings: tuple[Finding, ...] = field(default=())


def port(text: str, filename: str = "<string>") -> Ported:
    """Return the old Theano program `text` as a program for PyTensor.

    Comments and layout stay. Porting a ported program changes nothing.

    Raises
    ------
    SyntaxError
        If `text` is neither Python 2 nor Python 3.
    ImportError
        If it is Python 2 and fissix, which parses that, is not installed.
    """
    verdict = judge(text).verdict
    findings: set[Finding] = set()
    needs: set[Need] = set()
    text, found = as_python3(text, filename)
    findings |= set(found)
    python2 = verdict is Verdict.PYTHON2 and not _is_ported(Source(text))
    for rewrite in IDEAS:
        text = _until_stable(rewrite, text, python2, findings, needs)
    return Ported(add_imports(text, needs), tuple(sorted(findings)))


def as_python3(text: str, filename: str) -> tuple[str, list[Finding]]:
    """Return `text` as Python 3 can parse it, line for line, and what a person must look at."""
    if _parses(text):
        return text, []
    from .rewrites.syntax import to_readable_python3

    text, found = to_readable_python3(text, filename)
    ast.parse(text, filename)
    return text, found


def _until_stable(
    rewrite: Callable[[Source], Iterable[Edit | Finding | Need]],
    text: str,
    python2: bool,
    findings: set[Finding],
    needs: set[Need],
) -> str:
    """Return `text` after as many rounds of `rewrite` as change it."""
    for _ in range(_ROUNDS):
        found = list(rewrite(Source(text, python2=python2)))
        findings |= {one for one in found if isinstance(one, Finding)}
        needs |= {one for one in found if isinstance(one, Need)}
        edits = [one for one in found if isinstance(one, Edit)]
        changed = apply_edits(text, edits)
        if changed == text:
            break
        text = changed
    return text


def _is_ported(source: Source) -> bool:
    """Return whether the program imports PyTensor already: then it is no Python 2 any more."""
    modules = {target.partition(".")[0] for target in source.aliases.values()}
    return "pytensor" in modules or any(t.startswith(f"{_PACKAGE}.") for t in source.aliases.values())


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
