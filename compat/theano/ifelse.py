"""`ifelse`: one of two branches is computed, as a condition says when the function runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.compile.mode import optdb
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.null_type import NullType
from pytensor.graph.rewriting.basic import in2out, node_rewriter
from pytensor.ifelse import IfElse as PyTensorIfElse
from pytensor.tensor.type import DenseTensorType, TensorType

from ..adopt import adopt
from ..names import module_attributes
from .configdefaults import config
from .gof.debug_values import compute_test_values

__all__ = ["IfElse", "cond_make_inplace", "ifelse"]


class IfElse(PyTensorIfElse):
    """The operation behind `ifelse`, called as ``op(condition, *then_branch, *else_branch)``.

    Parameters
    ----------
    n_outs : int
        Number of variables in each branch.
    as_view : bool
        Whether results may share memory with what the chosen branch gives.
    gpu : bool
        Kept for old programs.
    name : str, optional
    """

    def __init__(
        self, n_outs: int, as_view: bool = False, gpu: bool = False, name: str | None = None
    ) -> None:
        super().__init__(n_outs, as_view=as_view, name=name)
        self.gpu = gpu

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def _key(self) -> tuple:
        return self.n_outs, self.as_view, self.gpu

    def __str__(self) -> str:
        notes = (self.name, self.as_view and "inplace", self.gpu and "gpu")
        return f"if{{{','.join(note for note in notes if note)}}}"

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        results = adopt(super().__call__(*inputs, **{**kwargs, "return_list": True}))
        compute_test_values([results[0].owner])
        return results if kwargs.get("return_list") or len(results) > 1 else results[0]

    def make_node(self, condition: Any, *branches: Any) -> Apply:
        assert len(branches) == 2 * self.n_outs, (
            f"Wrong number of arguments to make_node: expected {2 * self.n_outs}, got {len(branches)}"
        )
        condition, *branches = map(_variable, (condition, *branches))
        then, other = branches[: self.n_outs], branches[self.n_outs :]
        for a, b in zip(then, other):
            if not _alike(a.type, b.type):
                raise TypeError(
                    "IfElse requires same types for true and false return values", a, b, a.type, b.type
                )
        if condition.ndim > 0:
            raise TypeError(
                "Condition given to the op has to be a scalar with 0 standing for False, "
                "anything else for True"
            )
        return Apply(self, [condition, *branches], [_common(a.type, b.type)() for a, b in zip(then, other)])

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        """Hand on the chosen branch, where both have been computed already."""
        start = 1 if inputs[0] else 1 + self.n_outs
        for cell, value in zip(output_storage, inputs[start:]):
            cell[0] = value

    def infer_shape(self, fgraph: Any, node: Apply, shapes: Sequence) -> list:
        """Return the lengths of the chosen branch, themselves chosen by one lazy operation."""
        then, other = shapes[1 : 1 + self.n_outs], shapes[1 + self.n_outs :]
        if any(shape is None for shape in (*then, *other)):
            return [None] * self.n_outs
        lengths = [n for shape in (*then, *other) for n in shape]
        name = "_".join(filter(None, ("shape", self.name)))
        op = IfElse(len(lengths) // 2, name=name)
        chosen = iter(op(node.inputs[0], *lengths, return_list=True) if lengths else ())
        return [tuple(next(chosen) for _ in shape) for shape in then]

    def pushforward(self, inputs: Sequence, outputs: Sequence, tangents: Sequence) -> list:
        branches = [
            x.zeros_like() if isinstance(t.type, DisconnectedType) else t
            for x, t in zip(inputs[1:], tangents[1:])
        ]
        return self(inputs[0], *branches, return_list=True)

    def pullback(self, inputs: Sequence, outputs: Sequence, gradients: Sequence) -> list:
        """Return 0 for the condition, and for each branch the gradients where it is chosen, else zeros."""
        condition, branches = inputs[0], inputs[1:]
        gradients = [
            o.zeros_like(dtype=config.floatX) if isinstance(g.type, DisconnectedType) else g
            for o, g in zip(outputs, gradients)
        ]
        if any(isinstance(g.type, NullType) for g in gradients):
            return [condition.zeros_like(dtype=config.floatX), *gradients, *gradients]
        zeros = [x.zeros_like(dtype=g.type.dtype) for x, g in zip(branches, (*gradients, *gradients))]
        sides = []
        for side, arguments in (
            ("t", (*gradients, *zeros[: self.n_outs])),
            ("f", (*zeros[self.n_outs :], *gradients)),
        ):
            op = IfElse(self.n_outs, self.as_view, self.gpu, self.name and f"{self.name}_grad_{side}")
            sides += op(condition, *arguments, return_list=True)
        return [condition.zeros_like(dtype=config.floatX), *sides]


def ifelse(condition: Any, then_branch: Any, else_branch: Any, name: str | None = None) -> Any:
    """Return `then_branch` where `condition` is not 0, else `else_branch`; only one of them is computed.

    Parameters
    ----------
    condition : scalar
    then_branch, else_branch : variable, or list or tuple of variables
        As many on both sides, of the same types.
    name : str, optional
        What the operation is called.

    Returns
    -------
    A variable, or a list or tuple as `then_branch` is one.

    Raises
    ------
    TypeError
        If the types of the branches differ.
    ValueError
        If one branch has more variables than the other.
    """
    kind = type(then_branch) if type(then_branch) in (list, tuple) else None
    then = list(then_branch) if kind else [then_branch]
    other = list(else_branch) if type(else_branch) in (list, tuple) else [else_branch]
    pairs = [_of_one_type(_variable(a), _variable(b)) for a, b in zip(then, other)]
    if len(then) != len(other):
        raise ValueError(
            "The number of values on the `then` branch should have the same number of variables as the "
            f"`else` branch : (variables on `then` {len(then)}, variables on `else` {len(other)})"
        )
    op = IfElse(n_outs=len(pairs), name=name)
    results = op(condition, *(a for a, _ in pairs), *(b for _, b in pairs), return_list=True)
    return kind(results) if kind else results[0]


def _variable(value: Any) -> Variable:
    if isinstance(value, Variable):
        return value
    from .tensor.basic import as_tensor_variable

    return as_tensor_variable(value)


def _alike(a: Any, b: Any) -> bool:
    """Return whether two types are the same but for lengths that rewrites have found out."""
    if isinstance(a, DenseTensorType) and isinstance(b, DenseTensorType):
        return a.dtype == b.dtype and a.broadcastable == b.broadcastable
    return a == b


def _common(a: Any, b: Any) -> Any:
    """Return the type of what is of type `a` or of type `b`."""
    if a == b or not isinstance(a, DenseTensorType):
        return a
    return a.clone(shape=tuple(n if n == m else None for n, m in zip(a.shape, b.shape)))


def _takes(kind: Any, other: Any) -> bool:
    """Return whether a variable of type `other` is made one of the tensor type `kind`; sparse is not."""
    return isinstance(kind, DenseTensorType) and not isinstance(other, TensorType)


def _of_one_type(then: Variable, other: Variable) -> tuple[Variable, Variable]:
    """Return the two as variables of one type, one converted where only the other is a tensor."""
    if not _alike(then.type, other.type):
        if _takes(then.type, other.type):
            other = then.type.filter_variable(other)
        elif _takes(other.type, then.type):
            then = other.type.filter_variable(then)
    if not _alike(then.type, other.type):
        raise TypeError(
            f"The two branches should have identical types, but they are {then.type} and {other.type} "
            "respectively. This error could be raised if for example you provided a one element list on the "
            "`then` branch but a tensor on the `else` branch."
        )
    return then, other


@node_rewriter([IfElse])
def cond_make_inplace(fgraph: FunctionGraph, node: Apply) -> list[Variable] | None:
    """Let results share memory with what the chosen branch gives; numbers in a big graph are not worth it."""
    op = node.op
    numbers = all(getattr(o.type, "ndim", -1) == 0 for o in node.outputs)
    if op.as_view or (numbers and len(fgraph.apply_nodes) >= 500):
        return None
    return IfElse(op.n_outs, True, op.gpu, op.name)(*node.inputs, return_list=True)


optdb.register(
    "cond_make_view", in2out(cond_make_inplace, ignore_newtrees=True), "fast_run", "views", position=95
)

__getattr__ = module_attributes(__name__, "pytensor.ifelse")  # the rewrites of conditions
