"""`pfunc`: from the arguments of `theano.function` to the inputs and outputs of a graph."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pytensor.compile.io import Out as PyTensorOut
from pytensor.compile.rebuild import rebuild_collect_shared as _rebuild
from pytensor.compile.sharedvalue import SharedVariable as PyTensorShared
from pytensor.graph.basic import Constant, Variable

from ...adopt import adopt
from ..configdefaults import config
from .function_module import UnusedInputError, orig_function
from .io import In, SymbolicOutput
from .profiling import ProfileStats
from .sharedvalue import SharedVariable, shared

__all__ = ["Param", "pfunc", "rebuild_collect_shared"]


def rebuild_collect_shared(
    outputs: Any,
    inputs: Any = None,
    replace: Any = None,
    updates: Any = None,
    rebuild_strict: bool = True,
    copy_inputs_over: bool = True,
    no_default_updates: Any = False,
) -> Any:
    """Return the inputs, the outputs rebuilt with `replace`, and (clones, updates, their expressions, shared
    inputs).

    Raises
    ------
    TypeError
        If an update has another type than its shared variable.
    """
    wrapped = _map_outputs(
        outputs, lambda o: PyTensorOut(o.variable, o.borrow) if isinstance(o, SymbolicOutput) else o
    )
    variables, rebuilt, collected = _rebuild(
        wrapped,
        inputs,
        replace,
        updates,
        rebuild_strict=rebuild_strict,
        copy_inputs_over=copy_inputs_over,
        no_default_updates=no_default_updates,
    )
    rebuilt = _map_outputs(
        rebuilt,
        lambda o: SymbolicOutput(adopt(o.variable), o.borrow) if isinstance(o, PyTensorOut) else adopt(o),
    )
    return [
        variables,
        rebuilt,
        [collected[0], collected[1], adopt([list(p) for p in collected[2]]), collected[3]],
    ]


def _map_outputs(outputs: Any, change: Any) -> Any:
    if isinstance(outputs, list | tuple):
        return [change(o) for o in outputs]
    return None if outputs is None else change(outputs)


class Param(In):
    """An input with a `default`; today's `In` has the same under the name `value`."""

    def __init__(
        self,
        variable: Variable,
        default: Any = None,
        name: str | None = None,
        mutable: bool = False,
        strict: bool = False,
        allow_downcast: bool | None = None,
        implicit: bool | None = None,
        borrow: bool | None = None,
    ) -> None:
        super().__init__(
            variable,
            name=name,
            value=default,
            mutable=mutable,
            strict=strict,
            allow_downcast=allow_downcast,
            implicit=implicit,
            borrow=mutable if borrow is None else borrow,
        )


def _pairs(pairs: Any) -> list[tuple]:
    return list(pairs.items()) if isinstance(pairs, Mapping) else [tuple(p) for p in pairs or ()]


def pfunc(
    params: Any,
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: Any = False,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
    output_keys: list[str] | None = None,
) -> Any:
    """Return a compiled function; see `theano.function` for the parameters."""
    if profile is None:
        profile = config.profile or config.print_global_stats or None
    if profile is True:
        profile = ProfileStats(message=name)
    elif isinstance(profile, str):
        profile = ProfileStats(message=profile)
    profile = profile or None
    updates, givens = _pairs(updates), _pairs(givens)
    if not isinstance(params, list | tuple):
        raise Exception("in pfunc() the first argument must be a list or a tuple")
    if not isinstance(no_default_updates, bool | list):
        raise TypeError("no_default_update should be either a boolean or a list")
    inputs = [_as_input(p, allow_input_downcast) for p in params]
    variables = [i.variable for i in inputs]
    _check_inputs(inputs, variables, updates, givens)
    givens = _as_variables(givens)

    cloned, rebuilt, (_, update_of, _, shared_inputs) = rebuild_collect_shared(
        _as_outputs(outputs),
        inputs=variables,
        replace=givens,
        updates=[(s, _as_update(s, u)) for s, u in updates],
        rebuild_strict=rebuild_strict,
        copy_inputs_over=True,
        no_default_updates=no_default_updates,
    )
    update_of = {shared_variable: adopt(new) for shared_variable, new in update_of.items()}
    for given, variable in zip(inputs, cloned):
        given.variable = variable
    for shared_variable in shared_inputs:
        update = update_of.get(shared_variable)
        if update is not None:
            update = adopt(shared_variable.type.filter_variable(update))
        inputs.append(_shared_input(shared_variable, update))
    for shared_variable, update in update_of.items():
        if shared_variable not in shared_inputs:
            inputs.append(_shared_input(shared_variable, adopt(shared_variable.type.filter_variable(update))))
    return orig_function(
        inputs,
        rebuilt,
        mode,
        accept_inplace=accept_inplace,
        name=name,
        profile=profile,
        on_unused_input=on_unused_input,
        output_keys=output_keys,
    )


def _shared_input(variable: SharedVariable, update: Variable | None) -> In:
    given = In(
        variable=variable,
        value=variable.container,
        mutable=update is not None,
        borrow=True,
        shared=True,
    )
    given.update = update
    return given


def _as_update(store_into: Any, update: Any) -> Any:
    if not isinstance(update, Variable):
        return shared_value_of(store_into, update)
    return _of_type(store_into, update) if isinstance(store_into, SharedVariable) else update


def _of_type(store_into: SharedVariable, update: Variable) -> Variable:
    """Return `update` if it has the type of what it updates.

    Raises
    ------
    TypeError
        If it has another; also if it is broadcastable where the shared variable is not.
    """
    try:
        return adopt(store_into.type.filter_variable(update, allow_convert=False))
    except TypeError:
        raise TypeError(
            "An update must have the same type as the original shared variable "
            f"(shared_var={store_into}, shared_var.type={store_into.type}, update_val={update}, "
            f"update_val.type={getattr(update, 'type', None)}).",
            "If the difference is related to the broadcast pattern, you can call the tensor.unbroadcast(var, "
            "axis_to_unbroadcast[, ...]) function to remove broadcastable dimensions.",
        ) from None


def shared_value_of(store_into: Any, value: Any) -> Any:
    """Return a plain value as a constant of the type of the shared variable it updates."""
    if not hasattr(store_into, "type"):
        return value
    return store_into.type.filter_variable(value)


def _as_outputs(outputs: Any) -> Any:
    if isinstance(outputs, tuple):
        return list(outputs)
    return outputs


def _as_input(param: Any, allow_downcast: bool | None) -> In:
    """Return a parameter (a variable or an In) as an In.

    Raises
    ------
    TypeError
        If it is a constant, or neither.
    """
    if isinstance(param, Constant):
        raise TypeError("Constants not allowed in param list", param)
    if isinstance(param, Variable):
        return In(variable=param, strict=False, allow_downcast=allow_downcast)
    if isinstance(param, In):
        given = copy.copy(param)
        if given.allow_downcast is None:
            given.allow_downcast = allow_downcast
        return given
    raise TypeError(f"Unknown parameter type: {type(param)}")


def _check_inputs(inputs: list[In], variables: list[Variable], updates: list, givens: list) -> None:
    for given in inputs:
        if isinstance(given.variable, PyTensorShared):
            raise TypeError(
                f"Cannot use a shared variable ({given.variable}) as explicit input. Consider substituting a "
                "non-shared variable via the `givens` parameter"
            )
    for position, variable in enumerate(variables):
        if variable in variables[position + 1 :]:
            where = variables[position + 1 :].index(variable) + position + 1
            raise UnusedInputError(
                f"Variable {variable} is used twice in inputs to theano.function, at indices {position} and "
                f"{where}.  This would result in values provided for it being ignored. Please do not "
                "duplicate variables in the inputs list."
            )
    for old, _ in givens:
        if old in variables:
            raise RuntimeError(
                f"You are trying to replace variable '{old}' through the `givens` parameter, but this "
                "variable is an "
                "input to your function. Replacing inputs is currently forbidden because it has no effect. "
                "One way to "
                "modify an input `x` to a function evaluating f(x) is to define a new input `y` and use "
                "`theano.function([y], f(x), givens={x: g(y)})`. Another solution consists in using "
                "`theano.clone`, e.g. like this: `theano.function([x], theano.clone(f(x), replace={x: "
                "g(x)}))`."
            )
    seen: dict = {}
    for shared_variable, new in updates:
        if not isinstance(shared_variable, PyTensorShared):
            raise TypeError("update target must be a SharedVariable", shared_variable)
        if shared_variable in seen:
            raise ValueError(
                "this shared variable already has an update expression",
                (shared_variable, seen[shared_variable]),
            )
        seen[shared_variable] = new


def _as_variables(givens: list) -> list[tuple[Variable, Variable]]:
    """Return pairs of variables; a value that takes the place of one becomes a shared variable.

    Of another type it may be: what matters is whether the nodes that use it take it.
    """
    for position, (old, _) in enumerate(givens):
        if not isinstance(old, Variable):
            raise TypeError(f"givens: entry {position} replaces {old!r}, which is no variable.")
    return [(old, new if isinstance(new, Variable) else shared(new)) for old, new in givens]
