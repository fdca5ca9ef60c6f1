"""The inputs of a recurrence over time: one dtype, shapes that agree.

Everything is time-major, ``T`` steps of ``B`` sequences with ``H`` units. Inputs arrive already projected
(``z = [x, 1] @ W`` for all steps at once), so that a recurrence is one small matrix product a step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, pullback
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.replace import clone_replace
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, ShapeMismatch

FLOATS = ("float32", "float64")
_CHUNK = 1 << 16  # elements of a block of derivatives: it stays in the second-level cache
_WRITTEN_OUT = 60  # steps; PyTensor walks graphs recursively, so a long one must be a scan


class SequenceInputs(NamedTuple):
    """The symbolic inputs of a recurrence in their common dtype, and what is known of ``T``, ``B``, ``H``."""

    z: TensorVariable
    U: TensorVariable
    states: tuple[TensorVariable, ...]
    steps: int | None
    batch: int | None
    units: int | None


def sequence_inputs(name: str, z, U, states: dict, *, gates: int, bias_rows: int = 0) -> SequenceInputs:
    """Return the inputs of the recurrence `name`, cast to their common float dtype.

    Parameters
    ----------
    z : (T, B, gates * H)
        Projected inputs.
    U : (H + bias_rows, gates * H)
        Recurrent weights.
    states : {name: (B, H)}
        First states, such as ``{"h0": h0}``.

    Raises
    ------
    ShapeMismatch
        When the static shapes contradict each other.
    InvalidType
        When an input is complex.
    """
    named = {"z": pt.as_tensor_variable(z), "U": pt.as_tensor_variable(U)}
    named.update((key, pt.as_tensor_variable(value)) for key, value in states.items())
    dtype = np.result_type(*(variable.dtype for variable in named.values()))
    if dtype.name not in FLOATS:
        if dtype.kind == "c":
            raise InvalidType(f"{name}: got {dtype.name} inputs, expected float32 or float64.")
        dtype = np.dtype("float32" if dtype.kind == "f" and dtype.itemsize < 4 else "float64")
    named = {key: v if v.dtype == dtype.name else v.astype(dtype.name) for key, v in named.items()}

    for key, variable in named.items():
        expected = 3 if key == "z" else 2
        if variable.ndim != expected:
            axes = {"z": "time, batch, gates * units", "U": "units, gates * units"}.get(key, "batch, units")
            raise ShapeMismatch(
                f"{name}: {key} has {variable.ndim} axes, expected {expected} ({axes}). "
                f"Its static shape is {variable.type.shape}."
            )

    steps, batch, width = named["z"].type.shape
    rows, columns = named["U"].type.shape
    sizes = {"z": _divided(name, "z", width, gates), "U": _divided(name, "U", columns, gates)}
    sizes["U's rows"] = None if rows is None else rows - bias_rows
    batches = {"z": batch}
    for key in states:
        batches[key], sizes[key] = named[key].type.shape
    units = _agreed(name, "number of units", sizes)
    batch = _agreed(name, "batch size", batches)
    return SequenceInputs(named["z"], named["U"], tuple(named[k] for k in states), steps, batch, units)


def check_arrays(name: str, z, U, states: dict, *, gates: int, bias_rows: int = 0) -> tuple[int, int, int]:
    """Return ``T, B, H`` of the arrays of a recurrence, or raise ``ShapeMismatch``."""
    steps, batch, width = z.shape
    units = width // gates
    if U.shape == (units + bias_rows, width) and width == units * gates:
        for state in states.values():
            if state.shape != (batch, units):
                break
        else:
            return steps, batch, units
    got = ", ".join(f"{key} {value.shape}" for key, value in {"z": z, "U": U, **states}.items())
    hint = f"(T, B, {gates}*H), U (H{'+1' if bias_rows else ''}, {gates}*H), states (B, H)"
    raise ShapeMismatch(f"{name}: got z, U and states of shapes {got}; expected z {hint}.")


def lanes(z, gates: int):
    """Return the view (T, gates, B, H) of an array (T, B, gates * H)."""
    steps, batch, width = z.shape
    return z.reshape(steps, batch, gates, width // gates).transpose(0, 2, 1, 3)


def backward_chunks(steps: int, elements: int) -> list[slice]:
    """Return slices of the time axis, last first, whose blocks of `elements` a step stay in the cache."""
    chunk = max(1, _CHUNK // max(1, elements))
    return [slice(max(0, end - chunk), end) for end in range(steps, 0, -chunk)]


def transposed(U, rows: int):
    """Return ``U.T``, as a copy when `rows` products with it pay for that (BLAS is then faster)."""
    return np.ascontiguousarray(U.T) if rows > 64 else U.T


def weight_gradient(h, h0, dz):
    """Return ``sum over t of h[t-1].T @ dz[t]`` as one matrix product over all steps, (H, gates * H).

    The first step, whose state before is `h0`, is a term of its own: nothing is copied, and the
    term vanishes from the graph when `h0` is zero.
    """
    units, width = h.shape[2], dz.shape[2]
    first = dz[0] if (h.type.shape[0] or 0) > 0 else dz[:1].sum(axis=0)
    later = pt.dot(h[:-1].reshape((-1, units)).T, dz[1:].reshape((-1, width)))
    return later + pt.dot(h0.T, first)


def _divided(name, key, width, gates):
    if width is None:
        return None
    if width % gates:
        raise ShapeMismatch(f"{name}: the last axis of {key} is {width}, expected a multiple of {gates}.")
    return width // gates


def _agreed(name, what, sizes):
    known = {key: size for key, size in sizes.items() if size is not None}
    if len(set(known.values())) > 1:
        got = ", ".join(f"{size} from {key}" for key, size in known.items())
        raise ShapeMismatch(f"{name}: the {what} must be one number; got {got}.")
    return next(iter(known.values()), None)


def same_dtype(*variables):
    """Return `variables` in the dtype of the first."""
    variables = [pt.as_tensor_variable(variable) for variable in variables]
    dtype = variables[0].dtype
    return [v if v.dtype == dtype else v.astype(dtype) for v in variables]


def reversed_steps(step, sequences, states, constants):
    """Return what ``step(*sequences[t], *states, *constants)`` gives, run from the last step to the first.

    `step` returns the states and then further outputs; each comes back with the first step first. A short
    sequence of known length is written out, any other is a scan.
    """
    length = sequences[0].type.shape[0]
    if length is not None and 0 < length <= _WRITTEN_OUT:
        columns = []
        for t in range(length - 1, -1, -1):
            results = step(*(s[t] for s in sequences), *states, *constants)
            states = results[: len(states)]
            columns.insert(0, results)
        return [pt.stack(column) for column in zip(*columns)]
    sample = step(*(s[0] for s in sequences), *states, *constants)
    first = [*states, *[None] * (len(sample) - len(states))]
    outputs = pytensor.scan(
        step, sequences, first, constants, go_backwards=True, return_updates=False, strict=True
    )
    return [output[::-1] for output in outputs]


def pullback_of_graph(graph, inputs, cotangents):
    """Return the gradients of ``graph(*inputs)`` along `cotangents` with respect to `inputs`.

    Inputs that depend on each other count as independent here: the caller's own chain rule joins them.
    """
    free = [variable.type() for variable in inputs]
    pairs = [
        (output, cotangent)
        for output, cotangent in zip(graph(*free), cotangents)
        if not isinstance(cotangent.type, DisconnectedType)
    ]
    outputs, cotangents = [list(column) for column in zip(*pairs)] or [[], []]
    gradients = pullback(
        outputs, free, cotangents, disconnected_inputs="ignore", return_disconnected="disconnected"
    )
    known = [k for k, gradient in enumerate(gradients) if not isinstance(gradient.type, DisconnectedType)]
    replaced = clone_replace([gradients[k] for k in known], dict(zip(free, inputs)), rebuild_strict=False)
    connected = dict(zip(known, replaced))
    return [connected.get(k, variable.zeros_like()) for k, variable in enumerate(inputs)]


def numpy_seconds(op: Op, node: Apply) -> float:
    """Return about how long the NumPy kernel of a whole layer takes: its loop over steps decides.

    The engine asks for it when it weighs native code; 12 us a step is what an LSTM of batch 1 takes.
    """
    steps = node.outputs[0].type.shape[0]
    return 12e-6 * (16 if steps is None else steps)
