"""Scalar types, variables and operations: PyTensor's, under the names of Theano."""

from __future__ import annotations

import builtins
import warnings
from typing import Any, ClassVar

import numpy as np
import pytensor.scalar.basic as ps
from pytensor.graph.basic import Variable
from pytensor.graph.fg import FrozenFunctionGraph, FunctionGraph
from pytensor.graph.utils import MetaObject

from ...front import Front
from ..configdefaults import config
from .fronts import _Theano, front, fronts_of

# All that PyTensor defines under the same name, its operations' classes as bases for a program's own.
globals().update({n: v for n, v in vars(ps).items() if n[0] != "_" and n not in globals()})
globals().update(fronts_of(ps))
_scalar_py_operators, _cast_mapping = ps._scalar_py_operators, ps._cast_mapping

# What Theano called otherwise.
Scalar = ps.ScalarType
abs_, inv, sgn = ps.abs, ps.reciprocal, ps.sign
Inv, Sgn = front(ps.Reciprocal, "Inv"), front(ps.Sign, "Sgn")

builtin_bool, builtin_complex, builtin_int, builtin_float = (
    builtins.bool,
    builtins.complex,
    builtins.int,
    builtins.float,
)


class transfer_type(MetaObject):
    """A rule for output types: one entry an output, the number of the input whose type it has.

    None stands for the type that all inputs are cast to, a string for itself.
    """

    __props__ = ("transfer",)

    def __init__(self, *transfer: Any) -> None:
        assert all(type(x) in (int, str) or x is None for x in transfer)
        self.transfer = transfer

    def __str__(self) -> str:
        return "transfer_type{" + ", ".join(map(str, self.transfer)) + "}"

    def __call__(self, *types: Any) -> list:
        rules = {type(None): lambda _: ps.upcast_out(*types)[0], str: str, int: types.__getitem__}
        return [rules[type(entry)](entry) for entry in self.transfer]


def int_or_true_div(x_discrete: builtins.bool, y_discrete: builtins.bool) -> Any:
    """Return what ``x / y`` stands for; of two integers ``config.int_division`` says it.

    Raises
    ------
    IntegerDivisionError
        If both are integers and ``config.int_division`` is "raise".
    """
    if not (x_discrete and y_discrete) or config.int_division == "floatX":
        return ps.true_div
    if config.int_division == "int":
        warnings.warn(
            "Division of two integer types with x / y is deprecated, please use x // y for an integer "
            "division.",
            DeprecationWarning,
            stacklevel=4,
        )
        return ps.int_div
    raise ps.IntegerDivisionError(
        "With `config.int_division` set to 'raise', dividing two integer types with '/' is forbidden to "
        "avoid confusion between integer and floating point divisions. Please use // for integer division, "
        "or if you want a float result either cast one of the arguments to a float or directly call "
        "`x.__truediv__(y)`."
    )


def div_proxy(x: Any, y: Any) -> Variable:
    """Return ``x / y``; see `int_or_true_div`."""
    discrete = (ps.as_scalar(v).type in ps.discrete_types for v in (x, y))
    return int_or_true_div(*discrete)(x, y)


class InRange(front(ps.LogicalComparison)):
    """Whether ``low <= x <= high``; an end may be open.

    Parameters
    ----------
    openlow, openhi : bool
        Whether the end itself is left out.
    """

    nin = 3

    def __init__(self, openlow: builtins.bool, openhi: builtins.bool) -> None:
        super().__init__()
        self.openlow, self.openhi = openlow, openhi

    def __eq__(self, other: Any) -> builtins.bool:
        return type(self) is type(other) and (self.openlow, self.openhi) == (other.openlow, other.openhi)

    def __hash__(self) -> int:
        return hash((type(self), self.openlow, self.openhi))

    def impl(self, x: Any, low: Any, hi: Any) -> Any:
        above = x > low if self.openlow else x >= low
        below = x < hi if self.openhi else x <= hi
        return above & below if isinstance(above, np.generic) else above and below

    def c_code(self, node: Any, name: str, inputs: Any, outputs: Any, sub: Any) -> str:
        x, low, hi = inputs
        above, below = (">" if self.openlow else ">="), ("<" if self.openhi else "<=")
        return f"{outputs[0]} = {x} {above} {low} && {x} {below} {hi};"

    def get_grad(self, elem: Variable) -> Variable:
        """Return the gradient with respect to one input: zero, also at the ends."""
        if elem.type in ps.complex_types:
            raise NotImplementedError(
                "No gradient implemented for complex numbers in class scalar.basic.InRange"
            )
        return elem.zeros_like(dtype=config.floatX if elem.type in ps.discrete_types else None)

    def L_op(self, inputs: Any, outputs: Any, gout: Any) -> list[Variable]:
        return [self.get_grad(elem) for elem in inputs]


inopenrange, inclosedrange = InRange(True, True), InRange(False, False)


# ----------------------------------------------------------------------------------------------- Composite


class Composite(_Theano, ps.Composite, metaclass=Front):
    """One operation made of a graph of scalar operations.

    Parameters
    ----------
    inputs, outputs : list of scalar variables
        The graph. A single output that is another Composite's is computed by that one's graph.
    """

    stands_for = ps.Composite
    init_param = ("inputs", "outputs")

    def __init__(self, inputs: Any, outputs: Any) -> None:
        outputs = list(outputs)
        if len(outputs) == 1 and isinstance(getattr(outputs[0].owner, "op", None), ps.Composite):
            inner, given = outputs[0].owner.op.fgraph, outputs[0].owner.inputs
            outputs = list(inner.bind(dict(zip(inner.inputs, given))))
        super().__init__(list(inputs), outputs)

    def init_name(self) -> None:
        """Write the graph out as the operation's name."""
        self.name = str(self)

    def make_new_inplace(self, output_types_preference: Any = None, name: str | None = None) -> Composite:
        """Return the same operation with another rule for its output types."""
        new = type(self)(self.inputs, self.outputs)
        new.output_types_preference, new.name = output_types_preference, name or new.name
        return new

    def clone_float32(self) -> Composite:
        """Return the operation with float32 wherever it has float16."""
        return Composite(*composite_f32.apply(self.fgraph))

    def grad(self, inputs: Any, output_grads: Any) -> list[Variable]:
        raise NotImplementedError("grad is not implemented for Composite")


class Compositef32:
    """Turns float16 into float32 in a graph of scalars."""

    #: class of operations -> function of a node and the mapping of variables that treats it
    special: ClassVar[dict[type, Any]] = {}

    def apply(self, fgraph: FunctionGraph | FrozenFunctionGraph) -> tuple[list, list]:
        """Return new inputs and outputs for `fgraph`."""
        mapping = {i: ps.float32() if i.type == ps.float16 else i for i in fgraph.inputs}
        for node in fgraph.toposort():
            for i in node.inputs:
                if i not in mapping:
                    mapping[i] = (
                        ps.ScalarConstant(ps.float32, np.float32(i.data)) if i.type == ps.float16 else i
                    )
            treat = next((f for kind, f in self.special.items() if isinstance(node.op, kind)), _clone_node)
            treat(node, mapping)
        return [mapping[i] for i in fgraph.inputs], [mapping[o] for o in fgraph.outputs]


def _clone_node(node: Any, mapping: dict) -> None:
    outputs = node.op.make_node(*[mapping[i] for i in node.inputs]).outputs
    assert all(o.type != ps.float16 for o in outputs)
    mapping.update(zip(node.outputs, outputs))


def handle_cast(node: Any, mapping: dict) -> None:
    """Map a cast: to float32 instead of float16, and nowhere when its input has the dtype already."""
    wanted = ps.float32 if node.op.o_type == ps.float16 else node.op.o_type
    value = mapping[node.inputs[0]]
    mapping[node.outputs[0]] = value if value.type == wanted else ps.cast(value, wanted.dtype)


def handle_composite(node: Any, mapping: dict) -> None:
    """Map a Composite inside a graph."""
    inputs, outputs = composite_f32.apply(node.op.fgraph)
    new = Composite(inputs, outputs).make_node(*[mapping[i] for i in node.inputs])
    mapping.update(zip(node.outputs, new.outputs))


composite_f32 = Compositef32()
Compositef32.special.update({ps.Cast: handle_cast, ps.Composite: handle_composite})

_PYTENSOR_ONLY = {"abs", "reciprocal", "sign", "scalar_maximum", "scalar_minimum", "pytensor", "builtins"}
__all__ = sorted(n for n in globals() if n[0] != "_" and n not in _PYTENSOR_ONLY)
