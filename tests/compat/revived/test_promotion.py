"""Arithmetic between NumPy's types gives what NumPy 1.16 and 1.19 gave (values recorded from both)."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from compat.revived import promotion

promotion.learn_types(np)
NAMES = {
    "np": np,
    "row32": np.ones(2, "f"), "row64": np.ones(2), "bytes_": np.full(2, 200, "u1"), "short": np.ones(2, "i2"),
    "pixel": np.uint8(200), "cost": np.float32(0.5), "cell": np.array(0.5, "f"), "root": np.sqrt(2.0),
}  # fmt: skip


def run(text, mode="eval"):
    tree = ast.fix_missing_locations(promotion.Promotion().visit(ast.parse(text, mode=mode)))
    names = {**NAMES, **promotion.HELPERS}
    code = compile(tree, "<test>", mode)
    return eval(code, names) if mode == "eval" else (exec(code, names), names["x"])[1]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("pixel + 100", "int64", 300),
        ("2 * pixel", "int64", 400),
        ("pixel << 8", "int64", 51200),
        ("-1 * pixel", "int64", -200),
        ("cost * 2", "float64", 1.0),
        ("cell * 0.5", "float64", 0.25),
        ("(cost + 1.0) * 0.1", "float64", 0.15000000000000002),
        ("row32 * root", "float32", 1.4142135),
        ("root * row32", "float32", 1.4142135),
        ("row32 / np.int64(5)", "float32", 0.2),
        ("row32 / np.int64(70000)", "float64", 1 / 70000),
        ("row32 * np.array(3)", "float32", 3),
        ("row32 * 1e300", "float64", 1e300),
        ("row32 ** 2.0", "float32", 1),
        ("bytes_ - 256", "uint16", 65480),
        ("bytes_ * np.int64(5)", "uint8", 232),
        ("bytes_ * -1", "int16", -200),
        ("bytes_ + 1.5", "float64", 201.5),
        ("short * np.int64(3)", "int16", 3),
        ("short + np.float32(3)", "float32", 4),
        ("row64 * cost", "float64", 0.5),
        ("np.float32(1) + np.float64(1)", "float64", 2),
        ("sum([cost, cost])", "float64", 1.0),
        ("sum([pixel, pixel])", "int64", 400),
    ],
)
def test_result(text, kind, value):
    result = run(text)
    assert result.dtype == kind
    assert np.ravel(result)[0] == np.dtype(kind).type(value)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("x = 0.0\nx += cost", "float64", 0.5),
        ("x = 0\nx += pixel\nx += pixel", "int64", 400),
        ("x = np.float32(0.1)\nx *= 0.5", "float64", 0.05000000074505806),
        ("x = row32.copy()\nx *= root", "float32", 1.4142135),
        ("x = bytes_.copy()\nx += 300", "uint8", 244),
    ],
)
def test_in_place(text, kind, value):
    result = run(text, "exec")
    assert result.dtype == kind
    assert np.ravel(result)[0] == np.dtype(kind).type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'%d items' % 3", "3 items"),
        ("[0] * 3", [0, 0, 0]),
        ("2 + 3", 5),
        ("divmod(7, 2)[0] - 1", 2),
        ("(lambda a, b: a + b)('a', 'b')", "ab"),
        ("10 ** 30 + int(pixel)", 10**30 + 200),
    ],
)
def test_other_arithmetic_is_python_s(text, value):
    result = run(text)
    assert result == value
    assert type(result) is type(value)


def test_errors_are_those_of_the_operator():
    with pytest.raises(ValueError, match="could not be broadcast"):
        run("row32 + np.ones(3) * 1")
    with pytest.raises(ZeroDivisionError):
        run("(lambda a: 1 / a)(0)")
