"""Python 2's syntax as a person would write it in Python 3: `print(...)`, ``except E as e``, ``repr(x)``."""

from __future__ import annotations

from collections.abc import Callable

from ...python2.parsing import Leaf, Node, Tree, name, parse_python2, symbol, walk
from ...python2.source import expand_tabs
from ...python2.syntax import PRINT_FUNCTION, backticks, except_clause, old_comprehension, rewrite_leaf
from ..findings import Finding


def to_readable_python3(text: str, filename: str) -> tuple[str, list[Finding]]:
    """Return Python 2 source `text` in Python 3's syntax, line for line, and what a person must look at."""
    tree = parse_python2(expand_tabs(text), filename)
    findings: list[Finding] = []
    count = 0
    for part in list(walk(tree)):
        if isinstance(part, Leaf):
            rewrite_leaf(part, "unicode_literals" in text)
        elif rewrite := _REWRITES.get(symbol(part)):
            rewrite(part)
        if symbol(part) in ("funcdef", "lambdef", "old_lambdef"):
            count = _tuple_parameters(part, count, findings)
    if not PRINT_FUNCTION.search(text):
        for leaf in tree.leaves():
            if leaf.value == "print" and symbol(leaf.parent) == "simple_stmt":
                leaf.value = "print()"
    return str(tree), findings


def _is(tree: Tree, text: str) -> bool:
    return str(tree).strip() == text


def _print(node: Node) -> None:
    """``print >>f, a, b,`` -> ``print(a, b, end=" ", file=f)``."""
    keyword, *items = node.children
    file = ""
    if _is(items[0], ">>"):
        file = str(items[1]).strip()
        for part in items[:3]:
            part.remove()
        items = items[3:]
    newline = not (items and _is(items[-1], ","))
    if not newline:
        items.pop().remove()
    options = ([] if newline else ['end=" "']) + ([f"file={file}"] if file else [])
    if len(items) == 1 and not options and _in_parentheses(items[0]):
        keyword.value = "print"
        items[0].prefix = ""
        return
    keyword.value = "print("
    if items:
        items[0].prefix = items[0].prefix.lstrip(" ")
    closing = ", ".join([*([""] if items and options else []), *options]) + ")"
    node.append_child(name(closing))


def _in_parentheses(tree: Tree) -> bool:
    """Return whether `tree` is ``(x)`` and no tuple."""
    return (
        symbol(tree) == "atom"
        and _is(tree.children[0], "(")
        and not (
            len(tree.children) == 3
            and symbol(tree.children[1]) == "testlist_gexp"
            and "," in map(str.strip, map(str, tree.children[1].children))
        )
        and len(tree.children) == 3
    )


def _exec(node: Node) -> None:
    """``exec code in scope`` -> ``exec(code, scope)``."""
    keyword, code, *rest = node.children
    for child in rest:
        if _is(child, "in"):
            child.replace(name(","))
    if not rest and _in_parentheses(code):
        code.prefix = ""
        return
    keyword.value, code.prefix = "exec(", ""
    node.append_child(name(")"))


def _raise(node: Node) -> None:
    """``raise E, value, tb`` -> ``raise E(value).with_traceback(tb)``."""
    if len(node.children) < 4 or not _is(node.children[2], ","):
        return
    _, _, comma, value, *traceback = node.children
    comma.replace(name("("))
    value.prefix = ""
    if symbol(value) == "atom" and _is(value.children[0], "("):  # a tuple is the arguments
        node.children[2].value = ""
    else:
        value.replace(name(str(value) + ")"))
    if traceback:
        traceback[0].replace(name(".with_traceback("))
        traceback[1].prefix = ""
        node.append_child(name(")"))


def _tuple_parameters(node: Node, count: int, findings: list[Finding]) -> int:
    """``def f((a, b)):`` -> ``def f(a_b):`` and an assignment; in a lambda the parameter is subscripted."""
    patterns = [
        part
        for part in walk(node)
        if symbol(part) in ("tfpdef", "vfpdef")
        and symbol(part.parent) not in ("tfplist", "vfplist", "tfpdef", "vfpdef")
    ]
    for pattern in patterns:
        text = " ".join(str(pattern).split())
        new = "_".join(leaf.value for leaf in pattern.leaves() if leaf.value.isidentifier())
        line = pattern.get_lineno()
        pattern.replace(name(new, pattern.prefix))
        body = node.children[-1]
        if symbol(node) == "funcdef":
            first = (
                next((c for c in body.children if c.type not in _LAYOUT), None)
                if isinstance(body, Node)
                else None
            )
            target = first if first is not None and isinstance(body, Node) else body
            leaf = next(iter(target.leaves()))
            leaf.value = f"{text} = {new}; {leaf.value}"
            findings.append(
                Finding(line, f"The parameter {text} is called {new} now and unpacked in the body.")
            )
        else:
            names = text.replace("(", "").replace(")", "").replace(" ", "").strip(",").split(",")
            if "(" in text[1:]:
                findings.append(Finding(line, f"lambda {text}: unpack the nested parameter by hand."))
            for leaf in list(body.leaves()) if isinstance(body, Node) else [body]:
                if leaf.value in names and not (
                    leaf.prev_sibling is not None and _is(leaf.prev_sibling, ".")
                ):
                    leaf.value = f"{new}[{names.index(leaf.value)}]"
        count += 1
    return count


_LAYOUT = (4, 5, 6)  # newline, indentation, its end

_REWRITES: dict[str, Callable[[Node], None]] = {
    "atom": backticks,
    "except_clause": except_clause,
    "exec_stmt": _exec,
    "print_stmt": _print,
    "raise_stmt": _raise,
    "testlist_safe": old_comprehension,
}
