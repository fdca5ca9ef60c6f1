"""A scalar operation made of an expression of SymPy."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from pytensor.graph.basic import Apply, Variable

from .basic import as_scalar, float32, float64, int64
from .fronts import ScalarOp

try:
    import sympy
    from sympy.utilities.codegen import codegen, get_default_datatype

    imported_sympy = True
except ImportError:
    imported_sympy = False

__all__ = ["SymPyCCode", "imported_sympy", "include_line", "names", "sympy_dtype", "theano_dtype"]

names = (f"sympy_func_{number}" for number in itertools.count())


def include_line(line: str) -> bool:
    """Return whether a line of C includes a header."""
    return "#include" in line


def sympy_dtype(expr: Any) -> str:
    """Return the C type SymPy would compute the expression in."""
    return get_default_datatype(expr).cname


def theano_dtype(expr: Any) -> Any:
    """Return the scalar type of the expression."""
    return {"double": float64, "float": float32, "int": int64}[sympy_dtype(expr)]


class SymPyCCode(ScalarOp):
    """The expression `expr` of SymPy as a function of its symbols `inputs`.

    Examples
    --------
    >>> x, y = sympy.symbols("x y")
    >>> op = SymPyCCode([x, y], x + y)
    >>> op(*floats("xy"))
    """

    def __init__(self, inputs: Any, expr: Any, name: str | None = None) -> None:
        self.name = name or next(names)
        self.inputs, self.expr = inputs, expr

    def _code(self) -> list[str]:
        files = codegen(
            (self.name, self.expr), "C", "project_name", header=False, argument_sequence=self.inputs
        )
        return files[0][1].split("\n")

    def c_support_code(self) -> str:
        return "\n".join(line for line in self._code() if not include_line(line))

    def c_headers(self) -> list[str]:
        included = [line for line in self._code() if include_line(line) and "project_name" not in line]
        return [line.replace("#include", "").strip() for line in included]

    def c_code(self, node: Apply, name: str, input_names: Any, output_names: Any, sub: dict) -> str:
        return f"{output_names[0]} = {self.name}({', '.join(input_names)});"

    @property
    def _function(self) -> Callable:
        if "_python" not in self.__dict__:
            self._python = sympy.lambdify(self.inputs, self.expr, "numpy")
        return self._python

    def impl(self, *numbers: Any) -> Any:
        return self._function(*numbers)

    def output_types_preference(self, *inputs: Any) -> list:
        return [theano_dtype(self.expr)]

    def make_node(self, *inputs: Any) -> Apply:
        if len(inputs) != len(self.inputs):
            raise TypeError(
                f"Wrong number of inputs for {self}.make_node (got {len(inputs)}({inputs}), "
                f"expected {len(self.inputs)})"
            )
        inputs = [as_scalar(i) for i in inputs]
        return Apply(self, inputs, [t() for t in self.output_types([i.type for i in inputs])])

    def grad(self, inputs: Any, output_grads: Any) -> list[Variable]:
        return [
            output_grads[0]
            * SymPyCCode(self.inputs, self.expr.diff(symbol), name=f"{self.name}_grad_{i}")(*inputs)
            for i, symbol in enumerate(self.inputs)
        ]

    def _info(self) -> tuple:
        return type(self), self.name, tuple(self.inputs), self.expr

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self._info() == other._info()

    def __hash__(self) -> int:
        return hash(self._info())
