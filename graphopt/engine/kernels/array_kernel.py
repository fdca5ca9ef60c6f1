"""A lowered step with the loop around it: no Python between updates, one workspace for all temporaries."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphopt.engine.graphs import FlatGraph
from graphopt.engine.kernels import lower_arithmetic, lower_views  # noqa: F401  (they say how operations are lowered)
from graphopt.engine.kernels.blocks import Block, Buffer, Value, contiguous
from graphopt.engine.kernels.loops import Lowering
from graphopt.engine.kernels.lowering import lower_graph
from graphopt.engine.kernels.scalar_text import CASTS
from graphopt.engine.kernels.step_kernel import StepKernel, kinds_of

ALIGNMENT = 16  # elements: a cache line or two, so that blocks start where vectors like it


def array_kernel(flat: FlatGraph, shapes: Sequence[tuple[int, ...]], batch_size: int | None) -> StepKernel:
    """Return the kernel of `flat` when its inputs and shared variables have the given `shapes`.

    Raises
    ------
    CompileError
        If an operation has no kernel form.
    """
    input_kinds, state_kinds = kinds_of(flat)
    kinds, n_in, n_out = input_kinds + state_kinds, len(flat.inputs), flat.n_outputs
    lowering = Lowering()
    inputs: list[Value] = []
    for i, (variable, shape, kind) in enumerate(zip(flat.fgraph.inputs, shapes, kinds)):
        inputs.append(_input(lowering, variable.type.dtype, tuple(shape), kind, i, i < n_in, batch_size))
    outputs = lower_graph(flat.fgraph, inputs, lowering)
    output_kinds = [CASTS[v.dtype] for v in outputs[:n_out]]
    for i, value in enumerate(outputs[:n_out]):
        size = _size(value.shape)
        buffer = Buffer(output_kinds[i], size, f"y{i}")
        lowering.store(contiguous(buffer, value.dtype, value.shape, base=f"n * {size}"), value)
    places = {shared: n_in + i for i, shared in enumerate(flat.shared)}
    targets = [inputs[places[s]] for s in flat.updated]
    _store_states(lowering, targets, outputs[n_out:])
    source, workspace = _text(lowering, kinds, output_kinds)
    return StepKernel(
        source=source,
        statements=len(lowering.calls),
        input_kinds=tuple(input_kinds),
        state_kinds=tuple(state_kinds),
        output_kinds=tuple(output_kinds),
        output_shapes=tuple(v.shape for v in outputs[:n_out]),
        output_dtypes=tuple(v.type.dtype for v in flat.fgraph.outputs[:n_out]),
        batch_size=batch_size,
        form="array",
        constants=tuple(lowering.constants),
        workspace=workspace,
        stops=True,
    )


def _input(
    lowering: Lowering, dtype: str, shape, kind: str, number: int, is_data: bool, batch_size: int | None
) -> Block:
    """Return the block of an input or shared variable during one step."""
    buffer = Buffer(kind, _size(shape), f"d{number}")
    if not is_data:
        return contiguous(buffer, dtype, shape)
    if batch_size is None:
        return contiguous(buffer, dtype, shape, base=f"order[k] * {_size(shape)}")
    target = lowering.new(dtype, shape)
    suffix = lowering.include(GATHER.replace("KIND", kind))
    rows = f"order[k * {batch_size}:], d{number}, {target.pointer}"
    text = f"gather{suffix}({rows}, {batch_size}, {_size(shape[1:])})"
    lowering.call(text, target)
    return target


GATHER = """def gather(order: i64p, data: KINDp, out: KINDp, rows: i64, size: i64) -> None:
    for i in range(rows):
        start = order[i] * size
        for j in range(size):
            out[i * size + j] = data[start + j]
"""


def _store_states(lowering: Lowering, targets: Sequence[Block], values: Sequence[Value]) -> None:
    """Write the new states, each computed from the old ones."""
    written = {target.buffer for target in targets}
    ready = []
    for target, value in zip(targets, values):
        others = [leaf for leaf in value.leaves() if leaf.buffer in written and leaf != target]
        ready.append(_copied(lowering, value) if others else value)
    for target, value in zip(targets, ready):
        if value != target:
            lowering.store(target, value)


def _copied(lowering: Lowering, value: Value) -> Value:
    target = lowering.new(value.dtype, value.shape)
    lowering.store(target, value)
    return target


def _text(
    lowering: Lowering, kinds: Sequence[str], output_kinds: Sequence[str]
) -> tuple[str, dict[str, int]]:
    """Return the kernel's source and the size of its workspace of each kind."""
    offsets, sizes = _layout(lowering.uses)

    def placed(match: re.Match) -> str:
        buffer = offsets[int(match[1])]
        start = buffer[1] if match[2] == "0" else f"{buffer[1]} + {match[2]}"
        return f"w_{buffer[0]}[{start}:]"

    calls = [re.sub(r"@(\d+)@\[([^\]]*?):\]", placed, call) for call in lowering.calls]
    parameters = ["count: i64", "epochs: i64", "order: i64p"]
    parameters += [f"d{i}: {k}p" for i, k in enumerate(kinds)]
    parameters += [f"y{i}: {k}p" for i, k in enumerate(output_kinds)]
    parameters += [f"c{i}: {CASTS[c.dtype.name]}p" for i, c in enumerate(lowering.constants)]
    parameters += [f"w_{kind}: {kind}p" for kind in sizes]
    parameters.append("progress: i64p")
    lines = [f"def run({', '.join(parameters)}) -> i64:", "    n = 0"]
    lines += ["    for epoch in range(epochs):", "        for k in range(count):"]
    lines += ["            " + line for call in calls for line in call.split("\n")]
    lines += ["            n = n + 1", "    return 0", ""]
    return "\n".join([*lowering.sources.values(), *lowering.functions, "\n".join(lines)]), sizes


def _layout(uses: Sequence[tuple[int, Buffer]]) -> tuple[dict[int, tuple[str, int]], dict[str, int]]:
    """Return where each temporary lies, ``{number: (kind, offset)}``, and the workspace sizes.

    Two temporaries share memory when one is last used before the other is first written.
    """
    spans: dict[Buffer, list[int]] = {}
    for moment, buffer in uses:
        if buffer.name is None:
            spans.setdefault(buffer, [moment, moment])[1] = moment
    offsets: dict[int, tuple[str, int]] = {}
    sizes: dict[str, int] = {}
    placed: list[tuple[int, int, int, str]] = []  # start, end, last use, kind
    for buffer, (first, last) in sorted(spans.items(), key=lambda item: item[1][0]):
        size = -(-buffer.size // ALIGNMENT) * ALIGNMENT
        busy = sorted((s, e) for s, e, until, kind in placed if kind == buffer.kind and until >= first)
        start = 0
        for s, e in busy:
            if s - start >= size:
                break
            start = max(start, e)
        placed.append((start, start + size, last, buffer.kind))
        offsets[buffer.number] = (buffer.kind, start)
        sizes[buffer.kind] = max(sizes.get(buffer.kind, 0), start + size)
    return offsets, sizes


def _size(shape: Sequence[int]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size
