"""A graph as one straight-line Python function of NumPy calls: nothing to compile, ready in milliseconds.

Each node becomes one line. Most lines are NumPy expressions (see `numpy_expressions`); the others call a function
that `numpy_funcify` knows for the operation, or the operation's own `perform`. An error raised by a line is
told with the operation, the shapes of its inputs and the place where the user wrote it.
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable
from functools import singledispatch
from itertools import count
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.scalar import Identity, Second
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.type import TensorType

from graphopt.engine.numpy_expressions import FRESH, VIEWS, Expression, expression_of

_numbers = count()


@singledispatch
def numpy_funcify(op: Any, node: Apply) -> Callable:
    """Return a function of the node's input arrays that returns its output (a tuple when there are several).

    Register a faster function for an operation with ``@numpy_funcify.register(OpClass)``.
    The default runs the operation's own ``perform``.
    """
    n_outputs = len(node.outputs)
    perform = op.perform
    as_arrays = [isinstance(i.type, TensorType) and i.type.ndim == 0 for i in node.inputs]
    any_scalar = any(as_arrays)

    def run(*inputs):
        cells = [[None] for _ in range(n_outputs)]
        if any_scalar:
            inputs = [np.asarray(x) if scalar else x for x, scalar in zip(inputs, as_arrays)]
        perform(node, list(inputs), cells)
        return cells[0][0] if n_outputs == 1 else tuple(cell[0] for cell in cells)

    return run


class StraightLine:
    """The function made from a graph: call it with the graph's inputs, get a tuple of its outputs.

    Attributes
    ----------
    source : str
        The Python text that runs.
    run : callable
        The bare function, without the translation of errors.
    """

    def __init__(self, fgraph: FunctionGraph, *, name: str = "graph") -> None:
        writer = _Writer(fgraph, name)
        self.source = writer.source
        self.filename = f"<graphopt {name} {next(_numbers)}>"
        self._nodes = writer.node_of_line
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
        """Add to `error` which operation failed, the shapes it was given and where it was written."""
        frame_line, frame_locals = None, {}
        tb = error.__traceback__
        while tb is not None:
            if tb.tb_frame.f_code.co_filename == self.filename:
                frame_line, frame_locals = tb.tb_lineno, tb.tb_frame.f_locals
            tb = tb.tb_next
        node, arguments = self._nodes.get(frame_line, (None, ()))
        if node is None or getattr(error, "_graphopt_explained", False):
            return
        lines = [f"Apply node that caused the error: {node}"]
        for variable, local in zip(node.inputs, arguments):
            value = frame_locals.get(local, getattr(variable, "data", None))
            shape, dtype = np.shape(value), getattr(value, "dtype", type(value).__name__)
            lines.append(f"  input {variable}: {variable.type}, came with shape {shape}, dtype {dtype}")
        trace = getattr(node.outputs[0].tag, "trace", None) or getattr(node.tag, "trace", None)
        if trace:
            lines.append("Written at:")
            lines += ["  " + line for line in traceback.format_list(trace[0][-1:])]
        error.add_note("\n".join(lines))
        error._graphopt_explained = True


class _Writer:
    """Writes the function line by line."""

    def __init__(self, fgraph: FunctionGraph, name: str) -> None:
        self.fgraph = fgraph
        self.function_name = "".join(c if c.isalnum() else "_" for c in name) or "graph"
        if not self.function_name[0].isalpha():
            self.function_name = "f_" + self.function_name
        self.namespace: dict[str, Any] = {"np": np}
        self.node_of_line: dict[int, tuple[Apply, tuple[str, ...]]] = {}
        self.names: dict[Variable, str] = {}
        self.roots: dict[Variable, Variable] = {}
        self.lines: list[str] = []
        self.last_use = self._last_uses()
        self.source = self._write()

    def _last_uses(self) -> dict[Variable, Apply]:
        self.order = self.fgraph.toposort()
        last = {}
        for node in self.order:
            for variable in node.inputs:
                last[variable] = node
        return last

    def _write(self) -> str:
        arguments = []
        for variable in self.fgraph.inputs:
            name = self.names[variable] = f"i{len(arguments)}"
            arguments.append(name)
            self.roots[variable] = variable
        self.lines.append(f"def {self.function_name}({', '.join(arguments)}):")
        for variable, name in zip(self.fgraph.inputs, arguments):
            if isinstance(variable.type, TensorType) and variable.type.ndim == 0:
                self._line(f"{name} = {name}[()]")
        outputs = set(self.fgraph.outputs)
        for node in self.order:
            self._node(node, outputs)
        results = []
        seen = set()
        for variable in self.fgraph.outputs:
            name = self._name(variable)
            root = self.roots.get(variable, variable)
            shares = isinstance(root, Constant) or root in self.fgraph.inputs or root in seen
            seen.add(root)
            if shares and isinstance(variable.type, TensorType):
                name = f"np.array({name})"
            results.append(name)
        self._line(f"return ({', '.join(results)}{',' if len(results) == 1 else ''})")
        return "\n".join(self.lines) + "\n"

    def _line(self, text: str) -> int:
        self.lines.append("    " + text)
        return len(self.lines)

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
            self.roots[variable] = variable
        return self.names[variable]

    def _node(self, node: Apply, outputs: set[Variable]) -> None:
        arguments = tuple(self._name(v) for v in node.inputs)
        results = []
        for variable in node.outputs:
            name = self.names[variable] = f"v{len(self.names)}"
            results.append(name)
            self.roots[variable] = variable
        written = expression_of(node.op, node, arguments)
        if written is None:
            function = f"f{len(self.names)}"
            self.namespace[function] = numpy_funcify(node.op, node)
            written = Expression(f"{function}({', '.join(arguments)})")
        if isinstance(node.op, VIEWS) or getattr(node.op, "view_map", None) or _is_identity(node):
            for variable in node.outputs:
                self.roots[variable] = self.roots.get(node.inputs[0], node.inputs[0])
        self.namespace.update(written.namespace)
        inplace = self._overwritable(node, written) if written.inplace else None
        for line in written.before if inplace is None or not written.copies else ():
            self.node_of_line[self._line(line)] = (node, arguments)
        target = ", ".join(results)
        if inplace is not None:
            operand = arguments[inplace]
            self.node_of_line[self._line(written.inplace.format(out=operand))] = (node, arguments)
            self.names[node.outputs[0]] = operand
            results = []
        else:
            self.node_of_line[self._line(f"{target} = {written.text}")] = (node, arguments)
        dead = [
            self.names[v]
            for v in dict.fromkeys(node.inputs)
            if v.owner is not None and self.last_use.get(v) is node and v not in outputs
        ]
        dead = [name for i, name in enumerate(dead) if inplace is None or name != arguments[inplace]]
        dead += [self.names[v] for v in node.outputs if v not in self.last_use and v not in outputs]
        if dead:
            self._line(f"del {', '.join(dead)}")

    def _overwritable(self, node: Apply, written: Expression) -> int | None:
        """Return which operand may be overwritten by the result of `node`, if any may.

        It must be a fresh array (not a view of another) of the result's dtype and shape that only this node reads.
        """
        output = node.outputs[0].type
        if output.ndim == 0:
            return None
        for position in written.candidates:
            operand = node.inputs[position]
            if (
                operand.owner is not None
                and isinstance(operand.owner.op, FRESH)
                and not _is_identity(operand.owner)
                and operand.type.dtype == output.dtype
                and operand.type.broadcastable == output.broadcastable
                and len(self.fgraph.clients[operand]) == 1
                and node.inputs.count(operand) == 1
            ):
                return position
        return None


def _is_identity(node: Apply) -> bool:
    """Return whether the node may hand its first input on unchanged."""
    scalar_op = getattr(node.op, "scalar_op", None)
    return isinstance(node.op, Elemwise) and isinstance(scalar_op, Identity | Second)
