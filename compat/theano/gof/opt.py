"""Optimizers: what changes a graph before it runs, with Theano's names and calling conventions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from pytensor.graph.rewriting import basic as rewriting
from pytensor.graph.rewriting.basic import (
    ChangeTracker,
    CheckStackTraceFeature,
    GraphRewriter,
    MergeFeature,
    MergeOptimizer,
    NodeRewriter,
    WalkingGraphRewriter,
    copy_stack_trace,
    merge_dict,
    pre_constant_merge,
)
from pytensor.graph.rewriting.basic import CheckStackTraceRewriter as CheckStackTraceOptimization
from pytensor.graph.rewriting.basic import EquilibriumGraphRewriter as EquilibriumOptimizer
from pytensor.graph.rewriting.basic import NodeProcessingGraphRewriter as NavigatorOptimizer
from pytensor.graph.rewriting.basic import PatternNodeRewriter as PatternSub
from pytensor.graph.rewriting.basic import SequentialGraphRewriter as SeqOptimizer
from pytensor.graph.rewriting.basic import SequentialNodeRewriter as LocalOptGroup
from pytensor.graph.rewriting.basic import SubstitutionNodeRewriter as OpSub

__all__ = [
    "ChangeTracker",
    "CheckStackTraceFeature",
    "CheckStackTraceOptimization",
    "EquilibriumOptimizer",
    "LocalOptGroup",
    "LocalOptimizer",
    "MergeFeature",
    "MergeOptimizer",
    "NavigatorOptimizer",
    "OpKeyOptimizer",
    "OpRemove",
    "OpSub",
    "Optimizer",
    "PatternSub",
    "SeqOptimizer",
    "TopoOptimizer",
    "check_chain",
    "check_stack_trace",
    "copy_stack_trace",
    "in2out",
    "inherit_stack_trace",
    "inplace_optimizer",
    "local_optimizer",
    "merge_dict",
    "optimizer",
    "out2in",
    "pre_constant_merge",
]


def check_stack_trace(f_or_fgraph: Any, ops_to_check: Any = "last", bug_print: str = "raise") -> bool:
    """Return whether the outputs of some operations know where they were written.

    Parameters
    ----------
    f_or_fgraph : function or graph
    ops_to_check : "last", "all", operations, classes of them, or a function that tells which
    bug_print : {"raise", "warn", "ignore"}
        What is done when there are none of them.
    """
    maker = getattr(f_or_fgraph, "maker", None)
    fgraph = f_or_fgraph if maker is None else maker.fgraph
    wanted = (ops_to_check,) if isinstance(ops_to_check, type) else ops_to_check
    return rewriting.check_stack_trace(fgraph, wanted, bug_print)


def _optimize(self: GraphRewriter, fgraph: Any, *args: Any, **kwargs: Any) -> Any:
    """Add what is needed to the graph, then change it."""
    return self.rewrite(fgraph, *args, **kwargs)


if not hasattr(GraphRewriter, "optimize"):  # what `optdb.query` returns has Theano's name of it too
    GraphRewriter.optimize = _optimize


class Optimizer(GraphRewriter):
    """Base of optimizers of whole graphs: a subclass defines ``apply(self, fgraph)``."""

    def __call__(self, fgraph: Any) -> Any:
        return self.optimize(fgraph)


class LocalOptimizer(NodeRewriter):
    """Base of optimizers of single nodes.

    A subclass defines ``transform(self, node)``, which returns False or the list of replacements of the
    node's outputs, and may define ``tracks(self)``.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = cls.__dict__.get("transform")
        if own is not None:
            cls.transform = _with_fgraph(own)

    def tracks(self) -> Any:
        return None


def _with_fgraph(method: Callable) -> Callable:
    """Return Theano's ``transform(self, node)`` so that PyTensor may put its graph before the node."""
    if len(inspect.signature(method).parameters) > 2:
        return method

    def transform(self: Any, *arguments: Any, **kwargs: Any) -> Any:
        return method(self, arguments[-1])

    return transform


class _FromFunction(LocalOptimizer):
    """A local optimizer that is a function of the node."""

    def __init__(self, function: Callable, tracks: Any, requirements: Any) -> None:
        self.function, self._tracks, self.requirements = function, tracks, requirements
        self.__name__, self.__doc__ = function.__name__, function.__doc__

    def transform(self, *arguments: Any, **kwargs: Any) -> Any:
        """Return what the function makes of the node; PyTensor gives the graph before it."""
        return self.function(arguments[-1])

    def __call__(self, *arguments: Any) -> Any:
        return self.function(arguments[-1])

    def add_requirements(self, fgraph: Any) -> None:
        for requirement in self.requirements:
            requirement(fgraph)

    def tracks(self) -> Any:
        return self._tracks

    def __str__(self) -> str:
        return getattr(self, "__name__", "FromFunctionLocalOptimizer instance")

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: Any) -> bool:
        return self is other


def local_optimizer(tracks: Any, inplace: bool = False, requirements: Any = ()) -> Callable:
    """Return a decorator that makes a local optimizer of a function of a node.

    Parameters
    ----------
    tracks : list of Op or Op class, or None
        Which nodes it is asked about; None means all.

    Raises
    ------
    ValueError
        If `tracks` is an empty list.
    """
    if tracks is not None:
        tracks = [getattr(t, "plain", None) or getattr(t, "stands_for", None) or t for t in tracks]
        if not tracks:
            raise ValueError("Use None instead of an empty list to apply to all nodes.", tracks)

    def decorate(function: Callable) -> _FromFunction:
        return _FromFunction(function, tracks, requirements)

    return decorate


def optimizer(f: Callable) -> GraphRewriter:
    """Return the function of a graph `f` as an optimizer."""
    return rewriting.graph_rewriter(f)


def inplace_optimizer(f: Callable) -> GraphRewriter:
    """Return the function of a graph `f`, which may put in-place Ops into it, as an optimizer."""
    return rewriting.inplace_graph_rewriter(f)


class OpRemove(LocalOptimizer):
    """Replaces the outputs of an Op by its inputs."""

    reentrant = False

    def __init__(self, op: Any) -> None:
        self.op = getattr(op, "plain", op)

    def op_key(self) -> Any:
        return self.op

    def tracks(self) -> list:
        return [self.op]

    def transform(self, node: Any) -> Any:
        return list(node.inputs) if node.op == self.op else False

    def __str__(self) -> str:
        return f"{self.op}(x) -> x"


class TopoOptimizer(WalkingGraphRewriter):
    """Asks a local optimizer about each node, from inputs to outputs ("in_to_out") or back."""

    def __init__(
        self,
        local_opt: Any,
        order: str = "in_to_out",
        ignore_newtrees: bool = False,
        failure_callback: Any = None,
    ) -> None:
        if order not in ("in_to_out", "out_to_in"):
            raise ValueError("order must be 'out_to_in' or 'in_to_out'")
        super().__init__(
            local_opt, order=order, ignore_newtrees=ignore_newtrees, failure_callback=failure_callback
        )

    def optimize(self, fgraph: Any) -> Any:
        return self.rewrite(fgraph)


class OpKeyOptimizer(TopoOptimizer):
    """Asks a local optimizer about the nodes of the Op it is for."""

    def __init__(self, local_opt: Any, ignore_newtrees: bool = False, failure_callback: Any = None) -> None:
        if not hasattr(local_opt, "op_key"):
            raise TypeError("LocalOptimizer for OpKeyOptimizer must have an 'op_key' method.")
        super().__init__(local_opt, "in_to_out", ignore_newtrees, failure_callback)


def _walking(order: str, local_opts: tuple, kwargs: dict) -> TopoOptimizer:
    name = kwargs.pop("name", None)
    one = local_opts[0] if len(local_opts) == 1 else LocalOptGroup(*local_opts)
    made = TopoOptimizer(one, order=order, failure_callback=TopoOptimizer.warn_inplace, **kwargs)
    made.name = name or getattr(one, "__name__", None)
    return made


def out2in(*local_opts: Any, **kwargs: Any) -> TopoOptimizer:
    """Return an optimizer that asks these about each node, from outputs to inputs."""
    return _walking("out_to_in", local_opts, kwargs)


def in2out(*local_opts: Any, **kwargs: Any) -> TopoOptimizer:
    """Return an optimizer that asks these about each node, from inputs to outputs."""
    return _walking("in_to_out", local_opts, kwargs)


def check_chain(r: Any, *chain: Any) -> Any:
    """Return the last node of a chain of Ops that `r` ends, or False: ``check_chain(r, op1, op2)``."""
    from .graph import Apply

    if isinstance(r, Apply):
        r = r.outputs[0]
    wanted = [part for link in chain for part in (link if isinstance(link, list | tuple) else [link])]
    position = 0
    while position < len(wanted):
        node = r.owner
        if node is None:
            return False
        op = wanted[position]
        if not (node.op == op or (isinstance(op, type) and isinstance(node.op, op))):
            return False
        position += 1
        if position < len(wanted):
            place = 0
            if isinstance(wanted[position], int):
                place = wanted[position]
                position += 1
            r = node.inputs[place]
    return node


def inherit_stack_trace(from_var: Any) -> Any:
    """Return a context in which new variables inherit the trace of `from_var`."""
    from contextlib import contextmanager

    from .graph import nodes_constructed

    @contextmanager
    def inherit() -> Any:
        with nodes_constructed() as made:
            yield
        copy_stack_trace(from_var, made)

    return inherit()


class _metadict:
    """What pickles of functions kept merged constants in; nothing reads it now."""
