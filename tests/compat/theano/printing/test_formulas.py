"""`pp` and the printers one assigns to it."""

import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.printing import (
    DefaultPrinter,
    FunctionPrinter,
    IgnorePrinter,
    OperatorPrinter,
    PatternPrinter,
    PPrinter,
    leaf_printer,
    pp,
)

x, y = T.vectors("xy")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [  # of Theano 1.0.5
        (x, "x"),
        (T.vector(), "<TensorType(float64, vector)>"),
        (T.vector("alpha") * 2, r"(\alpha * TensorConstant{2})"),
        ((x - y) / x**2, "((x - y) / (x ** TensorConstant{2}))"),
        (-x // abs(y), "((-x) // |y|)"),
        (x + y + x, "((x + y) + x)"),
        (T.maximum(T.exp(x), y), "maximum(exp(x), y)"),
        (T.cast(x, "float32"), "float32(x)"),
        (T.matrix()[1], "<TensorType(float64, matrix)>[Constant{1}]"),
        (T.dot(x, y), r"(x \dot y)"),
    ],
)
def test_formulas(expression, expected):
    assert pp(expression) == expected


def test_printers():
    printer = PPrinter()
    printer.assign(lambda pstate, r: True, DefaultPrinter())
    printer.assign(T.add, OperatorPrinter("plus", 0))
    printer.assign(T.exp, PatternPrinter(("e^%(0)s", 1)))
    printer.assign(T.sqr, FunctionPrinter("square"))
    printer.assign(T.neg, IgnorePrinter())
    assert printer(T.exp(x + T.sqr(-y))) == "e^(x plus square(y))"
    assert printer.clone_assign(T.add, FunctionPrinter("sum"))(x + y) == "sum(x, y)"
    assert printer(x + y) == "(x plus y)"
    assert printer(T.log(x)) == "Elemwise{log,no_inplace}(x)"


def test_a_printer_of_operations_refuses_an_input():
    with pytest.raises(TypeError, match="not the result of an operation"):
        OperatorPrinter("+", 0).process(x, theano.printing.PrinterState(pprinter=pp))


def test_a_condition_comes_before_what_was_there():
    printer = pp.clone_assign(lambda pstate, r: r.name is not None, leaf_printer)
    z = x * y
    z.name = "z"
    assert printer(z + 1) == "(z + TensorConstant{1})"


def test_graphs_as_programs():
    total = x + y
    total.name = "total"
    state = theano.shared(0.0, "state")
    text = pp([x, y], [total * 2], {state: state + 1}, True)
    assert text.splitlines() == [
        "inputs: x, y, state",
        "total = (x + y)",
        "state <- (state + TensorConstant{1})",
        "return (total * TensorConstant{2})",
    ]


def test_wrong_calls():
    with pytest.raises(TypeError, match="Not enough arguments"):
        pp(x, y)
    with pytest.raises(AssertionError):
        OperatorPrinter("+", 0, "both")
