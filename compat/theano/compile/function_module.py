"""Making a function: `orig_function`, and Theano's place for `Function`, its maker and their pickles."""

from __future__ import annotations

import time
from typing import Any

from pytensor.graph.basic import Variable

from ...belonging import belong_to
from ..configdefaults import config
from . import callables, makers, old_inputs, unused_inputs
from .callables import Function
from .containers import DUPLICATE as DUPLICATE
from .makers import FunctionMaker
from .mode import get_mode
from .old_inputs import convert_function_input
from .profiling import profiled_maker
from .unused_inputs import UnusedInputError

__all__ = [
    "AliasedMemoryError",
    "Function",
    "FunctionMaker",
    "Supervisor",
    "UnusedInputError",
    "alias_root",
    "convert_function_input",
    "orig_function",
    "register_checker",
    "view_tree_set",
]


belong_to(__name__, callables, makers, old_inputs, unused_inputs)


class AliasedMemoryError(Exception):
    """Raised when two inputs share memory and one of them may be changed."""

    def __init__(self, a: Any, b: Any) -> None:
        super().__init__()
        self.a, self.b = a, b


class Supervisor:
    """Watches that no rewrite overwrites protected inputs; here the engine copies what an Op would
    destroy.
    """

    def __init__(self, protected: Any) -> None:
        self.protected = list(protected)

    def validate(self, fgraph: Any) -> bool:
        return True


def view_tree_set(v: Variable, treeset: set) -> None:
    """Add to `treeset` all variables that are views of `v`."""
    treeset.add(v)


def alias_root(v: Variable) -> Variable:
    """Return the variable whose memory `v` is a view of."""
    while v.owner is not None:
        views = getattr(v.owner.op, "view_map", {})
        if v.index not in views:
            break
        v = v.owner.inputs[views[v.index][0]]
    return v


def _unpickled(maker: FunctionMaker, containers: list, name: str | None, trust_input: bool) -> Function:
    """Return a function of the same containers, so that functions pickled together go on sharing them."""
    made = maker.create(containers, name=name)
    made.trust_input = trust_input
    return made


def _constructor_FunctionMaker(kwargs: dict) -> FunctionMaker:
    """Return the maker of a function as versions before 1.0 pickled it."""
    maker = FunctionMaker.__new__(FunctionMaker)
    maker.__setstate__(kwargs)
    return maker


def _constructor_Function(
    maker: FunctionMaker, input_storage: list, inputs_data: list, trust_input: bool = False
) -> Function | None:
    """Return a function that Theano pickled, on the containers that were pickled with it; None if
    `config.unpickle_function` is off.
    """
    if not config.unpickle_function:
        return None
    return _unpickled(maker, input_storage, getattr(maker.fgraph, "name", None), trust_input)


_checkers: list = []


def register_checker(checker: Any) -> None:
    """Register a function that may refuse graphs: ``checker(fgraph)``."""
    _checkers.append(checker)


def orig_function(
    inputs: Any,
    outputs: Any,
    mode: Any = None,
    accept_inplace: bool = False,
    name: str | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
    output_keys: list[str] | None = None,
) -> Function:
    """Return a function of inputs given as In, or in the old ways `convert_function_input` knows."""
    mode = get_mode(mode)
    inputs = [convert_function_input(i) for i in inputs]
    if outputs is not None:
        wrap = FunctionMaker.wrap_out
        outputs = [wrap(o) for o in outputs] if isinstance(outputs, list | tuple) else wrap(outputs)
    maker_class = getattr(mode, "function_maker", FunctionMaker)
    if maker_class is FunctionMaker and hasattr(profile, "note_node"):
        maker_class = profiled_maker(profile)
    started = time.perf_counter()
    maker = maker_class(
        inputs,
        outputs,
        mode,
        accept_inplace=accept_inplace,
        profile=profile,
        on_unused_input=on_unused_input,
        output_keys=output_keys,
    )
    rewritten = time.perf_counter()
    made = maker.create(name=name)
    if profile is not None:
        profile.optimizer_time += rewritten - started
        profile.linker_time += time.perf_counter() - rewritten
        profile.compile_time += time.perf_counter() - started
        profile.nb_nodes = len(maker.fgraph.apply_nodes)
    return made
