"""What a program meant in Python 2, written into its syntax tree: division, order, print, classes.

The tree comes from text that Python 3 can parse; calls of the helpers named in `HELPERS` stand for the
operations that mean something different there. Names such as `range` need nothing here: they are found among
the built-in names that `scope` gives the module.
"""

from __future__ import annotations

import ast
import copy
from typing import Any

from .attributes import ATTRIBUTES

_ORDER = {ast.Lt: "__lt2__", ast.LtE: "__le2__", ast.Gt: "__gt2__", ast.GtE: "__ge2__"}


def mean_python2(tree: ast.Module, patterns: dict[str, str] | None = None) -> ast.Module:
    """Return `tree` with Python 2's meaning; `patterns` are what some of its names stand for."""
    true_division = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "division" for alias in node.names)
        for node in tree.body
    )
    tree = _Meaning(true_division, patterns or {}).visit(tree)
    _leak_comprehensions(tree)
    ast.fix_missing_locations(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt):  # the columns are not those of the file: mark whole lines
            node.col_offset, node.end_lineno, node.end_col_offset = 0, node.lineno, _WHOLE_LINE
    return tree


_WHOLE_LINE = 10_000


def _call(helper: str, *arguments: ast.expr, at: ast.AST) -> ast.Call:
    call = ast.Call(ast.Name(helper, ast.Load()), list(arguments), [])
    return ast.fix_missing_locations(ast.copy_location(call, at))


def _load(target: ast.expr) -> Any:
    """Return an assignment's target as an expression to read."""
    target = copy.deepcopy(target)
    target.ctx = ast.Load()
    return target


def _is_simple(node: ast.expr) -> bool:
    """Return whether evaluating `node` twice does no harm."""
    return isinstance(node, ast.Name | ast.Constant) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    )


class _Meaning(ast.NodeTransformer):
    def __init__(self, true_division: bool, patterns: dict[str, str]) -> None:
        self.true_division = true_division
        self.patterns = patterns
        self.temporaries = 0
        self.in_function = False

    # ------------------------------------------------------------------------------- expressions

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and not self.true_division:
            if any(
                isinstance(x, ast.Constant) and isinstance(x.value, float) for x in (node.left, node.right)
            ):
                return node  # true in Python 2 too
            return _call("__div2__", node.left, node.right, at=node)
        if isinstance(node.op, ast.Mod) and _has_text(node.left):
            return _call("__mod2__", node.left, _in_order(node.right), at=node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        operands = [node.left, *node.comparators]
        if not any(type(op) in _ORDER for op in node.ops):
            return node
        if any(not _is_simple(operand) for operand in operands[1:-1]):
            return node  # a chain whose middle is computed once
        parts: list[ast.expr] = []
        for left, op, right in zip(operands, node.ops, operands[1:], strict=False):
            if type(op) in _ORDER:
                parts.append(_call(_ORDER[type(op)], copy.deepcopy(left), copy.deepcopy(right), at=node))
            else:
                plain = ast.Compare(copy.deepcopy(left), [op], [copy.deepcopy(right)])
                parts.append(ast.copy_location(plain, node))
        return parts[0] if len(parts) == 1 else ast.copy_location(ast.BoolOp(ast.And(), parts), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in ATTRIBUTES and isinstance(node.ctx, ast.Load):
            return _call("__attribute2__", node.value, ast.Constant(node.attr), at=node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        if self.in_function and isinstance(function, ast.Name) and function.id == "locals":
            return _call("__locals2__", node, at=node)
        if isinstance(function, ast.Name) and function.id in _GO_THROUGH:
            node.args = [_in_order(argument) for argument in node.args]
        if (
            isinstance(function, ast.Name)
            and function.id == "str"
            and len(node.args) == 1
            and not node.keywords
        ):
            return _call("__str2__", function, *node.args, at=node)
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        self.generic_visit(node)
        return _call("__dict2__", node, at=node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        self.generic_visit(node)
        return _call("__dictcomp2__", node, at=node)

    def visit_Set(self, node: ast.Set) -> ast.AST:
        self.generic_visit(node)
        elements = ast.copy_location(ast.List(node.elts, ast.Load()), node)
        return _call("__set2__", elements, at=node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        self.generic_visit(node)
        elements = ast.copy_location(ast.GeneratorExp(node.elt, node.generators), node)
        return _call("__set2__", elements, at=node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.generic_visit(node)
        for pattern, argument in self._patterns(node.args):
            names, values = _flatten(pattern, ast.Name(argument.arg, ast.Load()))
            inner = ast.Lambda(
                ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, []), node.body
            )
            node.body = ast.fix_missing_locations(ast.copy_location(ast.Call(inner, values, []), node.body))
        return node

    # ------------------------------------------------------------------------------- statements

    def visit_Expr(self, node: ast.Expr) -> Any:
        """``print a, f()`` wrote `a` before it called `f`: one call for each item where that can be told."""
        self.generic_visit(node)
        call = node.value
        if not (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "__print2__"
        ):
            return node
        file, newline, *items = call.args
        if not any(isinstance(part, ast.Call) for item in items[1:] for part in ast.walk(item)):
            return node
        statements: list[ast.stmt] = []
        file = self._once(file, statements, node)
        for item in items:
            last = newline if item is items[-1] else ast.Constant(False)
            single = _call("__print2__", copy.deepcopy(file), last, item, at=node)
            statements.append(ast.copy_location(ast.Expr(single), node))
        return statements

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or self.true_division:
            return node
        before: list[ast.stmt] = []
        target = node.target
        if isinstance(target, ast.Attribute):
            target.value = self._once(target.value, before, node)
        elif isinstance(target, ast.Subscript):
            target.value = self._once(target.value, before, node)
            if not isinstance(target.slice, ast.Slice | ast.Tuple):
                target.slice = self._once(target.slice, before, node)
        value = _call("__idiv2__", _load(target), node.value, at=node)
        assignment = ast.copy_location(ast.Assign([target], value), node)
        return [*before, assignment] if before else assignment

    def _once(self, value: ast.expr, before: list[ast.stmt], node: ast.AST) -> ast.expr:
        """Return an expression for `value` that may be evaluated twice, assigned in `before` if need be."""
        if _is_simple(value):
            return value
        self.temporaries += 1
        name = f"__once{self.temporaries}__"
        assignment = ast.Assign([ast.Name(name, ast.Store())], value)
        before.append(ast.fix_missing_locations(ast.copy_location(assignment, node)))
        return ast.copy_location(ast.Name(name, ast.Load()), value)

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = _in_order(node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.iter = _in_order(node.iter)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outside, self.in_function = self.in_function, True
        self.generic_visit(node)
        self.in_function = outside
        unpacking: list[ast.stmt] = []
        if node.args.kwarg is not None:
            name = node.args.kwarg.arg
            ordered = f"{name} = __keywords2__({name}, {node.name == '__init__'})"
            unpacking.append(_all_at(ast.parse(ordered).body[0], node))
        for pattern, argument in self._patterns(node.args):
            target = ast.parse(f"{pattern} = {argument.arg}").body[0]
            unpacking.append(_all_at(target, node))
        start = 1 if ast.get_docstring(node, clean=False) is not None else 0
        node.body[start:start] = unpacking
        return node

    def _patterns(self, arguments: ast.arguments) -> list[tuple[str, ast.arg]]:
        return [(self.patterns[a.arg], a) for a in arguments.args if a.arg in self.patterns]

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        """The name of a caught exception stays after the clause."""
        self.generic_visit(node)
        if node.name:
            pattern = self.patterns.get(node.name, node.name)
            unpacked = "__caught__.args" if pattern.startswith(("(", "[")) else "__caught__"
            node.body.insert(0, _all_at(ast.parse(f"{pattern} = {unpacked}").body[0], node))
            node.name = "__caught__"
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        metaclass = next((s for s in node.body if _assigns(s, "__metaclass__")), None)
        outside, self.in_function = self.in_function, False
        self.generic_visit(node)
        self.in_function = outside
        if metaclass is not None and not node.keywords:
            node.keywords.append(ast.keyword("metaclass", metaclass.value))
            node.body[node.body.index(metaclass)] = ast.copy_location(ast.Pass(), metaclass)
        plain = [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == "object")]
        if plain:
            node.bases = plain  # an old-style base beside `object` would have no order of resolution
        scope = _call("__namespace2__", ast.Call(ast.Name("locals", ast.Load()), [], []), at=node.body[-1])
        node.body.append(ast.fix_missing_locations(ast.copy_location(ast.Expr(scope), node.body[-1])))
        node.decorator_list.append(ast.copy_location(ast.Name("__class2__", ast.Load()), node))
        return node


_GO_THROUGH = frozenset({"__print2__", "__str2__", "enumerate", "list", "print", "repr", "str", "tuple"})


def _in_order(node: ast.expr) -> ast.expr:
    """Return `node`, gone through in Python 2's order if it is ``vars(x)`` or ``x.__dict__``."""
    names_them = (isinstance(node, ast.Attribute) and node.attr == "__dict__") or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "vars"
    )
    return _call("__attributes2__", node, at=node) if names_them else node


def _has_text(node: ast.expr) -> bool:
    """Return whether `node` is a string, or a sum or a product with one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
        return _has_text(node.left) or _has_text(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _assigns(statement: ast.stmt, name: str) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == name
    )


def _all_at(node: Any, place: ast.AST) -> Any:
    """Return `node` with itself and all below it at the line of `place`."""
    for part in ast.walk(node):
        if "lineno" in part._attributes:
            ast.copy_location(part, place)
    return ast.fix_missing_locations(node)


def _flatten(pattern: str, value: ast.expr) -> tuple[list[str], list[ast.expr]]:
    """Return the names of `pattern` and, for each, the expression that takes it out of `value`."""
    names: list[str] = []
    values: list[ast.expr] = []

    def take(target: ast.expr, source: ast.expr) -> None:
        if isinstance(target, ast.Name):
            names.append(target.id)
            values.append(source)
            return
        assert isinstance(target, ast.Tuple)
        for index, part in enumerate(target.elts):
            take(part, ast.Subscript(copy.deepcopy(source), ast.Constant(index), ast.Load()))

    take(ast.parse(pattern, mode="eval").body, value)
    return names, values


# ------------------------------------------------------------------------ names of comprehensions


def _leak_comprehensions(tree: ast.Module) -> None:
    """Make the loop name of a list comprehension outlive it where the program reads it afterwards.

    In Python 2 ``[i for i in x]`` left the last `i` behind. Where a scope reads such a name elsewhere, the
    loop runs over a hidden name and binds the visible one.
    """
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef | ast.Module):
            _leak_in(scope)


def _leak_in(scope: ast.FunctionDef | ast.Module) -> None:
    own = list(_own_nodes(scope))
    comprehensions = [node for node in own if isinstance(node, ast.ListComp)]
    if not comprehensions:
        return
    inside = {id(part) for node in comprehensions for part in ast.walk(node)}
    read = {
        n.id for n in own if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in inside
    }
    for node in comprehensions:
        for loop in node.generators:
            if isinstance(loop.target, ast.Name) and loop.target.id in read:
                _bind_outside(node, loop)


def _bind_outside(node: ast.ListComp, loop: ast.comprehension) -> None:
    """Rewrite ``[f(i) for i in x if c]`` as ``[f(i) for __i in x if [(i := __i)] if c]``."""
    target = loop.target
    assert isinstance(target, ast.Name)
    hidden = f"__leak_{target.id}__"
    bind = ast.NamedExpr(ast.Name(target.id, ast.Store()), ast.Name(hidden, ast.Load()))
    loop.ifs.insert(0, _all_at(ast.List([bind], ast.Load()), target))
    loop.target = ast.copy_location(ast.Name(hidden, ast.Store()), target)


_OWN_SCOPES = ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.GeneratorExp | ast.SetComp | ast.DictComp


def _own_nodes(scope: ast.AST) -> Any:
    """Yield the nodes of `scope` that are not in a function or class of its own inside it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, _OWN_SCOPES):
            yield from _own_nodes(child)
