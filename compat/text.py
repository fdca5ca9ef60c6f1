"""How Theano wrote Ops, types and variables: ``Elemwise{add,no_inplace}``, ``Subtensor{int64::}``.

Nodes hold PyTensor's Ops, which write themselves otherwise. What is not PyTensor's keeps its own text.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import Op
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.math import Dot
from pytensor.tensor.shape import Reshape, SpecifyShape
from pytensor.tensor.type import TensorType

#: classes of scalar Ops -> the name in `theano.tensor`, where it is not the Op's own
_SYMBOLS = {
    "AND": "and_",
    "Abs": "abs_",
    "OR": "or_",
    "Reciprocal": "inv",
    "RoundHalfAwayFromZero": "round_half_away_from_zero",
    "RoundHalfToEven": "round_half_to_even",
    "Sign": "sgn",
}
#: functions of `theano.tensor.nnet` that print as their names
_PLAIN_SYMBOLS = {"sigmoid", "softplus", "softsign"}

_PATTERNS = {
    (): "scalar",
    (False,): "vector",
    (False, True): "col",
    (True, False): "row",
    (False, False): "matrix",
}


def symbol(scalar_op: Op) -> str:
    """Return the name of the function of `theano.tensor` that applies a scalar Op to tensors."""
    kind = type(scalar_op).__name__
    return _SYMBOLS.get(kind) or getattr(scalar_op, "name", None) or kind.lower()


def op_name(op: Op) -> str:
    """Return Theano's text of an Op."""
    if not _is_pytensors(type(op).__str__):
        return str(op)
    for kind in filter(_is_pytensors, type(op).__mro__):
        text = _OPS.get(kind.__name__)
        if text is not None:
            return text.format(op=op) if isinstance(text, str) else text(op)
    return _own_text(op)


def op_text(node: Apply) -> str:
    """Return Theano's text of a node's Op; what an index is made of is known only here."""
    indices = _INDICES.get(type(node.op).__name__) if _is_pytensors(type(node.op)) else None
    return op_name(node.op) if indices is None else indices(node)


def written(variable: Variable) -> tuple[str, list[Variable]]:
    """Return the text of the Op that computes `variable`, and what it is computed from, as in Theano's graph.

    Theano's `dot` took vectors; PyTensor's takes matrices, and axes are added before it and dropped after it.
    Of a new shape Theano knew the length; PyTensor specifies it.
    """
    node = variable.owner
    if isinstance(node.op, Reshape):
        shape = node.inputs[1].owner
        is_specified = shape is not None and isinstance(shape.op, SpecifyShape)
        return op_text(node), [node.inputs[0], shape.inputs[0] if is_specified else node.inputs[1]]
    product = node.inputs[0].owner if isinstance(node.op, DimShuffle) else None
    if product is not None and isinstance(product.op, Dot):
        factors = [_vector_behind(factor) for factor in product.inputs]
        if None in factors:
            factors = [given if factor is None else factor for factor, given in zip(factors, product.inputs)]
        if variable.type.ndim == sum(factor.type.ndim - 1 for factor in factors):
            return "dot", factors
    return op_text(node), list(node.inputs)


def _vector_behind(matrix: Variable) -> Variable | None:
    """Return the vector that `matrix` is with an axis of length 1 added; None if it is something else."""
    node = matrix.owner
    is_vector = node is not None and isinstance(node.op, DimShuffle) and node.inputs[0].type.ndim == 1
    return node.inputs[0] if is_vector else None


def type_text(type_: Any) -> str:
    """Return Theano's text of a type: ``TensorType(float64, matrix)``."""
    if isinstance(type_, TensorType) and _is_pytensors(type(type_).__str__):
        pattern = type_.broadcastable
        known = _PATTERNS.get(pattern) or (str(pattern) if any(pattern) else f"{len(pattern)}D")
        return f"TensorType({type_.dtype}, {known})"
    return str(type_)


def constant_text(constant: Constant) -> str:
    """Return Theano's text of a constant: ``TensorConstant{(2, 3) of 1.0}``, cut to twenty characters."""
    data = constant.data
    if isinstance(constant.type, TensorType):
        return f"TensorConstant{{{_shortened(_values(data), '..')}}}"
    if constant.name is not None or data is None:
        return constant.name or "NoneConst"
    return f"Constant{{{_shortened(str(data), '...')}}}"


def variable_text(variable: Variable) -> str:
    """Return Theano's text of a variable: its name, its Op and number, or its type."""
    if not isinstance(variable, Variable) or not _is_pytensors(type(variable).__str__):
        return str(variable)
    if isinstance(variable, Constant):
        return constant_text(variable)
    if variable.name is not None:
        return variable.name
    if variable.owner is None:
        return f"<{type_text(variable.type)}>"
    is_default = variable.index == variable.owner.op.default_output
    return f"{written(variable)[0]}.{'out' if is_default else variable.index}"


def _is_pytensors(thing: Any) -> bool:
    """Return whether a class or function is PyTensor's, or stands for its text."""
    return getattr(thing, "__module__", "").startswith("pytensor.") or thing in _SPOKEN


_SPOKEN: dict[Callable, Callable] = {}
"""The texts that `speak_theano` gave to classes of PyTensor -> those they had."""
_CHANGED: list[tuple[type, str, Callable | None]] = []
"""The classes it changed, the method, and what they had of their own."""


def _own_text(thing: Any) -> str:
    """Return how PyTensor writes `thing`."""
    written = type(thing).__str__
    return _SPOKEN.get(written, written)(thing)


def speak_theano() -> None:
    """Let `str` of Ops, nodes, variables and types say what Theano said, in all graphs of this process.

    A program that prints ``node.op`` or ``f.maker.fgraph.toposort()`` then prints what it did.
    """
    if _CHANGED:
        return
    for kind in set(_subclasses(Op)):
        if _is_pytensors(kind) and any(_is_rephrased(parent) for parent in kind.__mro__):
            _give(kind, "__str__", op_name)
    for kind, text in ((Apply, node_text), (Variable, variable_text), (Constant, variable_text)):
        _give(kind, "__str__", text)
    _give(TensorType, "__str__", type_text)
    _give(Constant, "__repr__", str)
    _give(TensorType, "__repr__", str)
    _give(FunctionGraph, "__repr__", _graph_text)


def speak_pytensor() -> None:
    """Take `speak_theano` back."""
    for kind, method, own in _CHANGED:
        if own is None:
            delattr(kind, method)
        else:
            setattr(kind, method, own)
    _CHANGED.clear()
    _SPOKEN.clear()


def _give(kind: type, method: str, text: Callable[[Any], str]) -> None:
    def write(thing: Any) -> str:
        return text(thing)

    _SPOKEN[write] = getattr(kind, method)
    _CHANGED.append((kind, method, vars(kind).get(method)))
    setattr(kind, method, write)


def _subclasses(kind: type) -> Iterator[type]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _subclasses(sub)


def _is_rephrased(kind: type) -> bool:
    return kind.__name__ in _OPS or kind.__name__ in _INDICES


def node_text(node: Apply) -> str:
    """Return a node as a formula of its inputs: ``Elemwise{add,no_inplace}(x, y)``."""
    return f"{op_text(node)}({', '.join(map(variable_text, node.inputs))})"


def _graph_text(graph: FunctionGraph) -> str:
    """Return a graph as the formulas of its outputs: ``[Elemwise{add,no_inplace}(x, y)]``.

    What is used again has a number where it is first written, ``*1 -> ``, and later is ``*1``.
    """
    uses: Counter[Apply] = Counter()
    pending = list(graph.outputs)
    while pending:
        variable = pending.pop()
        if _is_computed(graph, variable):
            uses[variable.owner] += 1
            if uses[variable.owner] == 1:
                pending.extend(written(variable)[1])
    numbers: dict[Apply, int] = {}

    def formula(variable: Variable) -> str:
        if not _is_computed(graph, variable):
            return variable_text(variable)
        node = variable.owner
        if node in numbers:
            which = f"::{variable.index}" if len(node.outputs) > 1 else ""
            return f"*{numbers[node]}{which}"
        if uses[node] > 1:
            numbers[node] = len(numbers) + 1
        op, inputs = written(variable)
        text = f"{op}({', '.join(map(formula, inputs))})"
        return f"*{numbers[node]} -> {text}" if node in numbers else text

    return f"[{', '.join(map(formula, graph.outputs))}]"


def _is_computed(graph: FunctionGraph, variable: Variable) -> bool:
    return variable.owner is not None and variable not in graph.inputs


def _values(data: np.ndarray) -> str:
    """Return the values of an array, or its shape and value if that is one for all."""
    flat = data.ravel() if data.ndim else data.ravel()[:0]
    if flat.size and (flat == flat[0]).all():
        return f"{data.shape} of {flat[0]!s}"
    return str(data)


def _shortened(text: str, dots: str) -> str:
    return text if len(text) <= 20 else text[:10] + dots + text[-10:]


def _elemwise(op: Any) -> str:
    """Return the text of an elementwise Op: a function's name, the scalar Op of one that gradients made.

    One that a program made with a name has it as its text.
    """
    if getattr(op, "text", None):
        return op.text
    name = symbol(op.scalar_op)
    if name in _PLAIN_SYMBOLS:
        return name
    if op.inplace_pattern:
        return f"Elemwise{{{type(op.scalar_op).__name__}}}{sorted(op.inplace_pattern.items())}"
    if (op.name or id(op) in _functions()) and name != "identity":
        return f"Elemwise{{{name},no_inplace}}"
    own_name = getattr(op.scalar_op, "name", None)
    return f"Elemwise{{{str(op.scalar_op) if own_name is None or '{' in str(op.scalar_op) else name}}}"


@functools.cache
def _functions() -> frozenset[int]:
    """Return the identities of the elementwise functions, PyTensor's and ours, but casts and copies."""
    from pytensor.tensor import basic, math
    from pytensor.tensor.elemwise import Elemwise

    from .theano.tensor import elementwise

    values = [v for module in (math, basic, elementwise) for v in vars(module).values()]
    return frozenset(
        id(op)
        for op in (getattr(value, "plain", value) for value in values)
        if type(op) is Elemwise and type(op.scalar_op).__name__ not in ("Cast", "Identity")
    )


def _joined(axis: Any) -> str:
    return ", ".join(map(str, axis))


def _truth(op: Any) -> str:
    name = type(op).__name__
    return name if op.axis is None else f"{name}{{{_joined(op.axis)}}}"


def _reduce(op: Any) -> str:
    over = "" if op.axis is None else f"{{{_joined(op.axis)}}}"
    return f"Reduce{{{symbol(op.scalar_op)}}}{over}"


def _sum(op: Any) -> str:
    axis = "" if op.axis is None else f"axis=[{_joined(op.axis)}], "
    return f"Sum{{{axis}acc_dtype={op.acc_dtype}}}"


def _scan(op: Any) -> str:
    kind = "do_while" if op.info.as_while else "for"
    if not op.destroy_map:
        return f"{kind}{{cpu,{op.name}}}"
    info = op.info
    if sorted(op.destroy_map) == list(range(info.n_mit_mot + info.n_mit_sot + info.n_sit_sot)):
        return f"{kind}all_inplace,cpu,{op.name}}}"
    return f"{kind}{{inplace{{{''.join(f'{i},' for i in op.destroy_map)}}},cpu,{op.name}}}"


def _ifelse(op: Any) -> str:
    return f"if{{{','.join([*filter(None, [op.name]), *(['inplace'] if op.as_view else [])])}}}"


def _core(op: Any) -> str:
    """Return the text of the Op that a `Blockwise` applies to the last axes."""
    return "BatchedDot" if type(op.core_op).__name__ == "Dot" else op_name(op.core_op)


#: PyTensor's classes of Ops -> Theano's text; Ops not named here write themselves as Theano's did
_OPS: dict[str, str | Callable[[Any], str]] = {
    "AdvancedIncSubtensor": (
        "AdvancedIncSubtensor{{inplace={op.inplace},  set_instead_of_inc={op.set_instead_of_inc}}}"
    ),
    "AdvancedSubtensor": "AdvancedSubtensor",
    "All": _truth,
    "AllocDiag": "AllocDiag{{offset={op.offset}, axis1={op.axis1}, axis2={op.axis2}}}",
    "Any": _truth,
    "Argmax": "MaxAndArgmax{{axis={op.axis}}}",
    "ArgSortOp": "ArgSortOp{{{op.kind}, None}}",
    "Assert": "Assert{{msg={op.msg!r}}}",
    "Blockwise": _core,
    "CAReduce": _reduce,
    "Cholesky": "Cholesky{{lower={op.lower}, destructive=False, on_error='raise'}}",
    "CumOp": "CumOp{{{op.axis}, {op.mode}}}",
    "DimShuffle": lambda op: f"InplaceDimShuffle{{{','.join(map(str, op.new_order))}}}",
    "Dot": lambda op: "SparseDot" if ".sparse." in type(op).__module__ else "dot",
    "Eigh": lambda op: f"Eigh{{UPLO='{'L' if op.lower else 'U'}'}}",
    "Elemwise": _elemwise,
    "Expm": "Expm",
    "ExtractDiag": "ExtractDiag{{offset={op.offset}, axis1={op.axis1}, axis2={op.axis2}, view={op.view}}}",
    "IfElse": _ifelse,
    "IncSubtensor": lambda op: _incremented(op, _positions(op)),
    "LogSoftmax": "LogSoftmax",
    "Max": "MaxAndArgmax{{axis={op.axis}}}",
    "Prod": "Prod{{axis={op.axis}, dtype={op.dtype!r}, acc_dtype={op.acc_dtype!r}}}",
    "QR": "QRFull{{mode={op.mode!r}}}",
    "Repeat": "RepeatOp{{axis={op.axis}}}",
    "SVD": "SVD{{full_matrices={op.full_matrices:d}, compute_uv={op.compute_uv:d}}}",
    "Scan": _scan,
    "Softmax": "Softmax",
    "Solve": (
        "Solve{{A_structure='general', lower={op.lower}, overwrite_A={op.overwrite_a}, "
        "overwrite_b={op.overwrite_b}}}"
    ),
    "SortOp": "SortOp{{{op.kind}, None}}",
    "SparseDenseMultiply": "MulSD",
    "SparseDenseVectorMultiply": "MulSV",
    "SparseSparseMultiply": "MulSS",
    "SpecifyShape": "SpecifyShape",
    "Subtensor": lambda op: f"Subtensor{{{_positions(op)}}}",
    "Sum": _sum,
}


def _positions(op: Any, dtype_of: Callable[[int], str] = lambda position: "int64") -> str:
    """Return the indices of an Op, each as the dtype of the input that holds it: ``int64, int64::``."""

    def one(entry: Any) -> str:
        return "" if entry is None else dtype_of(entry)

    return ", ".join(
        f"{one(entry.start)}:{one(entry.stop)}:{one(entry.step)}" if isinstance(entry, slice) else one(entry)
        for entry in op.idx_list
    )


def _positions_in(node: Apply, first: int) -> str:
    """Return the same of a node, whose inputs from `first` on are the indices."""
    return _positions(node.op, lambda position: str(node.inputs[first + position].type.dtype))


def _incremented(op: Any, positions: str) -> str:
    how = ("Inplace" if op.inplace else "") + ("Set" if op.set_instead_of_inc else "Inc")
    return f"IncSubtensor{{{how};{positions}}}"


def _advanced(node: Apply) -> str:
    """Return the name Theano's Op had for these indices."""
    indices = node.inputs[-len(node.op.idx_list) :]
    if any(index.type.dtype == "bool" for index in indices):
        return "AdvancedBooleanSubtensor"
    return "AdvancedSubtensor1" if _is_one_vector(node, indices) else "AdvancedSubtensor"


def _advanced_inc(node: Apply) -> str:
    if not _is_one_vector(node, node.inputs[2:]):
        return op_name(node.op)
    how = ("inplace" if node.op.inplace else "no_inplace", "set" if node.op.set_instead_of_inc else "inc")
    return f"AdvancedIncSubtensor1{{{','.join(how)}}}"


def _is_one_vector(node: Apply, indices: list) -> bool:
    """Return whether rows are picked by one vector, for which Theano had an Op of its own."""
    return tuple(node.op.idx_list) == (0,) and len(indices) == 1 and indices[0].type.ndim == 1


def output_number(variable: Variable) -> str:
    """Return which output of its node a variable is: ``.1``; nothing where there is but one.

    Theano had one Op for the largest element and its place.
    """
    node = variable.owner
    kind = type(node.op)
    number = {"Max": 0, "Argmax": 1}.get(kind.__name__) if _is_pytensors(kind) else None
    if number is None and len(node.outputs) == 1:
        return ""
    return f".{node.outputs.index(variable) if number is None else number}"


def _extreme(node: Apply) -> str:
    """Return the text of the one Op that Theano had for the largest element and its place."""
    axis = node.op.axis
    over = tuple(range(node.inputs[0].type.ndim)) if axis is None else tuple(np.atleast_1d(axis).tolist())
    return f"MaxAndArgmax{{axis={over}}}"


_INDICES: dict[str, Callable[[Apply], str]] = {
    "AdvancedIncSubtensor": _advanced_inc,
    "AdvancedSubtensor": _advanced,
    "Argmax": _extreme,
    "Max": _extreme,
    "IncSubtensor": lambda node: _incremented(node.op, _positions_in(node, 2)),
    "Subtensor": lambda node: f"Subtensor{{{_positions_in(node, 1)}}}",
}
