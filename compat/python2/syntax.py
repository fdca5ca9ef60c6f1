"""Python 2's syntax as Python 3's, line for line: the lines keep their numbers, tracebacks stay true.

What only looks different becomes what it looks like in Python 3; what means something different (`print` with
its soft space, `exec`, `raise` with a value, tuple parameters) becomes a call or a name that `meaning` knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ._fissix import token
from .parsing import PRINT_FUNCTION, Leaf, Node, Tree, name, parse_python2, symbol, walk
from .source import expand_tabs

TUPLE = "__tuple{}__"
"""The name that a tuple parameter gets."""


@dataclass
class Translated:
    """Text that Python 3 can parse, and the patterns that names in it stand for."""

    text: str
    patterns: dict[str, str] = field(default_factory=dict)


def to_python3(text: str, filename: str = "<string>") -> Translated:
    """Return Python 2 source `text` in Python 3's syntax.

    Raises
    ------
    SyntaxError
        If `text` is no Python 2.
    ImportError
        If fissix, which parses it, is not installed; says how to install it.
    """
    tree = parse_python2(expand_tabs(text), filename)
    result = Translated("")
    unicode_literals = "unicode_literals" in text
    for part in list(walk(tree)):
        if isinstance(part, Leaf):
            rewrite_leaf(part, unicode_literals)
        elif rewrite := REWRITES.get(symbol(part)):
            rewrite(part)
        if symbol(part) in ("tfpdef", "vfpdef"):
            _name_tuple(part, result.patterns)
        elif symbol(part) == "except_clause":
            _name_caught(part, result.patterns)
    if not PRINT_FUNCTION.search(text):
        for leaf in tree.leaves():
            if leaf.value == "print" and _is_statement(leaf):
                leaf.value = "__print2__(None, True)"
    result.text = str(tree)
    return result


# ------------------------------------------------------------------------------------------- leaves


def rewrite_leaf(leaf: Leaf, unicode_literals: bool = False) -> None:
    """Write a number, a string, `<>` or a name that has become a keyword as Python 3 does."""
    value = leaf.value
    if value == "<>":
        leaf.value = "!="
    elif value in ("async", "await", "nonlocal") and leaf.type == token.NAME:
        leaf.value = value + "_"
    elif leaf.type == token.NUMBER:
        attribute = leaf.next_sibling is not None and str(leaf.next_sibling).startswith(".")
        leaf.value = f"({number(value)})" if attribute and value[-1] in "lL" else number(value)
    elif leaf.type == token.STRING:
        leaf.value = string(value, unicode_literals)


def number(text: str) -> str:
    """Return a number of Python 2 as Python 3 writes it: ``0777`` is ``0o777``, ``10L`` is ``10``.

    >>> number("0777L"), number("10l"), number("0xFFL"), number("1e5"), number("0")
    ('0o777', '10', '0xFF', '1e5', '0')
    """
    text = text.rstrip("lL")
    if re.fullmatch(r"0[0-7]+", text) and text.strip("0"):
        return "0o" + text.lstrip("0")
    return text


def string(text: str, unicode_literals: bool = False) -> str:
    r"""Return a string literal of Python 2 as Python 3 writes it.

    Python 2 knew ``\u``, ``\U`` and ``\N`` in unicode literals only; ``ur`` literals knew nothing else.

    >>> print(string(r"'C:\Users'"), string(r"ur'\d\u20ac'"), string(r"u'\u20ac'"))
    'C:\\Users' u'\\d\u20ac' u'\u20ac'
    """
    prefix = re.match(r"[a-zA-Z]*", text)[0]
    kinds, body = prefix.lower(), text[len(prefix) :]
    if kinds == "ur":
        return prefix[0] + re.sub(r"\\(?!u[0-9a-fA-F]{4})", r"\\\\", body)
    if "r" in kinds or "u" in kinds or unicode_literals:
        return text
    return prefix + re.sub(r"(?<!\\)((?:\\\\)*)\\([uUN])", r"\1\\\\\2", body)


# ------------------------------------------------------------------------------------------- nodes


def _print(node: Node) -> None:
    """``print >>f, a, b,`` -> ``__print2__(f, False, a, b)``."""
    keyword, *items = node.children
    file: Tree = name("None")
    if str(items[0]).strip() == ">>":
        shift, file, *items = items
        shift.remove()
        file.remove()
        file.prefix = ""
        if items:
            items.pop(0).remove()
    newline = not (items and _is_comma(items[-1]))
    if not newline:
        items.pop().remove()
    keyword.value = "__print2__("
    for position, part in enumerate([file, name(f", {newline}"), *([name(",")] if items else [])], start=1):
        node.insert_child(position, part)
    node.append_child(name(")"))


def _exec(node: Node) -> None:
    """``exec code in scope`` -> ``__exec2__(code, scope)``."""
    node.children[0].value = "__exec2__("
    for child in node.children[2:]:
        if str(child).strip() == "in":
            child.replace(name(","))
    node.append_child(name(")"))


def _raise(node: Node) -> None:
    """``raise E, value, traceback`` -> ``raise __raise2__(E, value, traceback)``."""
    if len(node.children) >= 4 and _is_comma(node.children[2]):
        node.insert_child(1, name("__raise2__(", " "))
        node.append_child(name(")"))


def except_clause(node: Node) -> None:
    """``except E, e`` -> ``except E as e``."""
    for child in node.children:
        if _is_comma(child):
            caught = child.next_sibling
            caught.prefix = caught.prefix or " "
            child.replace(name("as", " "))
            break


def backticks(node: Node) -> None:
    """```x``` -> ``repr(x)``."""
    first, *inner, last = node.children
    if str(first).strip() == "`":
        bare = symbol(inner[0]) != "testlist1"
        first.replace(name("repr(" if bare else "repr((", first.prefix))
        last.replace(name(")" if bare else "))", last.prefix))


def old_comprehension(node: Node) -> None:
    """``[x for x in 1, 2]`` -> ``[x for x in (1, 2)]``."""
    if any(_is_comma(child) for child in node.children):
        node.insert_child(0, name("(", node.prefix))
        node.children[1].prefix = ""
        node.append_child(name(")"))


def _name_tuple(node: Node, patterns: dict[str, str]) -> None:
    """``(a, b)`` among parameters -> a name; its pattern is noted."""
    if symbol(node.parent) in ("tfpdef", "vfpdef", "tfplist", "vfplist"):
        return  # part of a larger pattern
    text = str(node).strip()
    if text.startswith("("):
        key = TUPLE.format(len(patterns))
        patterns[key] = " ".join(text.split())
        node.replace(name(key, node.prefix))


def _name_caught(node: Node, patterns: dict[str, str]) -> None:
    """``except E as (a, b)``, or ``as x.y``, -> a name; its pattern is noted."""
    if len(node.children) == 4 and not isinstance(target := node.children[3], Leaf):
        key = TUPLE.format(len(patterns))
        patterns[key] = str(target).strip()
        target.replace(name(key, target.prefix))


REWRITES: dict[str, Callable[[Node], None]] = {
    "print_stmt": _print,
    "exec_stmt": _exec,
    "raise_stmt": _raise,
    "except_clause": except_clause,
    "atom": backticks,
    "testlist_safe": old_comprehension,
}


def _is_comma(tree: Tree) -> bool:
    return isinstance(tree, Leaf) and tree.value == ","


def _is_statement(leaf: Leaf) -> bool:
    """Return whether the name `leaf` stands alone as a statement."""
    return symbol(leaf.parent) == "simple_stmt"
