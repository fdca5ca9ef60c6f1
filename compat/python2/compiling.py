"""Python 2 source as code that runs here and means what it meant there."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from types import CodeType

from .meaning import mean_python2

_PRINT = re.compile(r"\bprint\b")


def compile_python2(
    text: str, filename: str, mode: str = "exec", finish: Callable[[ast.Module], ast.Module] | None = None
) -> CodeType:
    """Return the code of Python 2 source `text`, its line numbers those of `text`.

    `finish` may rewrite the syntax tree at the end.

    The code runs in a namespace whose ``__builtins__`` are those of `scope.builtin_names`.

    Raises
    ------
    SyntaxError
        If it is no Python 2.
    ImportError
        If fissix is needed to parse it and not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" and `is 0` are the program's habits, not its user's concern
        tree, patterns = parse(text, filename)
        tree = mean_python2(tree, patterns)
        if finish is not None:
            tree = finish(tree)
        if mode == "eval":
            (statement,) = tree.body
            if not isinstance(statement, ast.Expr):
                raise SyntaxError("an expression was expected", (filename, 1, 1, text))
            return compile(ast.Expression(statement.value), filename, "eval", dont_inherit=True)
        return compile(tree, filename, mode, dont_inherit=True)


def parse(text: str, filename: str) -> tuple[ast.Module, dict[str, str]]:
    """Return the syntax tree of Python 2 source `text`, and its tuple parameters' patterns by name."""
    tree = None
    try:
        tree = ast.parse(text, filename)
        if not _PRINT.search(text):
            return tree, {}
    except (SyntaxError, ValueError):
        pass
    try:
        from .syntax import to_python3
    except ImportError:
        if tree is not None:
            return tree, {}  # `print(x)` is near enough
        raise
    translated = to_python3(text, filename)
    return ast.parse(translated.text, filename), translated.patterns
