"""What a program is made of, in words."""

from __future__ import annotations

from collections import Counter

from graphopt.structure.program import Program, Structure

PLURALS = {
    "exp": "exponentials",
    "log": "logarithms",
    "log1p": "logarithms",
    "sqrt": "square roots",
    "erf": "error functions",
    "curve": "functions of one number",
    "normalized": "normalised numbers",
    "relu": "relus",
    "sigmoid": "sigmoids",
    "softplus": "softpluses",
    "product": "products",
    "power": "powers",
    "reciprocal": "reciprocals",
    "square": "squares",
    "sin": "sines",
    "cos": "cosines",
    "step": "steps",
    "floor": "floors",
    "round": "roundings",
}

JUMPING = {"step", "floor", "round"}


def describe(program: Program) -> str:
    """Return what the outputs of `program` are made of, in words for a report.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> from graphopt.structure import lower
    >>> x = pt.vector("x", shape=(3,))
    >>> describe(lower([pt.tanh(x).sum() + x[0] * x[1]], [x]))
    'smooth functions: 3 tanh, 1 product'
    """
    counts = Counter[str]()
    for group in program.groups[1:]:
        counts[group.function] += group.size
    structure = program.structure
    if structure is Structure.AFFINE:
        return "affine in the inputs"
    if structure is Structure.PIECEWISE_LINEAR:
        return f"affine pieces joined by relu: {counts['relu']} of them"
    parts = ", ".join(f"{count} {_named(function, count)}" for function, count in counts.most_common())
    if structure is Structure.QUADRATIC:
        return f"quadratic in the inputs: {parts}"
    return f"{'functions that jump' if JUMPING & _functions(program) else 'smooth functions'}: {parts}"


def _functions(program: Program) -> set[str]:
    """Return the functions of `program`, those that curves are made of among them."""
    curves = [group.parameter for group in program.groups if group.function == "curve"]
    return {group.function for group in program.groups} | {s.function for c in curves for s in c.steps}


def _named(function: str, count: int) -> str:
    """Return the name of a function after a number."""
    plural = PLURALS.get(function, function)
    return plural if count != 1 else plural.removesuffix("s")
