"""Prints a checked kernel module as C.

Entry: ``graphopt_table(int64_t *slots)`` reads one 64-bit slot per parameter (an address, an integer, or the
bits of a double) and calls the entry function. One argument, whatever the number of buffers: ctypes spends
its time per argument.
"""

from __future__ import annotations

import ast
import math
import struct

from .c_math import prelude
from .language import BLAS_FUNCTIONS, ELEMENTS, SCALARS, Function, Module, concrete, constant_integer, promote

_C_TYPES = {"f64": "double", "f32": "float", "i64": "int64_t", "None": "void"}
_C_BUFFERS = {"f64p": "double", "f32p": "float", "i64p": "int64_t", "i32p": "int32_t", "u8p": "uint8_t"}
_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "/", ast.Mod: "%", ast.Lt: "<",
    ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def c_source(module: Module, entry: str) -> str:
    """Return the C text of `module` with a table entry for function `entry`."""
    called = {
        node.func.id
        for function in module.functions.values()
        for node in ast.walk(function.node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    parts = [prelude(blas=bool(called & BLAS_FUNCTIONS.keys()))]
    parts += [_header(f) + ";" for f in module.functions.values()]
    parts += [_Printer(module, f).function(noinline=f.name == entry) for f in module.functions.values()]
    parts.append(_table(module.functions[entry]))
    return "\n".join(parts)


def _header(function: Function) -> str:
    restrict = "" if function.aliased else "restrict "
    parameters = [
        f"{_C_BUFFERS[kind]} *{restrict}v_{name}" if kind in ELEMENTS else f"{_C_TYPES[kind]} v_{name}"
        for name, kind in function.parameters
    ]
    return f"static {_C_TYPES[function.returns]} f_{function.name}({', '.join(parameters) or 'void'})"


def _table(function: Function) -> str:
    """Return the exported function that unpacks the slots and calls `function`."""
    arguments = []
    for i, (_, kind) in enumerate(function.parameters):
        if kind in ELEMENTS:
            arguments.append(f"({_C_BUFFERS[kind]} *)(intptr_t)slots[{i}]")
        elif kind == "i64":
            arguments.append(f"slots[{i}]")
        else:
            arguments.append(f"({_C_TYPES[kind]})real_f64((uint64_t)slots[{i}])")
    result = {"f64": "double", "f32": "double", "i64": "int64_t", "None": "void"}[function.returns]
    call = f"f_{function.name}({', '.join(arguments)});"
    call = call if result == "void" else f"return {call}"
    return f"EXPORT {result} graphopt_table(int64_t *slots) {{ {call} }}\n"


class _Printer:
    def __init__(self, module: Module, function: Function):
        self.module, self.types, self.of = module, module.types, function
        self.kinds = {**dict(function.parameters), **function.variables}
        self.lines: list[str] = []
        self.depth = 1
        self.labels = 0

    def function(self, noinline: bool) -> str:
        self.lines = [("__attribute__((noinline)) " if noinline else "") + _header(self.of) + " {"]
        for name, kind in self.of.variables.items():
            self.emit(f"{_C_TYPES[kind]} v_{name} = 0;")
        self.block(self.of.node.body)
        return "\n".join([*self.lines, "}"])

    def emit(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    # Statements -------------------------------------------------------------------------------------------

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            getattr(self, "on_" + type(node).__name__)(node)

    def inner(self, body: list[ast.stmt]) -> None:
        self.depth += 1
        self.block(body)
        self.depth -= 1

    def on_Pass(self, node):
        pass

    def on_Break(self, node):
        self.emit("break;")

    def on_Continue(self, node):
        self.emit("continue;")

    def on_Expr(self, node):
        if isinstance(node.value, ast.Call):
            self.emit(self.call(node.value) + ";")

    def on_Return(self, node):
        if self.of.returns == "None":
            self.emit("return;")
        else:
            self.emit(f"return {self.value(node.value, self.of.returns)};")

    def on_If(self, node):
        self.emit(f"if ({self.condition(node.test)}) {{")
        self.inner(node.body)
        if node.orelse:
            self.emit("} else {")
            self.inner(node.orelse)
        self.emit("}")

    def on_While(self, node):
        self.emit(f"while ({self.condition(node.test)}) {{")
        self.inner(node.body)
        self.emit("}")

    def on_For(self, node):
        """The counter is hidden, as Python's is: the body may assign to the variable, which stays."""
        arguments = [self.value(a, "i64") for a in node.iter.args]
        start, stop = ("INT64_C(0)", arguments[0]) if len(arguments) == 1 else arguments[:2]
        step = constant_integer(node.iter.args[2]) if len(arguments) == 3 else 1
        self.labels += 1
        counter, end = f"i{self.labels}", f"e{self.labels}"
        self.emit(f"{{ const int64_t {end} = {stop};")
        pragma = _reduction(node, self.kinds, self.of.aliased)
        if pragma:
            self.emit(pragma)
        compare = "<" if step > 0 else ">"
        self.emit(f"for (int64_t {counter} = {start}; {counter} {compare} {end}; {counter} += {step}) {{")
        self.emit(f"    v_{node.target.id} = {counter};")
        self.inner(node.body)
        self.emit("} }")

    def on_Assign(self, node):
        self.store(node.targets[0], node.value)

    def store(self, target, value):
        kind = (
            self.kinds[target.id] if isinstance(target, ast.Name) else ELEMENTS[self.kinds[target.value.id]]
        )
        self.emit(f"{self.place(target)} = {self.value(value, kind)};")

    def on_AugAssign(self, node):
        target, kind = node.target, self.types[node]
        old_kind = (
            self.kinds[target.id] if isinstance(target, ast.Name) else ELEMENTS[self.kinds[target.value.id]]
        )
        place = self.place(target)
        if kind == old_kind and not isinstance(node.op, (ast.FloorDiv, ast.Mod)):
            self.emit(f"{place} {_OPERATORS[type(node.op)]}= {self.value(node.value, kind)};")
            return
        kind = concrete(kind)
        old = place if kind == old_kind else f"({_C_TYPES[kind]}){place}"
        result = f"{old} {_OPERATORS[type(node.op)]} {self.value(node.value, kind)}"
        self.emit(f"{place} = ({_C_TYPES[old_kind]})({result});")

    def place(self, node) -> str:
        if isinstance(node, ast.Name):
            return f"v_{node.id}"
        return f"v_{node.value.id}[{self.value(node.slice, 'i64')}]"

    # Expressions ------------------------------------------------------------------------------------------

    def condition(self, node) -> str:
        return self.value(node, None)

    def value(self, node, want: str | None) -> str:
        """Return the C text of `node`, as type `want` (None: as it is)."""
        kind = self.types[node]
        number = _literal(node)
        if number is not None and want is not None:
            return _number(number, want)
        text = getattr(self, "value_" + type(node).__name__)(node)
        got = concrete(kind)
        return text if want is None or want == got else f"({_C_TYPES[want]}){text}"

    def value_Name(self, node):
        if node.id in self.kinds:
            return f"v_{node.id}"
        return _number({"inf": math.inf, "nan": math.nan, "pi": math.pi}[node.id], "f64")

    def value_Constant(self, node):
        return _number(node.value, concrete(self.types[node]))

    def value_Subscript(self, node):
        text = self.place(node)
        return f"(int64_t){text}" if self.kinds[node.value.id] in ("i32p", "u8p") else text

    def value_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            return f"(!{self.condition(node.operand)})"
        sign = "-" if isinstance(node.op, ast.USub) else "+"
        return f"({sign}{self.value(node.operand, concrete(self.types[node]))})"

    def value_BinOp(self, node):
        kind = concrete(self.types[node])
        if isinstance(node.op, ast.Pow):
            return self.power(self.value(node.left, kind), constant_integer(node.right), kind)
        op = _OPERATORS[type(node.op)]
        return f"({self.value(node.left, kind)} {op} {self.value(node.right, kind)})"

    def power(self, base, exponent, kind):
        """A chain of squarings; the statement expression evaluates the base once."""
        c = _C_TYPES[kind]
        if exponent == 0:
            return _number(1, kind)
        steps, product, n = [], None, abs(exponent)
        square, count = "p0", 0
        while n:
            if n & 1:
                product = square if product is None else f"{product} * {square}"
            n >>= 1
            if n:
                count += 1
                steps.append(f"{c} p{count} = {square} * {square};")
                square = f"p{count}"
        if exponent < 0:
            product = f"{_number(1, kind)} / ({product})"
        return f"(__extension__ ({{ {c} p0 = {base}; {' '.join(steps)} {product}; }}))"

    def value_Compare(self, node):
        operands = [node.left, *node.comparators]
        tests = []
        for left, op, right in zip(operands, node.ops, operands[1:]):
            kind = concrete(promote(self.types[left], self.types[right]))
            tests.append(f"({self.value(left, kind)} {_OPERATORS[type(op)]} {self.value(right, kind)})")
        return tests[0] if len(tests) == 1 else f"({' & '.join(tests)})"

    def value_BoolOp(self, node):
        """``&`` and ``|`` where the right side can always be evaluated: a branch would stop vectorisation."""
        tests = [
            f"({self.condition(v)} != 0)" if self.types[v] == "i64" else self.condition(v)
            for v in node.values
        ]
        plain = not any(isinstance(n, (ast.Subscript, ast.Call, ast.Div, ast.FloorDiv, ast.Mod))
                        for v in node.values[1:] for n in ast.walk(v))  # fmt: skip
        op = ("&" if plain else "&&") if isinstance(node.op, ast.And) else ("|" if plain else "||")
        return f"({f' {op} '.join(tests)})"

    def value_IfExp(self, node):
        kind = concrete(self.types[node])
        return (
            f"({self.condition(node.test)} ? {self.value(node.body, kind)} : {self.value(node.orelse, kind)})"
        )

    def value_Call(self, node):
        return self.call(node)

    def call(self, node) -> str:
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
            return f"(({_C_TYPES[name]}){self.value(arguments[0], None)})"
        if name == "where":
            kind = concrete(self.types[node])
            branches = f"{self.value(arguments[1], kind)}, {self.value(arguments[2], kind)}"
            return f"where_{kind}({self.condition(arguments[0])} != 0, {branches})"
        kind = self.types[node]
        if kind == "bool":
            kind = self.types[arguments[0]]
            kind = "f64" if concrete(kind) == "i64" else kind
        kind = concrete(kind)
        return f"{name}_{kind}({', '.join(self.value(a, kind) for a in arguments)})"

    def pointer(self, node) -> str:
        if isinstance(node, ast.Name):
            return f"v_{node.id}"
        return f"(v_{node.value.id} + {self.value(node.slice.lower, 'i64')})"


def _literal(node: ast.expr) -> int | float | None:
    """Return the number a literal node stands for, or None."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _literal(node.operand)
        return None if value is None else -value
    return None


def _number(value: int | float | bool, kind: str) -> str:
    """Return the C literal of `value` as type `kind`."""
    if kind == "i64":
        return "INT64_MIN" if value == -(2**63) else f"({int(value)}LL)" if value < 0 else f"{int(value)}LL"
    value = float(value)
    cast, suffix = ("(float)", "f") if kind == "f32" else ("(double)", "")
    if math.isnan(value):
        return f"({cast}NAN)"
    if kind == "f32" and not math.isinf(value):
        try:
            value = struct.unpack("f", struct.pack("f", value))[0]
        except OverflowError:
            value = math.copysign(math.inf, value)
    if math.isinf(value):
        return f"({'-' if value < 0 else ''}{cast}INFINITY)"
    text = value.hex() + suffix
    return f"({text})" if value < 0 or text.startswith("-") else text


def _reduction(loop: ast.For, kinds: dict[str, str], aliased: bool) -> str:
    """Return the pragma that lets the sums of `loop` run in vector lanes, or "" where that is not safe.

    It also tells the compiler that iterations do not depend on one another in any other way, so everything
    else in the body is looked at: scalars are set before they are read in each iteration, and a buffer that
    is written is only ever touched at one index, which moves with the loop variable.
    """
    variable = loop.target.id
    sums: set[str] = set()
    private: list[str] = [variable]
    for statement in loop.body:
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            if not isinstance(statement.op, (ast.Add, ast.Sub)) or kinds[name] not in ("f64", "f32"):
                return ""
            sums.add(name)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            private.append(statement.targets[0].id)
        elif not isinstance(statement, (ast.Assign, ast.AugAssign)):
            return ""
    if not sums or sums & set(private):
        return ""
    known: set[str] = {variable}
    written: dict[str, set[str]] = {}
    touched: dict[str, set[str]] = {}
    for statement in loop.body:
        target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
        reads = list(ast.walk(statement.value)) + (
            list(ast.walk(target.slice)) if isinstance(target, ast.Subscript) else []
        )
        for node in reads:
            if isinstance(node, ast.Name) and (
                node.id in sums or (node.id in private and node.id not in known)
            ):
                return ""
            if isinstance(node, ast.Subscript):
                touched.setdefault(node.value.id, set()).add(ast.unparse(node.slice))
        if any(isinstance(node, ast.Call) and not _is_pure(node) for node in reads):
            return ""
        if isinstance(target, ast.Name):
            known.add(target.id)
        else:
            if not _moves_with(target.slice, variable, set(private) - {variable}):
                return ""
            for table in (written, touched):
                table.setdefault(target.value.id, set()).add(ast.unparse(target.slice))
    if any(len(touched[name]) > 1 for name in written) or (written and aliased):
        return ""
    summed = ", ".join(f"v_{name}" for name in sorted(sums))
    set_inside = ", ".join(f"v_{name}" for name in dict.fromkeys(private))
    return f'_Pragma("omp simd reduction(+ : {summed}) lastprivate({set_inside})")'


def _is_pure(call: ast.Call) -> bool:
    from .language import FLOAT_FUNCTIONS, NUMBER_FUNCTIONS, TEST_FUNCTIONS

    return call.func.id in (*FLOAT_FUNCTIONS, *NUMBER_FUNCTIONS, *TEST_FUNCTIONS, *SCALARS, "where")


def _moves_with(index: ast.expr, variable: str, changing: set[str]) -> bool:
    """Return whether `index` is `variable` plus something that the loop does not change."""
    if isinstance(index, ast.Name):
        return index.id == variable
    if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Add):
        for side, other in ((index.left, index.right), (index.right, index.left)):
            names = {n.id for n in ast.walk(other) if isinstance(n, ast.Name)}
            buffers = any(isinstance(n, (ast.Subscript, ast.Call)) for n in ast.walk(other))
            if (
                _moves_with(side, variable, changing)
                and variable not in names
                and not names & changing
                and not buffers
            ):
                return True
    return False
