"""Which Python a source was written for, judged from the source alone.

A file that Python 3 cannot parse is Python 2. One that it can is Python 2 if it uses what only Python 2 had
(`xrange`, `d.iteritems()`, `import cPickle`, `range(n / 2)`) without a guard that gives Python 3 its own, and
Python 3 if it uses what only Python 3 has. Without any sign it may be either.
"""

from __future__ import annotations

import ast
import builtins
import enum
import functools
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple


class Verdict(enum.Enum):
    """What a source was written for."""

    PYTHON2 = "Python 2"
    PYTHON3 = "Python 3"
    EITHER = "either"


class Judgement(NamedTuple):
    """A verdict and what it rests on: lines of the source and what stands there."""

    verdict: Verdict
    signs: tuple[tuple[int, str], ...] = ()


NAMES = frozenset(
    [
        "xrange",
        "raw_input",
        "unicode",
        "basestring",
        "long",
        "unichr",
        "reduce",
        "execfile",
        "cmp",
        "file",
        "reload",
        "buffer",
        "intern",
        "apply",
        "coerce",
        "StandardError",
    ]
)
"""Built-in names of Python 2 that Python 3 has not."""

ATTRIBUTES = frozenset(
    ["iteritems", "itervalues", "iterkeys", "has_key", "func_name", "func_code", "im_func", "im_self"]
)
"""Attributes that only Python 2's objects had."""

MODULES = frozenset(
    [
        "__builtin__",
        "anydbm",
        "BaseHTTPServer",
        "cPickle",
        "cStringIO",
        "commands",
        "ConfigParser",
        "Cookie",
        "cookielib",
        "copy_reg",
        "exceptions",
        "HTMLParser",
        "htmlentitydefs",
        "httplib",
        "md5",
        "new",
        "Queue",
        "sets",
        "sha",
        "SimpleHTTPServer",
        "SocketServer",
        "StringIO",
        "thread",
        "Tkinter",
        "tkFileDialog",
        "tkMessageBox",
        "urllib2",
        "urlparse",
        "UserDict",
        "xmlrpclib",
    ]
)
"""Modules that only Python 2 had."""

MEMBERS = {
    "sys": frozenset(["maxint", "setdefaultencoding", "exc_clear", "exc_type"]),
    "os": frozenset(["getcwdu"]),
    "itertools": frozenset(["izip", "imap", "ifilter", "izip_longest", "ifilterfalse"]),
    "string": frozenset(
        [
            "letters",
            "lowercase",
            "uppercase",
            "join",
            "split",
            "replace",
            "atoi",
            "atof",
            "lower",
            "upper",
            "strip",
            "maketrans",
        ]
    ),
    "urllib": frozenset(["urlopen", "urlretrieve", "urlencode", "quote", "unquote"]),
    "operator": frozenset(["div", "isCallable"]),
    "types": frozenset(
        [
            "StringType",
            "ListType",
            "IntType",
            "DictType",
            "TupleType",
            "FloatType",
            "StringTypes",
            "ClassType",
        ]
    ),
}
"""Members of modules that only Python 2 had."""

METHODS = frozenset(["__nonzero__", "__cmp__", "__getslice__", "__setslice__", "__unicode__"])
LAZY = frozenset(["range", "map", "filter", "zip"])
"""Functions that gave lists."""
LISTED = frozenset(["keys", "values", "items"])
LIST_METHODS = frozenset(["append", "extend", "insert", "pop", "remove", "reverse", "sort"])

_SHEBANG = re.compile(r"#!.*\bpython([23])")
_GUARDS = {"ImportError", "ModuleNotFoundError", "NameError", "AttributeError"}
_BOTH = re.compile(r"\b(version_info|PY2|PY3|hexversion|PYTHON_VERSION|major)\b")


@functools.lru_cache(maxsize=64)  # a program is judged as a whole, and then its modules one by one
def judge(text: str) -> Judgement:
    """Return what source `text` was written for, and why."""
    shebang = _SHEBANG.match(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return Judgement(
            Verdict.PYTHON2, ((line, f"not the syntax of Python 3: {getattr(error, 'msg', error)}"),)
        )
    if shebang:
        verdict = Verdict.PYTHON2 if shebang[1] == "2" else Verdict.PYTHON3
        return Judgement(verdict, ((1, shebang[0]),))
    new = tuple(_signs_of_python3(tree))
    if new:
        return Judgement(Verdict.PYTHON3, new)
    old = tuple(dict.fromkeys(_Signs(tree).found))
    return Judgement(Verdict.PYTHON2, old) if old else Judgement(Verdict.EITHER)


def _signs_of_python3(tree: ast.Module) -> Iterator[tuple[int, str]]:
    futures = _futures(tree)
    for node in ast.walk(tree):
        sign = ""
        if isinstance(node, ast.JoinedStr):
            sign = "f-string"
        elif isinstance(node, ast.Nonlocal):
            sign = "nonlocal"
        elif isinstance(
            node, ast.AnnAssign | ast.NamedExpr | ast.YieldFrom | ast.AsyncFunctionDef | ast.MatMult
        ):
            sign = type(node).__name__
        elif isinstance(node, ast.Raise) and node.cause is not None:
            sign = "raise ... from"
        elif isinstance(node, ast.FunctionDef) and (node.args.kwonlyargs or node.returns):
            sign = "keyword-only arguments or annotations"
        elif isinstance(node, ast.arg) and node.annotation is not None:
            sign = "annotation"
        elif isinstance(node, ast.ClassDef) and node.keywords:
            sign = "metaclass="
        elif isinstance(node, ast.Assign) and any(_has_star(target) for target in node.targets):
            sign = "starred assignment"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "print" and node.keywords and "print_function" not in futures:
                sign = "print(..., end= or file=)"
            elif node.func.id == "super" and not node.args:
                sign = "super()"
        if sign:
            yield getattr(node, "lineno", 1), sign


def _has_star(target: ast.expr) -> bool:
    return isinstance(target, ast.Tuple | ast.List) and any(
        isinstance(part, ast.Starred) for part in target.elts
    )


def _futures(tree: ast.Module) -> set[str]:
    imports = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    return {alias.name for node in imports for alias in node.names}


class _Signs(ast.NodeVisitor):
    """Collects the signs of Python 2 that no guard stands around."""

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[tuple[int, str]] = []
        self.futures = _futures(tree)
        nodes = list(ast.walk(tree))
        self.bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        self.bound |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        imports = [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
        self.bound |= {(a.asname or a.name).split(".")[0] for n in imports for a in n.names}
        self.methods = {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
        self.starred = any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in imports)
        self.quotients = {} if "division" in self.futures else _assigned(nodes, _is_quotient)
        self.lists = _assigned(nodes, _gives_list)
        modules = {a.name.split(".")[0] for n in imports if isinstance(n, ast.Import) for a in n.names}
        self.both = bool({"past", "future"} & modules) or any(
            isinstance(n, ast.ImportFrom) and n.module in ("builtins", "past.builtins", "six.moves", "six")
            for n in imports
        )
        self.visit(tree)

    def sign(self, node: ast.AST, what: str) -> None:
        self.found.append((getattr(node, "lineno", 1), what))

    # guards: code that has thought of both Pythons

    def visit_Try(self, node: ast.Try) -> None:
        caught = {n.id for h in node.handlers if h.type for n in ast.walk(h.type) if isinstance(n, ast.Name)}
        bare = any(h.type is None for h in node.handlers)
        only_imports = all(
            isinstance(s, ast.Import | ast.ImportFrom | ast.Assign | ast.Expr) for s in node.body
        )
        if caught & _GUARDS or (only_imports and (bare or "Exception" in caught)):
            return
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if not _BOTH.search(ast.unparse(node.test)):
            self.generic_visit(node)

    visit_IfExp = visit_If

    # signs

    def visit_Name(self, node: ast.Name) -> None:
        given = node.id in self.bound or (self.starred and node.id in ("reduce", "long", "unicode", "buffer"))
        if node.id in NAMES and isinstance(node.ctx, ast.Load) and not given:
            self.sign(node, node.id)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name.split(".")[0] in MODULES:
                self.sign(node, f"import {alias.name}")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level:
            return
        if (node.module or "").split(".")[0] in MODULES:
            self.sign(node, f"from {node.module} import")
        for alias in node.names:
            if alias.name in MEMBERS.get(node.module or "", ()):
                self.sign(node, f"{node.module}.{alias.name}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name):
            if node.value.id == "six":
                return
            if node.attr in MEMBERS.get(node.value.id, ()):
                self.sign(node, f"{node.value.id}.{node.attr}")
                return
        if node.attr in ATTRIBUTES and node.attr not in self.methods:
            self.sign(node, f".{node.attr}")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in METHODS and not {"__bool__", "__lt__"} & self.methods:
            self.sign(node, node.name)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == "__metaclass__":
                self.sign(node, "__metaclass__")
            if isinstance(target, ast.Subscript) and self._is_list(target.value):
                self.sign(node, f"{ast.unparse(target)} = ...")

    def visit_Expr(self, node: ast.Expr) -> None:
        """`print ("a %d") % 3` and `print ("a"), b` are Python 3, and do nothing of use there."""
        value = node.value
        first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
        while isinstance(first, ast.BinOp):
            first = first.left
        if first is not value and _is_call(first, "print") and "print_function" not in self.futures:
            self.sign(node, "print statement")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Name) and function.id in ("range", "xrange"):
            for argument in node.args:
                if self._is_quotient(argument):
                    self.sign(node, f"range of a quotient: {ast.unparse(node)}")
        if isinstance(function, ast.Attribute):
            if function.attr == "next" and not node.args and not node.keywords and "next" not in self.methods:
                self.sign(node, ".next()")
            if function.attr in LIST_METHODS and self._is_list(function.value):
                self.sign(node, f"{ast.unparse(function)}()")
            if function.attr == "shuffle" and node.args and self._is_list(node.args[0]):
                self.sign(node, ast.unparse(node))
            if function.attr == "sort" and any(k.arg == "cmp" for k in node.keywords):
                self.sign(node, ".sort(cmp=)")
        if _is_call(node, "sorted") and any(k.arg == "cmp" for k in node.keywords):
            self.sign(node, "sorted(cmp=)")
        if _is_call(node, "len") and node.args and self._is_list(node.args[0], sized=True):
            self.sign(node, ast.unparse(node))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and self._is_list(node.value, sized=True, indexed=True):
            self.sign(node, ast.unparse(node))

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        listed = any(_is_call(x, *LAZY) for x in (node.left, node.right))
        if isinstance(node.op, ast.Add) and listed and not self.bound & LAZY:
            self.sign(node, ast.unparse(node))

    def _is_list(self, node: ast.expr, sized: bool = False, indexed: bool = False) -> bool:
        """Return whether `node` was a list in Python 2 and is something else now."""
        if isinstance(node, ast.Name):
            if node.id not in self.lists:
                return False
            node = self.lists[node.id]
        if not _gives_list(node):
            return False
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Name):
            return node.func.id not in self.bound and not (sized and node.func.id == "range")
        return indexed or not sized

    def _is_quotient(self, node: ast.expr) -> bool:
        if "division" in self.futures:
            return False
        return _is_quotient(node) or (isinstance(node, ast.Name) and node.id in self.quotients)


def _is_call(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _gives_list(node: ast.expr) -> bool:
    """Return whether `node` calls what gave a list in Python 2: `range`, `map`, `d.keys()`."""
    if _is_call(node, *LAZY):
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LISTED
        and not node.args
        and not node.keywords
    )


def _is_quotient(node: ast.expr) -> bool:
    """Return whether `node` is ``a / b``, or a sum or product of one, with no float written in it."""
    if not isinstance(node, ast.BinOp):
        return False
    if isinstance(node.op, ast.Div):
        return not any(isinstance(n, ast.Constant) and isinstance(n.value, float) for n in ast.walk(node))
    return isinstance(node.op, ast.Add | ast.Sub | ast.Mult) and (
        _is_quotient(node.left) or _is_quotient(node.right)
    )


def _assigned(nodes: list[ast.AST], condition: object) -> dict[str, ast.expr]:
    """Return the names whose every assignment in `nodes` is a value that meets `condition`, with the last."""
    values: dict[str, list[ast.expr | None]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.For | ast.AugAssign | ast.comprehension):
            for part in ast.walk(node.target):
                if isinstance(part, ast.Name):
                    values.setdefault(part.id, []).append(None)
    return {name: v[-1] for name, v in values.items() if all(x is not None and condition(x) for x in v)}  # type: ignore[operator, misc]


assert not NAMES & set(dir(builtins)), "a name that Python 3 has is no sign of Python 2"
