"""Arrays of known shape as kernels see them: blocks of buffers, and elementwise expressions over blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from pytensor import scalar as ps

from graphopt.engine.kernels.scalar_text import CASTS, scalar_text
from graphopt.errors import CompileError
from graphopt.late_dataclass import late_dataclass

_numbers = count()


class Buffer:
    """Flat memory of one kind, "f64", "f32" or "i64": a parameter of the kernel, or workspace."""

    def __init__(self, kind: str, size: int, name: str | None = None) -> None:
        self.kind, self.size, self.name = kind, size, name
        self.number = next(_numbers)

    @property
    def token(self) -> str:
        """Return what stands for the buffer in the text until workspaces are laid out."""
        return self.name or f"@{self.number}@"


@late_dataclass(frozen=True)
class Block:
    """A strided view of a buffer, counted in elements. `base` is an offset known only in the loop."""

    buffer: Buffer
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0
    base: str = ""

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def pointer(self) -> str:
        """Return the text that points at the first element."""
        parts = [p for p in (self.base, str(self.offset) if self.offset else "") if p]
        return f"{self.buffer.token}[{' + '.join(parts) or '0'}:]"

    @property
    def is_contiguous(self) -> bool:
        """Return whether the elements lie one after the other in C order."""
        expected = 1
        for length, stride in zip(reversed(self.shape), reversed(self.strides)):
            if length != 1 and stride != expected:
                return False
            expected *= length
        return True

    def leaves(self) -> Iterator[Block]:
        yield self

    def moved(self, move: Callable[[Block], Block]) -> Block:
        return move(self)


@late_dataclass(frozen=True)
class Literal:
    """One number for every element of a shape."""

    value: int | float
    dtype: str
    shape: tuple[int, ...] = ()

    def leaves(self) -> Iterator[Block]:
        return iter(())

    def moved(self, move: Callable) -> Literal:
        shape = move(Block(_NOWHERE, self.dtype, self.shape, (0,) * len(self.shape))).shape
        return replace(self, shape=shape)


@late_dataclass(frozen=True)
class Expr:
    """A scalar operation over operands of one shape, not computed yet."""

    op: ps.ScalarOp
    operands: tuple[Value, ...]
    dtype: str
    shape: tuple[int, ...]

    def leaves(self) -> Iterator[Block]:
        for operand in self.operands:
            yield from operand.leaves()

    def moved(self, move: Callable[[Block], Block]) -> Expr:
        operands = tuple(o.moved(move) for o in self.operands)
        return replace(self, operands=operands, shape=operands[0].shape)


Value = Block | Literal | Expr
_NOWHERE = Buffer("f64", 0, "nowhere")


def contiguous(buffer: Buffer, dtype: str, shape: Sequence[int], offset: int = 0, base: str = "") -> Block:
    """Return the block of `shape` in C order from `offset` on."""
    strides, step = [], 1
    for length in reversed(shape):
        strides.append(step)
        step *= length
    return Block(buffer, dtype, tuple(shape), tuple(reversed(strides)), offset, base)


def broadcast(value: Value, shape: tuple[int, ...]) -> Value:
    """Return `value` stretched to `shape`: axes of length 1 get stride 0."""
    if value.shape == shape:
        return value

    def move(block: Block) -> Block:
        missing = len(shape) - len(block.shape)
        strides = [0] * missing + [
            0 if have == 1 and want != 1 else stride
            for have, want, stride in zip(block.shape, shape[missing:], block.strides)
        ]
        if any(have not in (1, want) for have, want in zip(block.shape, shape[missing:])):
            raise CompileError(f"Shape {block.shape} does not stretch to {shape}.")
        return replace(block, shape=shape, strides=tuple(strides))

    return value.moved(move)


def is_costly(value: Value) -> bool:
    """Return whether computing an element takes more than a few instructions."""
    return isinstance(value, Expr) and (
        type(value.op) not in _CHEAP
        or count_operations(value) > 3
        or any(is_costly(o) for o in value.operands)
    )


_CHEAP = {ps.Add, ps.Mul, ps.Sub, ps.Neg, ps.Cast, ps.Identity, ps.Second, ps.Sqr}


class Statements:
    """The statements that compute one element, each intermediate result written once."""

    def __init__(self, leaf: Callable[[Block], str]) -> None:
        self.lines: list[str] = []
        self._leaf = leaf
        self._known: dict[int | Block, str] = {}
        self._kept: list[Value] = []

    def text(self, value: Value) -> str:
        """Return the text of one element of `value`."""
        if isinstance(value, Literal):
            return literal_text(value.value, value.dtype)
        key = value if isinstance(value, Block) else id(value)
        if key not in self._known:
            if isinstance(value, Block):
                made = self._leaf(value)
            else:
                self._kept.append(value)
                made = self._applied(value.op, [self.text(o) for o in value.operands], value)
            self._known[key] = self._named(made)
        return self._known[key]

    def _named(self, text: str) -> str:
        self.lines.append(f"t{len(self.lines)} = {text}")
        return f"t{len(self.lines) - 1}"

    def _applied(self, op: ps.ScalarOp, texts: list[str], value: Expr) -> str:
        if not isinstance(op, ps.Composite):
            return scalar_text(op, texts, [o.dtype for o in value.operands], value.dtype)
        known = dict(zip(op.fgraph.inputs, texts))
        for node in op.fgraph.toposort():
            inner = [known[i] if i in known else literal_text(i.data, i.type.dtype) for i in node.inputs]
            dtypes = [i.type.dtype for i in node.inputs]
            known[node.outputs[0]] = self._named(
                scalar_text(node.op, inner, dtypes, node.outputs[0].type.dtype)
            )
        return known[op.fgraph.outputs[0]]


def count_operations(value: Value) -> int:
    """Return how many operations an element of `value` takes, shared ones counted each time."""
    return 1 + sum(map(count_operations, value.operands)) if isinstance(value, Expr) else 0


def literal_text(number: float, dtype: str) -> str:
    """Return a number of `dtype` in the kernel language."""
    kind = CASTS[dtype]
    if kind == "i64":
        return str(int(number))
    number = float(number)
    if math.isnan(number):
        text = "nan"
    elif math.isinf(number):
        text = "inf" if number > 0 else "(-inf)"
    else:
        text = repr(number)
    return f"f32({text})" if kind == "f32" else text
