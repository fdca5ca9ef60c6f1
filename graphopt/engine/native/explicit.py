"""Prints a checked kernel module as Python with every conversion written out.

NumPy scalars and numba promote by rules of their own (``float32 * int64`` is ``float64``, and so is, in
numba, ``float32 * 2.0``). Here each operation has operands of one type, so that the three ways to run a
kernel agree.
"""

from __future__ import annotations

import ast
import math

from .c_source import _literal
from .language import BLAS_FUNCTIONS, ELEMENTS, SCALARS, Function, Module, concrete, constant_integer, promote

STORED = {"f64p": "f64", "f32p": "f32", "i64p": "i64", "i32p": "i32", "u8p": "u8"}
_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Lt: "<",
    ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def explicit_source(module: Module, *, decorator: str = "", offset: str = "{0}[{1}:]") -> str:
    """Return Python text of `module`, functions named ``f_...``, variables ``v_...``.

    It uses the names ``f64 f32 i64 i32 u8`` (casts) and the built-ins with their type, as in ``exp_f64``.

    Parameters
    ----------
    decorator : str
        Line put before each function.
    offset : str
        How buffer {0} moved by {1} is written.
    """
    return "\n".join(_Printer(module, f, decorator, offset).function() for f in module.functions.values())


class _Printer:
    def __init__(self, module: Module, function: Function, decorator: str, offset: str):
        self.module, self.types, self.of = module, module.types, function
        self.decorator, self.offset = decorator, offset
        self.kinds = {**dict(function.parameters), **function.variables}
        self.lines: list[str] = []
        self.depth = 1

    def function(self) -> str:
        parameters = ", ".join(f"v_{name}" for name, _ in self.of.parameters)
        self.lines = [self.decorator] if self.decorator else []
        self.lines.append(f"def f_{self.of.name}({parameters}):")
        for name, kind in self.of.variables.items():
            self.emit(f"v_{name} = {kind}(0)")
        self.block(self.of.node.body)
        return "\n".join([*self.lines, ""])

    def emit(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def block(self, body: list[ast.stmt]) -> None:
        count = len(self.lines)
        for node in body:
            getattr(self, "on_" + type(node).__name__)(node)
        if len(self.lines) == count:
            self.emit("pass")

    def inner(self, body: list[ast.stmt]) -> None:
        self.depth += 1
        self.block(body)
        self.depth -= 1

    def on_Pass(self, node):
        self.emit("pass")

    def on_Break(self, node):
        self.emit("break")

    def on_Continue(self, node):
        self.emit("continue")

    def on_Expr(self, node):
        if isinstance(node.value, ast.Call):
            self.emit(self.value_Call(node.value))

    def on_Return(self, node):
        self.emit(
            "return" if self.of.returns == "None" else f"return {self.value(node.value, self.of.returns)}"
        )

    def on_If(self, node):
        self.emit(f"if {self.value(node.test, None)}:")
        self.inner(node.body)
        if node.orelse:
            self.emit("else:")
            self.inner(node.orelse)

    def on_While(self, node):
        self.emit(f"while {self.value(node.test, None)}:")
        self.inner(node.body)

    def on_For(self, node):
        arguments = [self.value(a, "i64") for a in node.iter.args]
        if len(arguments) == 3:
            arguments[2] = str(constant_integer(node.iter.args[2]))
        self.emit(f"for v_{node.target.id} in range({', '.join(arguments)}):")
        self.inner(node.body)

    def on_Assign(self, node):
        target = node.targets[0]
        self.emit(f"{self.place(target)} = {self.value(node.value, self.stored(target))}")

    def on_AugAssign(self, node):
        kind, stored = concrete(self.types[node]), self.stored(node.target)
        place = self.place(node.target)
        old = place if kind == stored else f"{kind}({place})"
        text = f"({old} {_OPERATORS[type(node.op)]} {self.value(node.value, kind)})"
        self.emit(f"{place} = {text if kind == stored else f'{stored}({text})'}")

    def stored(self, target) -> str:
        return self.kinds[target.id] if isinstance(target, ast.Name) else STORED[self.kinds[target.value.id]]

    def place(self, node) -> str:
        if isinstance(node, ast.Name):
            return f"v_{node.id}"
        return f"v_{node.value.id}[{self.value(node.slice, 'i64')}]"

    def value(self, node, want: str | None) -> str:
        """Return the text of `node` as type `want` (None: as it is)."""
        number = _literal(node)
        if number is not None:
            kind = want or concrete(self.types[node])
            return str(int(number)) if kind == "i64" else f"{kind}({float(number)!r})"
        text = getattr(self, "value_" + type(node).__name__)(node)
        kind = self.types[node]
        got = kind if kind == "bool" else concrete(kind)
        return text if want is None or want == got else f"{want}({text})"

    def value_Name(self, node):
        if node.id in self.kinds:
            return f"v_{node.id}"
        return {"inf": "f64(inf)", "nan": "f64(nan)", "pi": f"f64({math.pi!r})"}[node.id]

    def value_Constant(self, node):
        return repr(node.value)

    def value_Subscript(self, node):
        text = self.place(node)
        return f"i64({text})" if ELEMENTS[self.kinds[node.value.id]] == "i64" else text

    def value_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            return f"(not {self.value(node.operand, None)})"
        sign = "-" if isinstance(node.op, ast.USub) else "+"
        return f"({sign}{self.value(node.operand, concrete(self.types[node]))})"

    def value_BinOp(self, node):
        kind = concrete(self.types[node])
        if isinstance(node.op, ast.Pow):
            return f"power_{kind}({self.value(node.left, kind)}, {constant_integer(node.right)})"
        return f"({self.value(node.left, kind)} {_OPERATORS[type(node.op)]} {self.value(node.right, kind)})"

    def value_Compare(self, node):
        operands = [node.left, *node.comparators]
        tests = []
        for left, op, right in zip(operands, node.ops, operands[1:]):
            kind = concrete(promote(self.types[left], self.types[right]))
            tests.append(f"({self.value(left, kind)} {_OPERATORS[type(op)]} {self.value(right, kind)})")
        return tests[0] if len(tests) == 1 else f"({' and '.join(tests)})"

    def value_BoolOp(self, node):
        tests = [
            self.value(v, None) if self.types[v] == "bool" else f"({self.value(v, None)} != 0)"
            for v in node.values
        ]
        return f"({(' and ' if isinstance(node.op, ast.And) else ' or ').join(tests)})"

    def value_IfExp(self, node):
        kind = concrete(self.types[node])
        test = self.value(node.test, None)
        return f"({self.value(node.body, kind)} if {test} else {self.value(node.orelse, kind)})"

    def value_Call(self, node):
        name, arguments = node.func.id, node.args
        if name in self.module.functions:
            kinds = [kind for _, kind in self.module.functions[name].parameters]
            texts = [self.pointer(a) if k in ELEMENTS else self.value(a, k) for a, k in zip(arguments, kinds)]
            return f"f_{name}({', '.join(texts)})"
        if name in BLAS_FUNCTIONS:
            codes = BLAS_FUNCTIONS[name]
            element = ELEMENTS[self.types[arguments[codes.index("b")]]]
            wants = {"i": "i64", "f": element}
            texts = [
                self.pointer(a) if c == "b" else self.value(a, wants[c]) for a, c in zip(arguments, codes)
            ]
            return f"{name}_{element}({', '.join(texts)})"
        if name in SCALARS:
            number = _literal(arguments[0])
            return (
                f"{name}({number!r})" if number is not None else f"{name}({self.value(arguments[0], None)})"
            )
        if name == "where":
            kind = concrete(self.types[node])
            branches = f"{self.value(arguments[1], kind)}, {self.value(arguments[2], kind)}"
            return f"where_{kind}({self.value(arguments[0], None)}, {branches})"
        kind = self.types[node]
        if kind == "bool":
            kind = self.types[arguments[0]]
            kind = "f64" if concrete(kind) == "i64" else kind
        kind = concrete(kind)
        return f"{name}_{kind}({', '.join(self.value(a, kind) for a in arguments)})"

    def pointer(self, node) -> str:
        if isinstance(node, ast.Name):
            return f"v_{node.id}"
        return self.offset.format(f"v_{node.value.id}", self.value(node.slice.lower, "i64"))
