"""The kernel language: what a kernel's source text may say, and the type of everything in it.

A kernel is a small restricted subset of Python, written once and run in three ways: translated to C
(`c_source`), compiled by numba (`numba_build`), or as plain Python (`reference`)::

    def axpy(n: i64, a: f64, x: f64p, y: f64p) -> None:
        for i in range(n):
            y[i] += a * x[i]

**Module.** Only functions. Parameters and results are annotated. A function may call any other of the module.

**Types.** Scalars ``f64 f32 i64``; flat C-contiguous buffers ``f64p f32p i64p i32p u8p`` (``u8p`` also takes
bool arrays). Elements of ``i32p`` and ``u8p`` are read as ``i64``. A local variable is a scalar; its first
assignment (in reading order) decides its type, later ones must fit it: a wider float or an integer never goes
silently into a narrower type. Stores into float buffers round as NumPy's do.

**Arithmetic.** ``f64`` wins over ``f32`` wins over ``i64`` (C's rule); a literal never widens: ``f32 * 2.0``
is ``f32``. ``i64 / i64`` is ``f64``. ``//`` and ``%`` are for integers that are not negative (C truncates,
Python floors). ``**`` takes an integer literal. Indices are not checked and do not count from the end.

**Aliasing.** A buffer that is written must not overlap another buffer of the same call: pointers are
``restrict`` in C. A function that must allow overlap is decorated ``@aliased``.

**Reductions.** ``s += ...`` in an innermost loop may be summed in another order (vector lanes).

**Statements.** ``for i in range(...)`` (step: not 0), ``while``, ``if``, ``=``, ``+=`` and friends,
``return``, ``break``, ``continue``, ``pass``, docstrings, calls. **Expressions.** arithmetic, comparisons,
``and or not``, ``a if c else b``, ``inf nan pi True False``, ``buf[i]``, casts ``f64() f32() i64()``, the
built-in functions of the tables below; and ``buf[offset:]``, a pointer moved by `offset`, only as an argument
of a call.

**BLAS** (row-major, no transposed copies; all buffers of one float type)::

    gemm(transA, transB, M, N, K, alpha, A, B, beta, C)                   C (M, N) = alpha op(A) op(B) + beta
    C gemm_ld(transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc) the same with row strides
    gemv(trans, M, N, alpha, A, x, beta, y)                               A (M, N); y = alpha op(A) x + beta y

With ``beta == 0`` the old content of the result is never read.
"""

from __future__ import annotations

import ast
from dataclasses import field

from graphopt.errors import CompileError
from graphopt.late_dataclass import late_dataclass

VERSION = "1"

SCALARS = ("f64", "f32", "i64")
ELEMENTS = {"f64p": "f64", "f32p": "f32", "i64p": "i64", "i32p": "i64", "u8p": "i64"}

# Name -> number of arguments. Integers become f64 in FLOAT functions and stay integers in NUMBER functions.
FLOAT_FUNCTIONS = {
    **dict.fromkeys(
        [
            "exp",
            "log",
            "log1p",
            "expm1",
            "sqrt",
            "tanh",
            "sigmoid",
            "softplus",
            "sin",
            "cos",
            "tan",
            "arcsin",
            "arccos",
            "arctan",
            "sinh",
            "cosh",
            "arcsinh",
            "arccosh",
            "arctanh",
            "floor",
            "ceil",
            "rint",
            "trunc",
            "erf",
            "erfc",
            "gamma",
            "gammaln",
            "exp2",
            "log2",
            "log10",
            "cbrt",
        ],
        1,
    ),
    **dict.fromkeys(["arctan2", "pow", "hypot", "fmod", "copysign"], 2),
}
NUMBER_FUNCTIONS = {"abs": 1, "sign": 1, "maximum": 2, "minimum": 2}
TEST_FUNCTIONS = {"isnan": 1, "isinf": 1, "isfinite": 1}
# i: integer, f: float of the buffers' type, b: buffer
BLAS_FUNCTIONS = {"gemm": "iiiiifbbfb", "gemm_ld": "iiiiifbibifbi", "gemv": "iiifbbfb"}
CONSTANTS = {"inf": "wf", "nan": "wf", "pi": "wf"}
RESERVED = {
    *SCALARS, *ELEMENTS, *FLOAT_FUNCTIONS, *NUMBER_FUNCTIONS, *TEST_FUNCTIONS, *BLAS_FUNCTIONS, *CONSTANTS,
    "where", "range", "aliased",
}  # fmt: skip

LARGEST_POWER = 64
_RANK = {"bool": 0, "wi": 0, "i64": 1, "wf": 2, "f32": 3, "f64": 4}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}


@late_dataclass(frozen=True)
class Function:
    """One function of a kernel module, with the type of each of its parameters and locals."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    returns: str  # "f64", "f32", "i64" or "None"
    aliased: bool
    node: ast.FunctionDef
    variables: dict[str, str] = field(default_factory=dict)


@late_dataclass(frozen=True)
class Module:
    """A checked kernel module: its functions by name, and the type of each expression node.

    Expression types are the scalars, ``"bool"``, and ``"wi"`` and ``"wf"`` for integer and float literals,
    which take the type of what they meet.
    """

    functions: dict[str, Function]
    types: dict[ast.AST, str]


def parse(source: str, entry: str) -> Module:
    """Return the checked module of `source`.

    Raises
    ------
    CompileError
        Naming the line and the construct that is not in the language, or the types that do not fit; or when
        there is no function `entry`.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CompileError(f"Kernel line {error.lineno}: {error.msg}.") from None
    functions: dict[str, Function] = {}
    for node in tree.body:
        if _is_docstring(node):
            continue
        if not isinstance(node, ast.FunctionDef):
            raise _refuse(node, f"{_construct(node)} at module level; only functions may stand there")
        function = _signature(node)
        if function.name in functions:
            raise _refuse(node, f"a second function {function.name!r}")
        functions[function.name] = function
    if entry not in functions:
        raise CompileError(f"The kernel has no function {entry!r}; it has: {', '.join(functions) or 'none'}.")
    types: dict[ast.AST, str] = {}
    for function in functions.values():
        _Checker(function, functions, types).run()
    return Module(functions, types)


def promote(a: str, b: str) -> str:
    """Return the type of an arithmetic operation on types `a` and `b`."""
    high, low = (a, b) if _RANK[a] >= _RANK[b] else (b, a)
    if high == "bool" or (low == "bool" and high == "wi"):
        return "i64"
    if high == "wf" and low == "i64":
        return "f64"
    return high


def concrete(kind: str) -> str:
    """Return the scalar type a variable gets from a value of type `kind`."""
    return {"wi": "i64", "wf": "f64", "bool": "i64"}.get(kind, kind)


def floating(kind: str) -> str:
    """Return the type of a float function of an argument of type `kind`."""
    return {"wi": "wf", "bool": "f64", "i64": "f64"}.get(kind, kind)


def _fits(kind: str, target: str) -> bool:
    """Return whether a value of type `kind` may go into a variable, parameter or result of type `target`."""
    if target == "f64":
        return True
    if target == "f32":
        return kind != "f64"
    return kind in ("i64", "wi", "bool")


def _refuse(node: ast.AST, what: str) -> CompileError:
    return CompileError(f"Kernel line {getattr(node, 'lineno', '?')}: {what}.")


def _construct(node: ast.AST) -> str:
    try:
        text = ast.unparse(node).splitlines()[0]
    except Exception:
        text = ""
    return f"{type(node).__name__} ({text})" if text else type(node).__name__


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _signature(node: ast.FunctionDef) -> Function:
    """Return the function `node` declares, its body not yet checked."""
    arguments = node.args
    if (
        arguments.vararg
        or arguments.kwarg
        or arguments.kwonlyargs
        or arguments.defaults
        or arguments.posonlyargs
    ):
        raise _refuse(node, f"function {node.name!r} has other than plain positional parameters")
    aliased = False
    for decorator in node.decorator_list:
        if not (isinstance(decorator, ast.Name) and decorator.id == "aliased"):
            raise _refuse(node, f"decorator {_construct(decorator)} of {node.name!r}; only @aliased is known")
        aliased = True
    if node.name in RESERVED:
        raise _refuse(node, f"function name {node.name!r} is taken by the language")
    parameters = []
    for argument in arguments.args:
        annotation = argument.annotation
        kind = annotation.id if isinstance(annotation, ast.Name) else None
        if kind not in SCALARS and kind not in ELEMENTS:
            got = _construct(annotation) if annotation is not None else "nothing"
            raise _refuse(
                argument,
                f"parameter {argument.arg!r} of {node.name!r} is annotated with {got}; "
                f"expected one of {' '.join((*SCALARS, *ELEMENTS))}",
            )
        if argument.arg in RESERVED:
            raise _refuse(argument, f"parameter name {argument.arg!r} is taken by the language")
        parameters.append((argument.arg, kind))
    result = node.returns
    if isinstance(result, ast.Constant) and result.value is None:
        returns = "None"
    elif isinstance(result, ast.Name) and result.id in SCALARS:
        returns = result.id
    else:
        raise _refuse(node, f"function {node.name!r} must say its result: -> f64, f32, i64 or None")
    return Function(node.name, tuple(parameters), returns, aliased, node)


class _Checker:
    """Walks one function, refuses what is not in the language and records types."""

    def __init__(self, function: Function, functions: dict[str, Function], types: dict[ast.AST, str]):
        self.function, self.functions, self.types = function, functions, types
        self.buffers = {name: kind for name, kind in function.parameters if kind in ELEMENTS}
        self.scalars = {name: kind for name, kind in function.parameters if kind in SCALARS}

    def run(self) -> None:
        parameters = set(self.scalars)
        self.block(self.function.node.body)
        if self.function.returns != "None" and not _always_returns(self.function.node.body):
            raise _refuse(self.function.node, f"function {self.function.name!r} can end without a return")
        self.function.variables.update({k: v for k, v in self.scalars.items() if k not in parameters})

    # Statements -------------------------------------------------------------------------------------------

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            method = getattr(self, "on_" + type(node).__name__, None)
            if method is None:
                raise _refuse(node, f"{_construct(node)} is not in the kernel language")
            method(node)

    def on_Pass(self, node):
        pass

    def on_Break(self, node):
        pass

    def on_Continue(self, node):
        pass

    def on_Expr(self, node):
        if _is_docstring(node):
            return
        if not isinstance(node.value, ast.Call):
            raise _refuse(node, f"{_construct(node.value)} as a statement; only calls may stand alone")
        self.call(node.value, statement=True)

    def on_Return(self, node):
        returns = self.function.returns
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            if returns != "None":
                raise _refuse(node, f"return without a value in a function that returns {returns}")
            return
        if returns == "None":
            raise _refuse(node, "return of a value in a function that returns None")
        self.fit(node, self.value(node.value), returns, "the result")

    def on_If(self, node):
        self.condition(node.test)
        self.block(node.body)
        self.block(node.orelse)

    def on_While(self, node):
        self.no_else(node)
        self.condition(node.test)
        self.block(node.body)

    def on_For(self, node):
        self.no_else(node)
        call = node.iter
        if not (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "range"
            and 1 <= len(call.args) <= 3
            and not call.keywords
        ):
            raise _refuse(node, f"for over {_construct(call)}; only range(...) can be looped over")
        if not isinstance(node.target, ast.Name):
            raise _refuse(node, f"loop variable {_construct(node.target)}; expected a name")
        for argument in call.args:
            self.integer(argument, "an argument of range")
        if len(call.args) == 3 and constant_integer(call.args[2]) in (None, 0):
            raise _refuse(node, "the step of range must be an integer literal that is not 0")
        self.assign(node, node.target.id, "i64")
        self.block(node.body)

    def no_else(self, node):
        if node.orelse:
            raise _refuse(node, "else of a loop is not in the kernel language")

    def on_Assign(self, node):
        if len(node.targets) != 1:
            raise _refuse(node, "a chain of assignments is not in the kernel language")
        self.store(node, node.targets[0], self.value(node.value))

    def on_AugAssign(self, node):
        if type(node.op) not in _ARITHMETIC:
            raise _refuse(
                node, f"augmented assignment {type(node.op).__name__} is not in the kernel language"
            )
        if isinstance(node.target, ast.Name):
            old = self.load_name(node.target)
        else:
            old = self.subscript(node.target)
        self.types[node] = kind = self.arithmetic(node, node.op, old, self.value(node.value))
        self.store(node, node.target, kind)

    def store(self, node, target, kind):
        if isinstance(target, ast.Name):
            self.assign(node, target.id, kind)
        elif isinstance(target, ast.Subscript):
            element = self.subscript(target)
            if element == "i64" and kind not in ("i64", "wi", "bool"):
                raise _refuse(
                    node, f"a {concrete(kind)} stored in integer buffer {_construct(target.value)}; use i64()"
                )
        else:
            raise _refuse(node, f"assignment to {_construct(target)} is not in the kernel language")

    def assign(self, node, name, kind):
        if name in RESERVED or name in self.functions:
            raise _refuse(node, f"name {name!r} is taken")
        if name in self.buffers:
            raise _refuse(node, f"buffer {name!r} cannot be assigned to")
        if name not in self.scalars:
            self.scalars[name] = concrete(kind)
        self.fit(node, kind, self.scalars[name], f"variable {name!r}")

    def fit(self, node, kind, target, what):
        if not _fits(kind, target):
            raise _refuse(
                node, f"{what} is {target} but gets {concrete(kind)}; write {target}(...) or change the first"
            )

    # Expressions ------------------------------------------------------------------------------------------

    def value(self, node) -> str:
        """Record and return the type of expression `node`."""
        method = getattr(self, "value_" + type(node).__name__, None)
        if method is None:
            raise _refuse(node, f"{_construct(node)} is not in the kernel language")
        self.types[node] = kind = method(node)
        return kind

    def condition(self, node) -> None:
        if self.value(node) not in ("bool", "i64"):
            raise _refuse(
                node, f"condition {_construct(node)} is a {self.types[node]}; expected a comparison"
            )

    def integer(self, node, what) -> None:
        kind = self.value(node)
        if kind not in ("i64", "wi"):
            raise _refuse(node, f"{what} is {concrete(kind)}, expected i64")

    def load_name(self, node) -> str:
        name = node.id
        if name in self.scalars:
            return self.scalars[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in self.buffers:
            raise _refuse(node, f"buffer {name!r} used as a number; write {name}[i]")
        raise _refuse(node, f"name {name!r} is used before it is assigned")

    value_Name = load_name

    def value_Constant(self, node):
        value = node.value
        if isinstance(value, bool):
            return "bool"
        if isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                raise _refuse(node, f"integer {value} does not fit in 64 bits")
            return "wi"
        if isinstance(value, float):
            return "wf"
        raise _refuse(node, f"{_construct(node)} is not in the kernel language")

    def value_Subscript(self, node):
        return self.subscript(node)

    def subscript(self, node) -> str:
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            raise _refuse(node, f"{_construct(node)} is not in the kernel language")
        name = node.value.id
        if name not in self.buffers:
            raise _refuse(node, f"{name!r} is not a buffer of this function")
        if isinstance(node.slice, ast.Slice):
            raise _refuse(
                node, f"slice {_construct(node)} outside a call; only buf[offset:] as an argument is allowed"
            )
        self.integer(node.slice, f"index of {name!r}")
        constant = constant_integer(node.slice)
        if constant is not None and constant < 0:
            raise _refuse(node, f"index {constant} of {name!r}; indices do not count from the end")
        return ELEMENTS[self.buffers[name]]

    def value_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            self.condition(node.operand)
            return "bool"
        kind = self.value(node.operand)
        if not isinstance(node.op, (ast.USub, ast.UAdd)):
            raise _refuse(node, f"operator {type(node.op).__name__} is not in the kernel language")
        return "i64" if kind == "bool" else kind

    def value_BinOp(self, node):
        if isinstance(node.op, ast.Pow):
            return self.power(node)
        return self.arithmetic(node, node.op, self.value(node.left), self.value(node.right))

    def arithmetic(self, node, op, left, right):
        if type(op) not in _ARITHMETIC:
            raise _refuse(
                node, f"operator {type(op).__name__} in {_construct(node)} is not in the kernel language"
            )
        kind = promote(left, right)
        if isinstance(op, ast.Div):
            return floating(kind)
        if isinstance(op, (ast.FloorDiv, ast.Mod)) and kind not in ("i64", "wi"):
            raise _refuse(node, f"{_ARITHMETIC[type(op)]} of {concrete(kind)} numbers; use floor or fmod")
        return kind

    def power(self, node):
        kind, exponent = self.value(node.left), constant_integer(node.right)
        self.value(node.right)
        if exponent is None or abs(exponent) > LARGEST_POWER:
            raise _refuse(node, f"{_construct(node)}: the exponent must be an integer literal; use pow(x, y)")
        if concrete(kind) == "i64" and exponent < 0:
            raise _refuse(node, f"{_construct(node)}: an integer to a negative power")
        return "i64" if kind == "bool" else kind

    def value_Compare(self, node):
        for operand in (node.left, *node.comparators):
            self.value(operand)
        for op in node.ops:
            if not isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)):
                raise _refuse(node, f"comparison {type(op).__name__} is not in the kernel language")
        return "bool"

    def value_BoolOp(self, node):
        for operand in node.values:
            self.condition(operand)
        return "bool"

    def value_IfExp(self, node):
        self.condition(node.test)
        return self.either(node.body, node.orelse)

    def either(self, a, b):
        a, b = self.value(a), self.value(b)
        return a if a == b else promote(a, b)

    def value_Call(self, node):
        kind = self.call(node, statement=False)
        if kind == "None":
            raise _refuse(node, f"{_construct(node)} has no value")
        return kind

    def call(self, node, statement) -> str:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise _refuse(node, f"call {_construct(node)} is not in the kernel language")
        name, arguments = node.func.id, node.args
        for argument in arguments:
            if isinstance(argument, ast.Starred):
                raise _refuse(node, f"starred argument in {_construct(node)}")
        if name in self.functions:
            kind = self.call_function(node, self.functions[name])
        elif name in BLAS_FUNCTIONS:
            if not statement:
                raise _refuse(node, f"{name} has no value")
            kind = self.call_blas(node, name)
        elif statement:
            raise _refuse(node, f"{_construct(node)} as a statement does nothing")
        else:
            kind = self.call_builtin(node, name)
        self.types[node] = kind
        return kind

    def call_function(self, node, function):
        self.count(node, function.name, len(function.parameters))
        for argument, (parameter, kind) in zip(node.args, function.parameters):
            what = f"argument {parameter!r} of {function.name}"
            if kind in ELEMENTS:
                got = self.buffer(argument, what)
                if got != kind:
                    raise _refuse(node, f"{what} is {got}, expected {kind}")
            else:
                self.fit(node, self.value(argument), kind, what)
        return function.returns

    def call_blas(self, node, name):
        pattern = BLAS_FUNCTIONS[name]
        self.count(node, name, len(pattern))
        buffers = {
            self.buffer(a, f"argument of {name}") for a, code in zip(node.args, pattern) if code == "b"
        }
        if len(buffers) != 1 or not buffers <= {"f64p", "f32p"}:
            raise _refuse(
                node, f"{name} of buffers {' and '.join(sorted(buffers))}; expected all f64p or all f32p"
            )
        for argument, code in zip(node.args, pattern):
            if code == "i":
                self.integer(argument, f"argument {_construct(argument)} of {name}")
            elif code == "f":
                self.fit(node, self.value(argument), ELEMENTS[next(iter(buffers))], f"a factor of {name}")
        return "None"

    def buffer(self, node, what) -> str:
        """Return the buffer type of argument `node`: a buffer's name or ``buf[offset:]``."""
        inner = node
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            inner, cut = node.value, node.slice
            if cut.lower is None or cut.upper is not None or cut.step is not None:
                raise _refuse(node, f"{what}: {_construct(node)}; expected buf or buf[offset:]")
            self.integer(cut.lower, f"the offset in {_construct(node)}")
        if not isinstance(inner, ast.Name) or inner.id not in self.buffers:
            raise _refuse(node, f"{what} is {_construct(node)}; expected a buffer, or buf[offset:]")
        kind = self.buffers[inner.id]
        self.types[node] = self.types[inner] = kind
        return kind

    def call_builtin(self, node, name):
        arguments = node.args
        if name in SCALARS:
            self.count(node, name, 1)
            self.value(arguments[0])
            return name
        if name == "where":
            self.count(node, name, 3)
            self.condition(arguments[0])
            return self.either(arguments[1], arguments[2])
        for table, result in (
            (FLOAT_FUNCTIONS, floating),
            (NUMBER_FUNCTIONS, lambda kind: "i64" if kind == "bool" else kind),
            (TEST_FUNCTIONS, lambda kind: "bool"),
        ):
            if name in table:
                self.count(node, name, table[name])
                kinds = [self.value(a) for a in arguments]
                kind = kinds[0] if len(kinds) == 1 else promote(*kinds)
                return result(kind)
        raise _refuse(node, f"call of {name!r}, which is neither built in nor a function of this kernel")

    def count(self, node, name, expected):
        if len(node.args) != expected:
            raise _refuse(node, f"{name} got {len(node.args)} arguments, expected {expected}")


def constant_integer(node: ast.AST) -> int | None:
    """Return the value of an integer literal, with its sign, or None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant_integer(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None


def _always_returns(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.Return):
        return True
    return (
        isinstance(last, ast.If)
        and bool(last.orelse)
        and _always_returns(last.body)
        and _always_returns(last.orelse)
    )
