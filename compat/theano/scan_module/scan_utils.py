"""What `scan` is built with: copies of graphs, comparisons of graphs, the parts of a loop."""

from __future__ import annotations

import contextlib
import copy
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.builders import infer_shape
from pytensor.graph.basic import Constant, Variable, equal_computations
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import graph_inputs
from pytensor.scalar.basic import ScalarVariable, get_scalar_type
from pytensor.scan import utils as pts
from pytensor.scan.op import Scan, ScanInfo
from pytensor.scan.utils import Validator

from ...adopt import adopt
from ...belonging import belong_to
from ..configdefaults import config
from ..gof.debug_values import get_test_value
from . import mapping
from .mapping import as_written as as_written
from .mapping import map_variables
from .mapping import new_loop as new_loop

__all__ = [
    "DEPRECATED_ARG",
    "Validator",
    "clone",
    "equal_computations",
    "expand_empty",
    "forced_replace",
    "get_updates_and_outputs",
    "hash_listsDictsTuples",
    "infer_shape",
    "isNaN_or_Inf_or_None",
    "map_variables",
    "reconstruct_graph",
    "safe_new",
    "scan_args",
    "scan_can_remove_outs",
    "to_list",
    "traverse",
    "until",
]

belong_to(__name__, mapping)

DEPRECATED_ARG = object()


class until:
    """The condition under which a loop stops after the present step; returned last by the step.

    Parameters
    ----------
    condition : scalar
    """

    def __init__(self, condition: Any) -> None:
        from ..tensor.basic import as_tensor_variable

        self.condition = as_tensor_variable(condition)
        assert self.condition.ndim == 0


def to_list(ls: Any) -> list:
    """Return `ls` as a list: a list or tuple with its elements, anything else in a list of its own."""
    return list(ls) if isinstance(ls, list | tuple) else [ls]


def safe_new(x: Any, tag: str = "", dtype: str | None = None) -> Variable:
    """Return a new variable of the type of `x` (of `dtype`, if given), called like it with `tag` behind."""
    from ..tensor.basic import as_tensor_variable

    name = getattr(x, "name", None)
    name = None if name is None else name + tag
    if isinstance(x, Constant):
        if dtype and x.dtype != dtype:
            new = x.__class__(x.astype(dtype).type, x.data, x.name)
            new.tag = copy.copy(x.tag)
            return new
        return x.clone()
    if isinstance(x, ScalarVariable):
        new = get_scalar_type(dtype=dtype)() if dtype else x.type()
    else:
        with contextlib.suppress(TypeError):  # a state of a generator, for one, is none
            x = as_tensor_variable(x)
        if dtype and x.dtype != dtype:
            x = x.astype(dtype)
        new = adopt(x.type())
    new.name = name
    if config.compute_test_value != "off":
        with contextlib.suppress(AttributeError):  # `x` has none
            new.tag.test_value = copy.deepcopy(new.type.filter(get_test_value(x)))
    return new


def expand_empty(tensor_var: Variable, size: Any) -> Variable:
    """Return `tensor_var` with room for `size` more rows."""
    if not isinstance(size, Variable) and size == 0:
        return tensor_var
    length, *others = (tensor_var.shape[i] for i in range(tensor_var.ndim))
    room = pt.basic.AllocEmpty(tensor_var.dtype)(size + length, *others)
    rows = pt.set_subtensor(room[:length], tensor_var)
    rows.tag.nan_guard_mode_check = False
    return adopt(rows)


def isNaN_or_Inf_or_None(x: Any) -> bool:
    """Return whether `x`, a number or a constant, is None, NaN, an infinity or a string."""
    if x is None or isinstance(x, str):
        return True
    if isinstance(x, Constant) and isinstance(x.data, str):
        return True
    try:
        number = x if not isinstance(x, Variable) else pt.get_scalar_constant_value(x)
        return bool(np.isnan(number) or np.isinf(number))
    except Exception:  # not known yet, or not a number
        return False


def clone(
    output: Any,
    replace: Mapping | Sequence | None = None,
    strict: bool = True,
    share_inputs: bool = True,
    copy_inputs: Any = DEPRECATED_ARG,
) -> Any:
    """Return a copy of a graph with some variables replaced.

    Parameters
    ----------
    output : variable or list of variables
    replace : dict or list of pairs, optional
        ``{variable: what takes its place}``.
    strict : bool
        Whether what takes a place must have its type.
    share_inputs : bool
        Whether the copy has the same inputs. If not they are copied too; copied shared variables keep their
        storage.
    copy_inputs : bool
        The old name of `share_inputs`.

    Raises
    ------
    ValueError
        If `replace` is neither dict, list, tuple nor None.
    """
    if copy_inputs is not DEPRECATED_ARG:
        warnings.warn(
            "In `clone()` function, the argument `copy_inputs` has been deprecated and renamed into "
            "`share_inputs`",
            stacklevel=2,
        )
        assert share_inputs
        share_inputs = copy_inputs
    if isinstance(replace, Mapping):
        replace = list(replace.items())
    elif not isinstance(replace, list | tuple | None):
        raise ValueError(
            f"replace is neither a dictionary, list, tuple or None ! The value provided is {replace},"
            f"of type {type(replace)}"
        )
    pairs = dict(replace or ())
    return adopt(clone_replace(output, pairs, rebuild_strict=strict, copy_inputs_over=share_inputs))


def reconstruct_graph(inputs: Sequence[Variable], outputs: Sequence[Variable], tag: str | None = None):
    """Return new variables for `inputs`, and `outputs` as expressions of them."""
    new_inputs = [safe_new(x, tag or "") for x in inputs]
    replace = dict(zip(inputs, new_inputs))
    for variable in graph_inputs(outputs):
        if isinstance(variable, Constant):
            replace[variable] = variable.clone()
    return new_inputs, clone(list(outputs), replace=replace)


def forced_replace(out: Variable | None, x: Variable, y: Variable) -> Variable | None:
    """Return `out` with each variable in it that computes what `x` does replaced by `y`."""
    if out is None:
        return None
    visited: set[Variable] = set()
    found: dict[Variable, Variable] = {}
    pending = [out]
    while pending:
        variable = pending.pop()
        if variable in visited:
            continue
        visited.add(variable)
        if equal_computations([variable], [x]):
            found[variable] = y
        elif variable.owner is not None:
            pending += variable.owner.inputs
    return clone(out, replace=found) if found else out


def traverse(out: Variable, x: Variable, x_copy: Variable, d: dict, visited: set | None = None) -> dict:
    """Return `d`, with ``{x: x_copy}`` where `out` depends on `x`."""
    if x in set(graph_inputs([out])) or out is x:
        d[x] = x_copy
    return d


def hash_listsDictsTuples(x: Any) -> int:
    """Return a hash of dicts, lists and tuples that does not depend on the order of their elements."""
    parts: Iterable[Any]
    if isinstance(x, dict):
        parts = [part for item in x.items() for part in item]
    elif isinstance(x, list | tuple):
        parts = x
    else:
        return hash(x)
    value = 0
    for part in parts:
        value ^= hash_listsDictsTuples(part)
    return value


def get_updates_and_outputs(ls: Any) -> tuple[Variable | None, list, OrderedDict]:
    """Return the condition, the outputs and the updates that a step has returned.

    Raises
    ------
    ValueError
        If it is something else, or in another order.
    """
    if not _is_allowed(ls):
        raise ValueError(
            "The return value of your scan lambda expression may only be made of lists, tuples, or "
            "dictionaries containing Theano variables (or `theano.scan_module.until` objects for "
            "conditions). In particular if you need to use constant values, you can use `tensor.constant` "
            "to turn them into Theano variables."
        )
    if _is_outputs(ls):
        return None, to_list(ls), OrderedDict()
    if _is_updates(ls):
        return None, [], OrderedDict(ls)
    parts = list(ls) if isinstance(ls, list | tuple) else []
    if len(parts) == 2:
        first, second = parts
        if _is_outputs(first) and _is_updates(second):
            return None, to_list(first), OrderedDict(second)
        if _is_outputs(first) and isinstance(second, until):
            return second.condition, to_list(first), OrderedDict()
        if _is_updates(first) and isinstance(second, until):
            return second.condition, [], OrderedDict(first)
        if _is_updates(first) and _is_outputs(second):
            raise ValueError(
                "The return value of the lambda function has been restricted. you have to always return "
                "first the outputs (if any), afterwards the updates (if any) and at the end the conclusion"
            )
    if len(parts) == 3:
        outputs, updates, stop = parts
        if _is_outputs(outputs) and _is_updates(updates) and isinstance(stop, until):
            return stop.condition, to_list(outputs), OrderedDict(updates)
    raise ValueError(f"Scan cannot parse the return value of your lambda expression, which is: {ls}")


def _is_outputs(part: Any) -> bool:
    return isinstance(part, Variable) or (
        isinstance(part, list | tuple) and all(isinstance(x, Variable) for x in part)
    )


def _is_updates(part: Any) -> bool:
    if isinstance(part, dict):
        if not isinstance(part, OrderedDict) and len(part) > 1:
            warnings.warn(
                f"Expected OrderedDict or OrderedUpdates, got {type(part)}. This can make your script "
                "non-deterministic.",
                stacklevel=4,
            )
        return True
    return isinstance(part, list | tuple) and all(isinstance(x, list | tuple) and len(x) == 2 for x in part)


def _is_allowed(part: Any) -> bool:
    if isinstance(part, dict):
        part = list(part.items())
    if isinstance(part, list | tuple):
        return all(map(_is_allowed, part))
    return isinstance(part, Variable | until)


class scan_args(pts.ScanArgs):
    """The inputs and outputs of a `Scan` by kind, outer and inner, to be changed and put together again.

    Parameters
    ----------
    outer_inputs, outer_outputs : list of variables
        Of the node.
    _inner_inputs, _inner_outputs : list of variables
        Of the graph of a step.
    info : ScanInfo or dict
        What kinds they are of.
    """

    def __init__(self, outer_inputs, outer_outputs, _inner_inputs, _inner_outputs, info) -> None:
        if isinstance(info, Mapping):
            info = scan_info(info, len(_inner_inputs))
        super().__init__(outer_inputs, outer_outputs, _inner_inputs, _inner_outputs, info)


def scan_info(info: Mapping, n_inner_inputs: int) -> ScanInfo:
    """Return Theano's dict about a `Scan` as PyTensor's record."""
    n_mot, n_sot = info["n_mit_mot"], info["n_mit_sot"]
    taps = [tuple(t) for t in info["tap_array"]]
    read = info["n_seqs"] + sum(map(len, taps)) + info["n_shared_outs"]
    return ScanInfo(
        n_seqs=info["n_seqs"],
        mit_mot_in_slices=tuple(taps[:n_mot]),
        mit_mot_out_slices=tuple(map(tuple, info["mit_mot_out_slices"])),
        mit_sot_in_slices=tuple(taps[n_mot : n_mot + n_sot]),
        sit_sot_in_slices=tuple(taps[n_mot + n_sot :]),
        n_nit_sot=info["n_nit_sot"],
        n_untraced_sit_sot=info["n_shared_outs"],
        n_non_seqs=n_inner_inputs - read,
        as_while=bool(info.get("as_while", False)),
    )


def scan_can_remove_outs(op: Scan, out_idxs: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return which of the outputs `out_idxs` of a loop other outputs need, and which can go."""
    info, inputs, outputs = op.info, op.inner_inputs, op.inner_outputs
    grouped = iter(inputs[info.n_seqs :])
    read = [[next(grouped) for _ in taps] for taps in info.tap_array]
    read += [[] for _ in range(info.n_nit_sot)]
    read += [[next(grouped)] for _ in range(info.n_untraced_sit_sot)]
    needed = set(graph_inputs([o for i, o in enumerate(outputs) if i not in out_idxs]))
    required: list[int] = []
    while True:
        more = [i for i in out_idxs if i not in required and needed.intersection(read[i])]
        if not more:
            return [i for i in out_idxs if i in required], [i for i in out_idxs if i not in required]
        required += more
        needed.update(graph_inputs([outputs[i] for i in more]))
