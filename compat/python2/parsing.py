"""Python 2 text as a tree that gives back every space and comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._fissix import driver, parse, pygram, pytree, tokenize

Node = pytree.Node
Leaf = pytree.Leaf
Tree = pytree.Base

NAMES = {number: name for name, number in vars(pygram.python_symbols).items()}
"""Grammar symbols by number: `NAMES[node.type]` is "print_stmt"."""

PRINT_FUNCTION = re.compile(r"^\s*from\s+__future__\s+import\b[^#]*\bprint_function\b", re.MULTILINE)
_GRAMMARS = {True: pygram.python_grammar, False: pygram.python_grammar_no_print_statement}


def parse_python2(text: str, filename: str = "<string>") -> Node:
    """Return the tree of Python 2 source `text`; ``str(tree) == text``, its last line ended.

    Raises
    ------
    SyntaxError
        If it is no Python 2 either, at the place where the parser stopped.
    """
    statement_first = not PRINT_FUNCTION.search(text)
    problem: SyntaxError | None = None
    for print_statement in (statement_first, not statement_first):
        parser = driver.Driver(_GRAMMARS[print_statement], convert=pytree.convert)
        try:
            return parser.parse_string(text if text.endswith("\n") else text + "\n")
        except (parse.ParseError, tokenize.TokenError, IndentationError) as error:
            problem = problem or _syntax_error(error, text, filename)
    raise problem


def _syntax_error(error: Exception, text: str, filename: str) -> SyntaxError:
    """Return `error` of the parser as Python says it."""
    if isinstance(error, SyntaxError):
        error.filename = filename
        return error
    row, column = error.context[1] if isinstance(error, parse.ParseError) else error.args[1]
    lines = text.split("\n")
    line = lines[row - 1] if row <= len(lines) else ""
    return SyntaxError("invalid syntax, in Python 2 as in Python 3", (filename, row, column + 1, line))


def symbol(tree: Tree) -> str:
    """Return the grammar's name of `tree`, "" for a leaf."""
    return NAMES.get(tree.type, "") if isinstance(tree, Node) else ""


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield `tree` and all below it, children first, so that what is yielded may be replaced."""
    for child in list(tree.children):
        yield from walk(child)
    yield tree


def name(text: str, prefix: str = "") -> Leaf:
    """Return a leaf of any `text`."""
    return Leaf(1, text, prefix=prefix)
