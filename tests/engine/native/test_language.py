"""What the kernel language refuses, and where it says the fault is."""

from __future__ import annotations

import pytest

from graphopt.engine.native.language import parse
from graphopt.errors import CompileError

REFUSED = {
    "x = 1": (1, "module level"),
    "import os": (1, "module level"),
    "def f(): return 1": (1, "must say its result"),
    "def f(x) -> None: pass": (1, "annotated with nothing"),
    "def f(x: float) -> None: pass": (1, "annotated with Name"),
    "def f(x: f64 = 1.0) -> None: pass": (1, "positional"),
    "def f(*x: f64) -> None: pass": (1, "positional"),
    "@cache\ndef f() -> None: pass": (2, "decorator"),
    "def exp(x: f64) -> f64: return x": (1, "taken"),
    "def f(exp: f64) -> f64: return exp": (1, "taken"),
    "def f() -> f64:\n    pass": (1, "without a return"),
    "def f(c: i64) -> f64:\n    if c > 0:\n        return 1.0": (1, "without a return"),
    "def f() -> None:\n    return 1": (2, "returns None"),
    "def f() -> i64:\n    return 1.5": (2, "result is i64 but gets f64"),
    "def f() -> None:\n    x = y": (2, "'y' is used before"),
    "def f() -> None:\n    x = 1\n    x = 2.0": (3, "is i64 but gets f64"),
    "def f(a: f64, b: f32) -> None:\n    b = a": (2, "is f32 but gets f64"),
    "def f(n: i64) -> None:\n    n += 0.5": (2, "is i64 but gets f64"),
    "def f(x: f64p) -> None:\n    x = 1.0": (2, "cannot be assigned"),
    "def f(x: f64p) -> f64:\n    return x": (2, "used as a number"),
    "def f(x: f64p) -> f64:\n    return x[-1]": (2, "from the end"),
    "def f(x: f64p) -> f64:\n    return x[1.0]": (2, "expected i64"),
    "def f(x: f64p) -> None:\n    y = x[1:]": (2, "outside a call"),
    "def f(x: i64p) -> None:\n    x[0] = 1.5": (2, "integer buffer"),
    "def f(x: f64) -> None:\n    x[0] = 1.5": (2, "not a buffer"),
    "def f(x: f64p) -> None:\n    for v in x:\n        pass": (2, "only range"),
    "def f(n: i64) -> None:\n    for i in range(0, n, n):\n        pass": (2, "step of range"),
    "def f(n: i64) -> None:\n    for i in range(n):\n        pass\n    else:\n        pass": (
        2,
        "else of a loop",
    ),
    "def f(x: f64) -> None:\n    for i in range(x):\n        pass": (2, "argument of range is f64"),
    "def f() -> None:\n    a = b = 1": (2, "chain of assignments"),
    "def f() -> None:\n    a, b = 1, 2": (2, "Tuple"),
    "def f() -> None:\n    a = [1]": (2, "List"),
    "def f() -> None:\n    a = 'x'": (2, "Constant"),
    "def f() -> None:\n    a = 99999999999999999999": (2, "64 bits"),
    "def f() -> None:\n    a = lambda: 1": (2, "Lambda"),
    "def f(x: f64) -> None:\n    with x:\n        pass": (2, "With"),
    "def f(x: f64) -> None:\n    1 + x": (2, "only calls"),
    "def f(x: f64) -> None:\n    exp(x)": (2, "does nothing"),
    "def f(x: f64) -> f64:\n    return x.real": (2, "Attribute"),
    "def f(x: f64) -> f64:\n    return x // 2.0": (2, "use floor or fmod"),
    "def f(x: f64) -> f64:\n    return x ** x": (2, "use pow"),
    "def f(n: i64) -> i64:\n    return n ** -1": (2, "negative power"),
    "def f(n: i64) -> i64:\n    return n << 1": (2, "LShift"),
    "def f(n: i64) -> i64:\n    return n if 1.5 else 2": (2, "expected a comparison"),
    "def f(n: i64) -> i64:\n    return 1 if n is 2 else 2": (2, "Is"),
    "def f(x: f64) -> f64:\n    return foo(x)": (2, "'foo', which is neither"),
    "def f(x: f64) -> f64:\n    return exp(x, x)": (2, "got 2 arguments, expected 1"),
    "def f(x: f64) -> f64:\n    return exp(x=x)": (2, "Call"),
    "def f(x: f64p) -> None:\n    g(x)\ndef g(x: f32p) -> None:\n    pass": (2, "is f64p, expected f32p"),
    "def f(x: f64p) -> None:\n    g(x[:3])\ndef g(x: f64p) -> None:\n    pass": (2, r"buf\[offset:\]"),
    "def f(x: f64p) -> None:\n    g(1.0)\ndef g(x: f64p) -> None:\n    pass": (2, "expected a buffer"),
    "def f(x: f64p) -> f64:\n    return g(x)\ndef g(x: f64p) -> None:\n    pass": (2, "no value"),
    "def f(a: f64p, b: f32p) -> None:\n    gemm(0, 0, 1, 1, 1, 1.0, a, b, 0.0, a)": (2, "f32p and f64p"),
    "def f(a: f64p) -> None:\n    gemm(0, 0, 1, 1, 1)": (2, "expected 10"),
    "def f() -> None:\n    x = (": (2, "was never closed"),
    "def f() -> None:\n    pass\ndef f() -> None:\n    pass": (3, "second function"),
}


@pytest.mark.parametrize("source", REFUSED)
def test_refused_with_its_line(source):
    line, what = REFUSED[source]
    with pytest.raises(CompileError, match=rf"^Kernel line {line}: .*{what}"):
        parse(source, "f")


def test_missing_entry_is_named():
    with pytest.raises(CompileError, match="no function 'g'; it has: f"):
        parse("def f() -> None:\n    pass", "g")


TYPES = {
    "a * 2.0": "f32",
    "2 * a": "f32",
    "a * b": "f64",
    "a * n": "f32",
    "n * 2.0": "f64",
    "n / n": "f64",
    "n // 2": "i64",
    "-n": "i64",
    "exp(n)": "f64",
    "exp(a)": "f32",
    "maximum(a, 0.0)": "f32",
    "maximum(n, 2)": "i64",
    "where(n > 1, a, 1.0)": "f32",
    "a if n > 1 else b": "f64",
    "a > b": "i64",
    "(a > 1) * a": "f32",
    "f32(b)": "f32",
    "inf": "f64",
    "a + inf": "f32",
    "a ** 3": "f32",
}


@pytest.mark.parametrize("expression", TYPES)
def test_type_of_expression(expression):
    """C's arithmetic conversions, with literals that take the type of what they meet (NumPy's NEP 50)."""
    module = parse(f"def f(a: f32, b: f64, n: i64) -> None:\n    v = {expression}", "f")
    assert module.functions["f"].variables == {"v": TYPES[expression]}
