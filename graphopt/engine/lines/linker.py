"""A graph as one straight-line Python function of NumPy calls: nothing to compile, ready in milliseconds.

Each node becomes one line. Most lines are NumPy expressions (see `numpy_expressions`); the others call a
function that `numpy_funcify` knows for the operation, or the operation's own `perform`. The branches of an
IfElse become the branches of an ``if``. An error raised by a line is told with the operation, the shapes of
its inputs and the place where the user wrote it.
"""

from __future__ import annotations

import copy
import linecache
import os
import traceback
from collections.abc import Callable, Iterator
from functools import singledispatch
from itertools import count
from typing import Any

import numpy as np
import pytensor
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph, Output
from pytensor.ifelse import IfElse
from pytensor.tensor.type import TensorType

from graphopt.engine.lines import (  # noqa: F401  (each fills rows of the table)
    algebra,
    checks,
    elementwise,
    indexing,
    reductions,
    shapes,
)
from graphopt.engine.lines.expressions import Expression, expression_of
from graphopt.late_dataclass import late_dataclass

_numbers = count()
_ENGINE = os.path.dirname(os.path.dirname(__file__)) + os.sep
#: folders whose lines are no user's: where an operation was written is looked for outside of them
LIBRARIES = [os.path.dirname(pytensor.__file__) + os.sep, os.path.dirname(os.path.dirname(_ENGINE)) + os.sep]


@singledispatch
def numpy_funcify(op: Any, node: Apply) -> Callable:
    """Return a function of the node's input arrays that returns its output (a tuple when there are several).

    Register a faster function for an operation with ``@numpy_funcify.register(OpClass)``; it must not change
    its arguments, nor return one of them unless the operation's ``view_map`` says so.
    The default runs the operation's own ``perform``, on copies of what that would destroy.
    """
    n_outputs = len(node.outputs)
    perform = op.perform
    scalars = {i for i, v in enumerate(node.inputs) if isinstance(v.type, TensorType) and v.type.ndim == 0}
    destroyed = {i for several in (getattr(op, "destroy_map", None) or {}).values() for i in several}
    prepare = getattr(op, "prepare_node", None)
    if prepare is not None:
        prepare(node, None, None, "py")

    def run(*inputs):
        inputs = list(inputs)
        for i in scalars:
            if (
                inputs[i] is not None
            ):  # some programs leave an argument out, and the operation knows what that means
                inputs[i] = np.asarray(inputs[i])
        for i in destroyed:
            inputs[i] = duplicate(inputs[i])
        cells = [[None] for _ in range(n_outputs)]
        perform(node, inputs, cells)
        return cells[0][0] if n_outputs == 1 else tuple(cell[0] for cell in cells)

    return run


@singledispatch
def native_funcify(op: Any, node: Apply) -> Callable:
    """Return what `numpy_funcify` does, or a compiled twin of it where one is registered.

    It serves graphs that as a whole have no native form, because one operation in them has none.
    """
    return numpy_funcify(op, node)


def has_native_twins(fgraph: FunctionGraph) -> bool:
    """Return whether an operation of `fgraph` has a compiled twin."""
    default = native_funcify.dispatch(object)
    return any(native_funcify.dispatch(type(node.op)) is not default for node in fgraph.apply_nodes)


def duplicate(value: Any) -> Any:
    """Return a copy of `value` that shares no memory with it."""
    return np.array(value) if isinstance(value, np.ndarray | np.generic) else copy.deepcopy(value)


class StraightLine:
    """The function made from a graph: call it with the graph's inputs, get a tuple of its outputs.

    No output shares memory with an input, a constant or another output, and no input is changed.

    Attributes
    ----------
    source : str
        The Python text that runs.
    run : callable
        The bare function, without the translation of errors.
    """

    def __init__(
        self, fgraph: FunctionGraph, *, name: str = "graph", funcify: Callable = numpy_funcify
    ) -> None:
        writer = _Writer(fgraph, name, funcify)
        self.source = writer.source
        self.filename = f"<graphopt {name} {next(_numbers)}>"
        self._nodes, self._fgraph = writer.node_of_line, fgraph
        linecache.cache[self.filename] = (len(self.source), None, self.source.splitlines(True), self.filename)
        exec(compile(self.source, self.filename, "exec"), writer.namespace)
        self.run = writer.namespace[writer.function_name]

    def __call__(self, *args):
        try:
            return self.run(*args)
        except Exception as error:
            self.explain(error)
            raise

    def explain(self, error: BaseException) -> None:
        """Add to `error` which operation failed, the shapes it was given and where it was written.

        The same for programs is its attribute `graphopt_failure`, a `Failure`.
        """
        if getattr(error, "graphopt_failure", None) is not None:
            return
        line, local_values = None, {}
        tb = error.__traceback__
        while tb is not None:
            if tb.tb_frame.f_code.co_filename == self.filename:
                line, local_values = tb.tb_lineno, tb.tb_frame.f_locals
            tb = tb.tb_next
        node, arguments = self._nodes.get(line, (None, ()))
        if node is None:
            return
        lines, values = [f"Apply node that caused the error: {node}"], []
        for variable, local in zip(node.inputs, arguments):
            value = local_values.get(local, getattr(variable, "data", None))
            values.append(value)
            shape, dtype = np.shape(value), getattr(value, "dtype", type(value).__name__)
            lines.append(f"  input {variable}: {variable.type}, came with shape {shape}, dtype {dtype}")
        lines += _written_at(node)
        text = "\n".join(lines)
        _add_to_message(error, text)
        error.graphopt_failure = Failure(node, tuple(values), self._fgraph, text)


@late_dataclass(frozen=True)
class Failure:
    """Which node of which graph failed on which values of its inputs; `text` is what its error says of it.

    Pickled with its error, as a pool of processes does, it becomes the text: graphs stay where they are.
    """

    node: Apply
    values: tuple
    fgraph: FunctionGraph
    text: str

    def __reduce__(self) -> tuple:
        return str, (self.text,)


def _written_at(node: Apply) -> list[str]:
    """Return the lines that say where the user made the node, as far as PyTensor kept it."""
    for holder in (*node.outputs, node):
        for frames in getattr(holder.tag, "trace", None) or ():
            theirs = [frame for frame in frames if not frame[0].startswith(tuple(LIBRARIES))]
            if theirs and not any(frame[0].startswith(_ENGINE) for frame in frames):  # not made by a rewrite
                return ["Written at:", *("  " + text.rstrip() for text in traceback.format_list(theirs[-1:]))]
    return []


def _add_to_message(error: BaseException, text: str) -> None:
    """Put `text` into the message where the error has one, else beside it."""
    if len(error.args) == 1 and isinstance(error.args[0], str) and str(error) == error.args[0]:
        error.args = (f"{error.args[0]}\n{text}",)
    else:
        error.add_note(text)


class _Writer:
    """Writes the function line by line."""

    def __init__(self, fgraph: FunctionGraph, name: str, funcify: Callable) -> None:
        self.fgraph, self.funcify = fgraph, funcify
        self.function_name = "".join(c if c.isalnum() else "_" for c in name) or "graph"
        if not self.function_name[0].isalpha():
            self.function_name = "f_" + self.function_name
        self.namespace: dict[str, Any] = {"np": np, "duplicate": duplicate}
        self.node_of_line: dict[int, tuple[Apply, tuple[str, ...]]] = {}
        self.names: dict[Variable, str] = {}
        self.roots: dict[Variable, frozenset[Variable]] = {}  # whose memory a variable may share
        self.fresh: set[Variable] = set()  # arrays made here that may be overwritten
        self.lines: list[str] = []
        self.indent = "    "
        self.blocks = _blocks(fgraph)
        self.last_use = {v: node for node in self._in_order(None) for v in node.inputs}
        self.outputs = set(fgraph.outputs)
        self.source = self._write()

    def _in_order(self, block: Block) -> Iterator[Apply]:
        """Yield the nodes of a block, and of the blocks inside it, as they are written."""
        for node in self.blocks.get(block, ()):
            if isinstance(node.op, IfElse):
                yield from self._in_order((node, 0))
                yield from self._in_order((node, 1))
            yield node

    def _write(self) -> str:
        inputs = self.fgraph.inputs
        self.names.update((variable, f"i{k}") for k, variable in enumerate(inputs))
        self.roots.update((variable, frozenset([variable])) for variable in inputs)
        self.lines.append(f"def {self.function_name}({', '.join(self.names[v] for v in inputs)}):")
        for variable in inputs:
            if (
                isinstance(variable.type, TensorType)
                and variable.type.ndim == 0
                and self.fgraph.clients[variable]
            ):
                name = self.names[variable]
                self._line(f"{name} = None if {name} is None else {name}[()]")
        self._block(None)
        results = []
        taken = set(inputs)
        for variable in self.fgraph.outputs:
            name, roots = self._name(variable), self.roots[variable]
            if isinstance(variable, Constant) or roots & taken or any(isinstance(r, Constant) for r in roots):
                name = f"duplicate({name})"
            taken |= roots
            results.append(name)
        self._line(f"return ({', '.join(results)}{',' if len(results) == 1 else ''})")
        return "\n".join(self.lines) + "\n"

    def _line(self, text: str) -> int:
        self.lines.append(self.indent + text)
        return len(self.lines)

    def _block(self, block: Block) -> None:
        for node in self.blocks.get(block, ()):
            self._if_else(node) if isinstance(node.op, IfElse) else self._node(node)

    def _name(self, variable: Variable) -> str:
        """Return the local or global name that holds `variable`."""
        if variable not in self.names:
            assert isinstance(variable, Constant), variable
            name = self.names[variable] = f"c{len(self.names)}"
            data = variable.data
            if isinstance(variable.type, TensorType) and variable.type.ndim == 0:
                data = np.asarray(data)[()]
            elif isinstance(data, np.ndarray):
                data = data.view()
                data.flags.writeable = False
            self.namespace[name] = data
            self.roots[variable] = frozenset([variable])
        return self.names[variable]

    def _new_names(self, node: Apply) -> list[str]:
        """Return the names of the node's results."""
        names = []
        for variable in node.outputs:
            names.append(self.names.setdefault(variable, f"v{len(self.names)}"))
            self.roots[variable] = frozenset([variable])
        return names

    def _node(self, node: Apply) -> None:
        arguments = tuple(self._name(v) for v in node.inputs)
        results = self._new_names(node)
        written = expression_of(node.op, node, arguments)
        if written is None:
            function = f"f{len(self.names)}_{results[0]}"
            self.namespace[function] = self.funcify(node.op, node)
            written = Expression(f"{function}({', '.join(arguments)})", namespace={})
            self._share(node, getattr(node.op, "view_map", None) or {})
        elif written.shares:
            self._share(node, {0: written.shares})
            if written.text == arguments[0] and self._is_free(node.inputs[0]):
                self.fresh.add(node.outputs[0])  # the same array under another name
        else:
            self.fresh.add(node.outputs[0])
        self.namespace.update(written.namespace)
        position = self._overwritable(node, written)
        lines = list(written.before)
        if position is None:
            lines.append(f"{', '.join(results)} = {written.text}")
            lines += [line.format(out=results[0]) for line in written.after]
        else:
            lines.append(written.inplace.format(out=arguments[position]))
            self.names[node.outputs[0]] = arguments[position]
        for line in lines:
            self.node_of_line[self._line(line)] = (node, arguments)
        self._forget(node, kept=position)

    def _if_else(self, node: Apply) -> None:
        """Write both branches; what only one of them needs is computed in it."""
        n, results = node.op.n_outs, self._new_names(node)
        indent, condition = self.indent, self._name(node.inputs[0])
        for branch, head in enumerate((f"if {condition}:", "else:")):
            self.node_of_line[self._line(head)] = (node, (condition,))
            self.indent = indent + "    "
            self._block((node, branch))
            for name, variable in zip(results, node.inputs[1 + branch * n :]):
                self._line(f"{name} = {self._name(variable)}")
            self.indent = indent
        self._share(node, {k: (1 + k, 1 + n + k) for k in range(n)})

    def _share(self, node: Apply, views: dict[int, tuple[int, ...]]) -> None:
        """Note which inputs' memory each output may share."""
        for k, positions in views.items():
            self.roots[node.outputs[k]] = frozenset().union(*(self.roots[node.inputs[i]] for i in positions))

    def _forget(self, node: Apply, kept: int | None) -> None:
        """Let go of what no later line reads, so that memory is free for the next results."""
        dead = [
            self.names[v]
            for i, v in enumerate(node.inputs)
            if i != kept and v.owner is not None and self.last_use[v] is node and v not in self.outputs
        ]
        dead += [self.names[v] for v in node.outputs if v not in self.last_use and v not in self.outputs]
        if dead:
            self._line(f"del {', '.join(dict.fromkeys(dead))}")

    def _overwritable(self, node: Apply, written: Expression) -> int | None:
        """Return which operand may be overwritten by the result of `node`, if any may.

        It must be a free array of the result's dtype and shape.
        """
        output = node.outputs[0].type
        if not written.inplace or output.ndim == 0:
            return None
        for position in written.candidates:
            operand = node.inputs[position]
            if (
                self._is_free(operand)
                and operand.type.dtype == output.dtype
                and operand.type.broadcastable == output.broadcastable
            ):
                return position
        return None

    def _is_free(self, variable: Variable) -> bool:
        """Return whether `variable` is a new array, no view of another, that only one node reads."""
        return variable in self.fresh and len(self.fgraph.clients[variable]) == 1


# ------------------------------------------------------------------------------- branches of IfElse

Block = tuple[Apply, int] | None
"""The branch (0: then, 1: else) of an IfElse node, or None for what always runs."""


def _blocks(fgraph: FunctionGraph) -> dict[Block, list[Apply]]:
    """Return the nodes of each block in topological order.

    A node is in the smallest block that holds all its uses.
    """
    order = fgraph.toposort()
    if not any(isinstance(node.op, IfElse) for node in order):
        return {None: order}
    home: dict[Apply, Block] = {}

    def around(block: Block) -> list[Block]:
        """Return `block` and the blocks around it, from the inside out."""
        chain = [block]
        while chain[-1] is not None:
            chain.append(home[chain[-1][0]])
        return chain

    for node in reversed(order):
        uses: list[Block] = []
        for client, position in (use for variable in node.outputs for use in fgraph.clients[variable]):
            if isinstance(client.op, Output):
                uses.append(None)
            elif isinstance(client.op, IfElse) and position > 0:
                uses.append((client, int(position > client.op.n_outs)))
            else:
                uses.append(home[client])
        chains = [around(use) for use in dict.fromkeys(uses)] or [[None]]
        home[node] = next(block for block in chains[0] if all(block in chain for chain in chains[1:]))
    blocks: dict[Block, list[Apply]] = {}
    for node in order:
        blocks.setdefault(home[node], []).append(node)
    return blocks
