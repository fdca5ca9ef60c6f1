"""What a script uses that is not there when it is launched: names of Theano, modules not installed."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from ..names import find
from ..python2 import Verdict, decode, judge
from ..revived.modules import MODULES
from ..revived.reviving import absolute
from .engine import as_python3
from .findings import Finding
from .source import Source

_THEANO = __name__.partition(".")[0] + ".theano"
_TRANSLATED = 3
"""How many signs of Python 2 are shown."""


def check(scripts: Sequence[str]) -> int:
    """Print what each of `scripts` uses that is not there; return 1 if anything is, 2 for a bad file."""
    worst = 0
    for script in scripts:
        try:
            text = decode(Path(script).read_bytes())
            missing = list(findings(text, script))
        except OSError as error:
            print(f"theano-compat check: {script}: {error.strerror}", file=sys.stderr)
            worst = 2
            continue
        except SyntaxError as error:
            print(f"{script}:{error.lineno}: {error.msg}")
            worst = 2
            continue
        judged = judge(text)
        if judged.verdict is Verdict.PYTHON2:
            signs = "; ".join(f"line {line}: {sign}" for line, sign in judged.signs[:_TRANSLATED])
            print(f"{script}: Python 2, translated when it is launched ({signs})")
        for finding in sorted(missing):
            print(f"{script}:{finding.line}: {finding.message}")
        if not missing:
            print(f"{script}: nothing it uses is missing")
        worst = max(worst, 1 if missing else 0)
    return worst


def findings(text: str, filename: str) -> Iterator[Finding]:
    """Yield what the program `text` uses that is not there when it is launched."""
    source = Source(as_python3(text, filename)[0])
    seen: set[str] = set()
    for node in source.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            if not _is_guarded(source, node):
                yield from _imported(node, filename)
        elif isinstance(node, ast.Name | ast.Attribute):
            name = source.dotted(node)
            parent = source.parents[node]
            longer = isinstance(parent, ast.Attribute) and source.dotted(parent)
            known = not name or not name.startswith("theano.") or name in seen
            if not known and not longer and not _is_guarded(source, node):
                seen.add(name)
                yield from _used(node, name)
        elif isinstance(node, ast.FunctionDef) and node.name == "c_code":
            yield Finding(node.lineno, "c_code is not compiled: the Op needs a perform.")


def _is_guarded(source: Source, node: ast.AST) -> bool:
    """Return whether the program has thought of the case that `node` cannot be imported."""
    while node in source.parents:
        node = source.parents[node]
        if isinstance(node, ast.Try) and any(_catches_imports(handler) for handler in node.handlers):
            return True
    return False


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {part.id for part in ast.walk(handler.type) if isinstance(part, ast.Name)}
    return bool(names & {"AttributeError", "Exception", "ImportError", "ModuleNotFoundError"})


def _imported(node: ast.Import | ast.ImportFrom, filename: str) -> Iterator[Finding]:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        head = module.partition(".")[0]
        if isinstance(node, ast.ImportFrom) and node.level:
            continue
        if head == "theano":
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield from _used(node, module if alias.name == "*" else f"{module}.{alias.name}")
            else:
                yield from _used(node, module)
        elif head and not _is_there(module, head, Path(filename).parent):
            yield Finding(node.lineno, f"{head} is not installed.")


def _is_there(module: str, head: str, folder: Path) -> bool:
    if (folder / f"{head}.py").exists() or (folder / head).is_dir():
        return True
    stand_in = MODULES.get(module) or MODULES.get(head)
    names = [head] if stand_in is None else [head, absolute(stand_in).partition(".")[0]]
    return any(importlib.util.find_spec(name) is not None for name in names)


def _used(node: ast.AST, name: str) -> Iterator[Finding]:
    """Yield a finding if the absolute `name` of Theano is not in this package."""
    found: Any = importlib.import_module(_THEANO)
    parts = name.split(".")[1:]
    for position, part in enumerate(parts, start=1):
        path = ".".join(["theano", *parts[:position]])
        try:
            found = getattr(found, part)
        except AttributeError:
            try:
                found = importlib.import_module(_THEANO + path.removeprefix("theano"))
                continue
            except ImportError:
                pass
            is_value = not isinstance(found, ModuleType | type) and not path.startswith("theano.config.")
            if not is_value:  # an attribute of a value may have been set by the program
                row = find(path)
                advice = row.advice if row is not None else "Theano 1.0.5 has no such name."
                yield Finding(node.lineno, f"{path} is not there. {advice}".rstrip())  # type: ignore[attr-defined]
            return
