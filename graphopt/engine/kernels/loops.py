"""The text of a kernel as it grows: memory, calls, and a loop for each expression or reduction."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Variable

from graphopt.engine.kernels.blocks import Block, Buffer, Literal, Statements, Value, broadcast, contiguous
from graphopt.engine.kernels.scalar_text import CASTS
from graphopt.errors import CompileError

MOST_CALLS = 2000


class Lowering:
    """The calls and loops written so far, and the buffers they use."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        self.calls: list[str] = []
        self.uses: list[tuple[int, Buffer]] = []
        self.constants: list[np.ndarray] = []
        self.sources: dict[str, str] = {}
        self.clients: dict = {}
        self._shapes_of_loops: dict[str, str] = {}
        self._fresh: set[Buffer] = set()

    # ---- memory

    def new(self, dtype: str, shape: Sequence[int]) -> Block:
        """Return a fresh block of the workspace."""
        size = int(np.prod(shape, dtype=int))
        return contiguous(Buffer(kind_of(dtype), max(size, 1)), dtype, tuple(shape))

    def constant(self, data: np.ndarray) -> Value:
        """Return a constant array: a number where all elements are equal, else a buffer of the kernel."""
        dtype = data.dtype.name
        if (
            data.size
            and (data == data.flat[0]).all()
            and not (data.dtype.kind == "f" and (data == 0).any() and np.signbit(data).any())
        ):
            return Literal(data.flat[0].item(), dtype, data.shape)
        buffer = Buffer(kind_of(dtype), data.size, f"c{len(self.constants)}")
        self.constants.append(np.ascontiguousarray(data, array_dtype(dtype)))
        return contiguous(buffer, dtype, data.shape)

    def block(self, value: Value) -> Block:
        """Return `value` computed, as a block in C order."""
        if isinstance(value, Block) and value.is_contiguous and value.dtype is not None:
            return value
        target = self.new(value.dtype, value.shape)
        self.store(target, value)
        return target

    def own(self, block: Block) -> Block:
        """Mark `block` as memory that the operation that reads it alone may write."""
        self._fresh.add(block.buffer)
        return block

    def may_overwrite(self, variable: Variable, value: Value) -> bool:
        """Return whether `value`, of `variable`, is a whole fresh buffer that one node alone reads."""
        return (
            isinstance(value, Block)
            and value.buffer in self._fresh
            and value.is_contiguous
            and value.size == value.buffer.size
            and len(self.clients.get(variable, ())) == 1
        )

    # ---- statements

    def include(self, source: str) -> str:
        """Add kernel text to the module, once; return the suffix that its functions have got there."""
        if source not in self.sources:
            suffix, text = f"_{len(self.sources)}", source
            for name in set(re.findall(r"^def (\w+)", source, re.MULTILINE)):
                text = re.sub(rf"\b{name}\b(?=\()", name + suffix, text)
            self.sources[source] = text
        return f"_{list(self.sources).index(source)}"

    def check(self, text: str, *blocks: Block) -> None:
        """Write a call that returns 0, or 1 where the step cannot be done: the loop then stops before it."""
        self.call(f"if {text} != 0:\n    progress[0] = n\n    return 1", *blocks)

    def call(self, text: str, *blocks: Block) -> None:
        """Write the call `text`, which uses `blocks`."""
        if len(self.calls) >= MOST_CALLS:
            raise CompileError(f"The graph needs more than {MOST_CALLS} loops.")
        for block in blocks:
            self.uses.append((len(self.calls), block.buffer))
        self.calls.append(text)

    def store(self, target: Block, value: Value) -> None:
        """Write the loop that computes `value` into `target`."""
        value = broadcast(value, target.shape)
        if target.size == 0 or value is target:
            return
        self._loop(target, value, (), None)

    def reduce(
        self, target: Block, value: Value, axes: Sequence[int], op: ps.ScalarOp, initial: float
    ) -> None:
        """Write the loop that reduces `value` over `axes` into `target`, which keeps them with length 1."""
        self._loop(target, value, tuple(axes), (op, initial))

    def _loop(self, target: Block, value: Value, axes: tuple[int, ...], reduction: tuple | None) -> None:
        leaves: list[Block] = []
        for leaf in value.leaves():
            if leaf not in leaves and leaf != target:
                leaves.append(leaf)
        target_strides = tuple(0 if a in axes else s for a, s in enumerate(target.strides))
        dims = _merged(
            [
                (length, a in axes, (target_strides[a], *(leaf.strides[a] for leaf in leaves)))
                for a, length in enumerate(value.shape)
                if length != 1
            ]
        )
        names = {leaf: f"a{n}" for n, leaf in enumerate(leaves)}
        clash = any(leaf.buffer is target.buffer for leaf in leaves)
        if clash:
            raise CompileError("A loop would read what it overwrites.")

        def index(position: int) -> str:
            parts = [
                f"i{n} * {strides[position]}" if strides[position] != 1 else f"i{n}"
                for n, (_, _, strides) in enumerate(dims)
                if strides[position]
            ]
            return " + ".join(parts) or "0"

        def leaf_text(block: Block) -> str:
            if block == target:
                return f"o[{index(0)}]"
            return f"{names[block]}[{index(1 + leaves.index(block))}]"

        element = Statements(leaf_text)
        text = element.text(value)
        body = self._body(dims, element.lines, text, index(0), target, value.dtype, reduction)
        parameters = [f"o: {kind_of(target.dtype)}p"] + [f"{names[b]}: {kind_of(b.dtype)}p" for b in leaves]
        head = f"({', '.join(parameters)}) -> None:\n" + "\n".join("    " + line for line in body) + "\n"
        name = self._shapes_of_loops.get(head)
        if name is None:
            name = self._shapes_of_loops[head] = f"loop{len(self.functions)}"
            self.functions.append(f"def {name}{head}")
        arguments = ", ".join([target.pointer, *(b.pointer for b in leaves)])
        self.call(f"{name}({arguments})", target, *leaves)

    def _body(
        self,
        dims,
        lines: list[str],
        text: str,
        where: str,
        target: Block,
        dtype: str,
        reduction: tuple | None,
    ) -> list[str]:
        if reduction is None:
            return _nest([(n, d[0]) for n, d in enumerate(dims)], [*lines, f"o[{where}] = {text}"])
        op, initial = reduction
        reduced = [(n, d[0]) for n, d in enumerate(dims) if d[1]]
        kept = [(n, d[0]) for n, d in enumerate(dims) if not d[1]]
        kind = kind_of(dtype)
        join = {ps.Add: "{} + {}", ps.Mul: "{} * {}"}.get(type(op)) or (
            "maximum({}, {})" if isinstance(op, ps.Maximum) else "minimum({}, {})"
        )
        first = "(-inf)" if initial == float("-inf") else "inf" if initial == float("inf") else repr(initial)
        first = f"{kind}({first})" if kind != "i64" else str(int(initial))
        if reduced and kept and kept[-1][0] > reduced[-1][0]:  # the last axis is kept: add row to row
            clear = _nest(kept, [f"o[{where}] = {first}"])
            return clear + _nest(reduced + kept, [*lines, f"o[{where}] = {join.format(f'o[{where}]', text)}"])
        wide = kind == "f32" and isinstance(op, ps.Add)
        start = f"s = {'f64(0.0)' if wide else first}"
        step = (
            f"s += {f'f64({text})' if wide else text}"
            if isinstance(op, ps.Add)
            else f"s = {join.format('s', text)}"
        )
        end = f"o[{where}] = s"
        return _nest(kept, [start, *_nest(reduced, [*lines, step]), end])


def _nest(dims: Sequence[tuple[int, int]], body: list[str]) -> list[str]:
    """Return `body` inside loops over (number, length) pairs."""
    lines, indent = [], ""
    for number, length in dims:
        lines.append(f"{indent}for i{number} in range({length}):")
        indent += "    "
    return lines + [indent + line for line in body]


def _merged(dims: list[tuple[int, bool, tuple[int, ...]]]) -> list[tuple[int, bool, tuple[int, ...]]]:
    """Return the loops with neighbours that every operand passes through in one stride made one."""
    merged: list[tuple[int, bool, tuple[int, ...]]] = []
    for length, reduced, strides in dims:
        if merged:
            before, was_reduced, outer = merged[-1]
            if was_reduced == reduced and all(o == length * s for o, s in zip(outer, strides)):
                merged[-1] = (before * length, reduced, strides)
                continue
        merged.append((length, reduced, strides))
    return merged


def kind_of(dtype: str) -> str:
    if dtype not in CASTS:
        raise CompileError(f"Kernels have no dtype {dtype}.")
    return CASTS[dtype]


def array_dtype(dtype: str) -> type:
    return {"f64": np.float64, "f32": np.float32, "i64": np.int64}[kind_of(dtype)]
