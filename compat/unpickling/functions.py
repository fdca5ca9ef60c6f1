"""Compiled functions: compiled again from the graph they were made of."""

from __future__ import annotations

from typing import Any

from .modules import theano_module
from .records import Mapping, Record
from .table import builds
from .translator import Task, Translator, attributes_of

__all__: list[str] = []


@builds("theano.compile.function_module._constructor_Function")
def function(load: Translator, record: Record) -> Task:
    """A function, or None if ``config.unpickle_function`` is off."""
    if not theano_module("configdefaults").config.unpickle_function:
        return None
    maker, _, stored, *trusted = record.args
    parts = yield from _parts(maker)
    inputs, updates = [], []
    for given, value in zip(parts["inputs"], stored):
        if not given["shared"]:
            inputs.append(_input(given, (yield value)))
        elif given["update"] is not None:
            updates.append((given["variable"], given["update"]))
    made = theano_module("compile.function").function(
        inputs,
        parts["outputs"],
        updates=updates,
        no_default_updates=True,
        accept_inplace=True,
        name=parts["name"],
        on_unused_input="ignore",
    )
    made.name = parts["name"]
    made.trust_input = bool(trusted and trusted[0])
    return made


def _parts(maker: Record) -> Task:
    """Return inputs (dicts), outputs and name of a FunctionMaker."""
    state = maker.args[0] if isinstance(maker.args[0] if maker.args else None, Mapping) else maker.state
    inputs = []
    for given in state.get("inputs"):
        inputs.append((yield from _attributes(given)))
    outputs = yield from _outputs(state)
    return {"inputs": inputs, "outputs": outputs, "name": (yield state.get("name"))}


def _attributes(given: Record) -> Task:
    """Return the attributes of an input of the function, a `theano.compile.io.In`."""
    names = ("variable", "name", "update", "mutable", "strict", "allow_downcast", "borrow", "shared")
    values = yield from attributes_of(given, *names)
    found = dict(zip(names, values))
    default = given.attribute("value")
    found["has_default"] = default is not None and not found["shared"]
    if found["has_default"] and found["update"] is None:
        found["default"] = yield default
    return found


def _input(given: dict[str, Any], stored: Any) -> Any:
    """Return the input again; one with an update goes on from what was stored."""
    keep = {name: given[name] for name in ("name", "update", "mutable", "strict", "allow_downcast", "borrow")}
    value = given.get("default", stored) if given["has_default"] else None
    return theano_module("compile.io").In(given["variable"], value=value, **keep)


def _outputs(state: Any) -> Task:
    """Return the outputs as they were given: one, a list, or a dict."""
    found = state.get("outputs")
    single = isinstance(found, Record) or state.get("unpack_single")
    out = theano_module("compile.io").Out
    made = []
    for output in [found] if isinstance(found, Record) else found or []:
        variable, borrow = yield from attributes_of(output, "variable", "borrow")
        made.append(out(variable, borrow=bool(borrow)))
    keys = yield state.get("output_keys")
    if keys is not None:
        return dict(zip(keys, made))
    if state.get("return_none") or found is None:
        return None
    return made[0] if single else made
