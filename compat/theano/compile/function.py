"""`theano.function`."""

from __future__ import annotations

import os
import pickle
import sys
from typing import Any

from .function_module import orig_function
from .pfunc import pfunc

__all__ = ["function", "function_dump"]

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def function(
    inputs: Any,
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
) -> Any:
    """Return a callable that computes `outputs` from values of `inputs`.

    Parameters
    ----------
    inputs : list of variables or In
    outputs : variable, Out, list or dict of them, optional
        A dict gives a dict back; None makes the function return None.
    mode : str or Mode, optional
    updates : pairs or dict, optional
        ``(shared variable, expression of its new value)``, all computed from the old values.
    givens : pairs or dict, optional
        ``(variable, what stands in for it in this function)``.
    no_default_updates : bool or list
        For which shared variables their `default_update` is not applied.
    accept_inplace : bool
        Kept for old programs.
    name : str, optional
    rebuild_strict : bool
        Whether `givens` must have exactly the type of what they replace.
    allow_input_downcast : bool, optional
        Whether arguments may lose precision; None allows it for Python floats into floatX.
    profile : bool, str or ProfileStats, optional
    on_unused_input : {"raise", "warn", "ignore"}, optional

    Raises
    ------
    Exception
        If `inputs` is no list.
    TypeError, UnusedInputError
        If the arguments do not fit together.
    """
    keys = None
    if isinstance(outputs, dict):
        assert all(isinstance(key, str) for key in outputs)
        keys = sorted(outputs)
        outputs = [outputs[key] for key in keys]
    if name is None:
        name = _caller()
    if not isinstance(inputs, list | tuple):
        raise Exception(
            "Input variables of a Theano function should be contained in a list, even when there is a "
            "single input."
        )
    if any(isinstance(i, list | tuple) for i in inputs):
        if profile:
            raise NotImplementedError("profiling not supported in old-style function")
        if updates or givens:
            raise NotImplementedError(
                "In() instances and tuple inputs trigger the old semantics, which disallow using updates "
                "and givens"
            )
        return orig_function(
            inputs, outputs, mode=mode, accept_inplace=accept_inplace, name=name, output_keys=keys
        )
    return pfunc(
        params=inputs,
        outputs=outputs,
        mode=mode,
        updates=updates,
        givens=givens,
        no_default_updates=no_default_updates,
        accept_inplace=accept_inplace,
        name=name,
        rebuild_strict=rebuild_strict,
        allow_input_downcast=allow_input_downcast,
        on_unused_input=on_unused_input,
        profile=profile,
        output_keys=keys,
    )


def _caller() -> str:
    """Return ``file:line`` of the nearest frame outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def function_dump(
    filename: str,
    inputs: Any,
    outputs: Any = None,
    *args: Any,
    extra_tag_to_remove: Any = None,
    **kwargs: Any,
) -> None:
    """Write the arguments of a call of `function` to a pickle, to look at a problem elsewhere."""
    names = [
        "mode",
        "updates",
        "givens",
        "no_default_updates",
        "accept_inplace",
        "name",
        "rebuild_strict",
        "allow_input_downcast",
        "profile",
        "on_unused_input",
    ]
    given = {**dict(zip(names, args)), **kwargs, "inputs": inputs, "outputs": outputs}
    with open(filename, "wb") as file:
        pickle.dump(given, file, protocol=pickle.HIGHEST_PROTOCOL)
