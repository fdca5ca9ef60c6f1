"""Graphs with each variable mapped to another, those inside loops too."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.traversal import graph_inputs
from pytensor.scan.op import Scan, ScanInfo

from ...adopt import adopt


def map_variables(
    replacer: Callable[[Variable], Variable],
    graphs: Iterable[Variable],
    additional_inputs: Sequence[Variable] = (),
) -> list[Variable]:
    """Return copies of `graphs` with each variable replaced by what `replacer` returns for it.

    Variables of the steps of loops and of the graphs inside operations are replaced too; what a replacement
    needs from outside becomes an input of the loop.

    Parameters
    ----------
    replacer : callable
        Takes a variable, returns what takes its place, or the variable itself.
    graphs : iterable of variables
    additional_inputs : sequence of variables
        Kept for old programs.

    Raises
    ------
    NotImplementedError
        If a replacement brings a shared variable with an ``update`` into an inner graph.
    """
    return adopt(_Mapping(replacer).all(list(graphs)))


class _Mapping:
    """A copy of a graph in the making."""

    def __init__(self, replacer: Callable[[Variable], Variable]) -> None:
        self.replacer = replacer
        self.done: dict[Variable, Variable] = {}
        self.nodes: dict[Apply, list[Variable]] = {}
        self.placed: set[Variable] = set()

    def all(self, graphs: list[Variable]) -> list[Variable]:
        return [self.one(v) for v in graphs]

    def one(self, variable: Variable) -> Variable:
        """Return what becomes of `variable`."""
        if variable not in self.done:
            new = variable if variable in self.placed else self.replacer(variable)
            if new is not variable:
                self.placed.add(new)
                new = self.one(new)
            elif variable.owner is not None:
                new = self.outputs(variable.owner)[variable.owner.outputs.index(variable)]
            self.done[variable] = new
        return self.done[variable]

    def outputs(self, node: Apply) -> list[Variable]:
        """Return the outputs of the copy of `node`."""
        if node not in self.nodes:
            inputs = self.all(node.inputs)
            if isinstance(node.op, Scan) or hasattr(node.op, "local_inputs"):
                node = self.with_inner_graph(node, inputs)
                self.nodes[node] = list(node.outputs)
            elif all(a is b for a, b in zip(inputs, node.inputs)):
                self.nodes[node] = list(node.outputs)
            else:
                self.nodes[node] = list(adopt(node.clone_with_new_inputs(inputs).outputs))
        return self.nodes[node]

    def with_inner_graph(self, node: Apply, inputs: list[Variable]) -> Apply:
        """Return the node with the inner graph of its operation replaced in as well."""
        op = node.op
        if isinstance(op, Scan):
            inner_inputs, inner_outputs = as_written(op)
            known = dict(zip(op.outer_non_seqs(node.inputs), op.inner_non_seqs(inner_inputs)))
        else:
            inner_inputs, inner_outputs = op.local_inputs, op.local_outputs
            known = dict(zip(node.inputs, inner_inputs))
        inside = _Inside(self.replacer, inner_inputs, known, op)
        new_outputs = inside.all(inner_outputs)
        new_inputs, inputs = [*inner_inputs, *inside.added.values()], [*inputs, *inside.added]
        if isinstance(op, Scan):
            info = dataclasses.replace(op.info, n_non_seqs=op.info.n_non_seqs + len(inside.added))
            return new_loop(new_inputs, new_outputs, info, like=op).make_node(*inputs)
        return type(op)(new_inputs, new_outputs, inline=op.is_inline, **op.kwargs).make_node(*inputs)


class _Inside(_Mapping):
    """A copy of an inner graph in the making.

    Parameters
    ----------
    replacer : callable
    inner_inputs : list of variables
    known : dict
        Variables outside that are inputs inside: ``{outer: inner}``.
    op : Op
        Whose graph it is.

    Attributes
    ----------
    added : dict
        What replacements need from outside and becomes an input: ``{outer: inner}``.
    """

    def __init__(self, replacer: Callable, inner_inputs: Sequence[Variable], known: dict, op: Any) -> None:
        super().__init__(self.brought_in)
        self.outer_replacer, self.op = replacer, op
        self.inner_inputs, self.known = set(inner_inputs), known
        self.added: dict[Variable, Variable] = {}

    def brought_in(self, variable: Variable) -> Variable:
        """Return what replaces `variable`, as an expression of inner inputs."""
        from .scan_utils import clone, safe_new

        new = self.outer_replacer(variable)
        if new is variable:
            return variable
        for outer in graph_inputs([new]):
            if isinstance(outer, Constant) or outer in self.inner_inputs:
                continue
            if getattr(outer, "update", None) is not None:
                raise NotImplementedError(
                    f"Replacement introduces shared variable {outer} which has an update associated with "
                    f"it into the inner graph of {self.op}. This is not currently supported."
                )
            if outer not in self.known:
                self.known[outer] = self.added[outer] = safe_new(outer, tag="_copy")
        return clone(new, replace=self.known)


def as_written(op: Scan) -> tuple[list[Variable], list[Variable]]:
    """Return the inputs and outputs of a step, as the caller of `scan` wrote it where that is known."""
    return getattr(op, "_as_written", None) or (list(op.inner_inputs), list(op.inner_outputs))


def new_loop(inputs: list[Variable], outputs: list[Variable], info: ScanInfo, *, like: Scan) -> Scan:
    """Return a loop with the options of another."""
    op = Scan(
        inputs,
        outputs,
        info,
        mode=like.mode,
        truncate_gradient=like.truncate_gradient,
        name=like.name,
        profile=like.profile,
        allow_gc=like.allow_gc,
        strict=like.strict,
    )
    op._as_written = inputs, outputs
    return op
