"""`OpFromGraph`: a piece of graph as an Op of its own."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply, Variable

from ...adopt import adopt
from ..gof.op import Op, ops_with_inner_function
from .overrides import lop_override, rop_override
from .sharedvalue import SharedVariable

__all__ = ["OpFromGraph", "inline_ofg_expansion", "ops_with_inner_function"]


class OpFromGraph(Op):
    """The graph from `inputs` to `outputs` as an Op.

    Parameters
    ----------
    inputs, outputs : list of Variable
    inline : bool
        Whether the graph takes the place of the Op when a function is compiled.
    lop_overrides, grad_overrides : "default", None, Variable, callable, OpFromGraph, or a list of them
        How gradients are computed: ``f(inputs, outputs, output_gradients)`` for the first, ``f(inputs,
        output_gradients)`` for the second; a list has one for each input, each returning one gradient. A
        variable of a NullType or DisconnectedType is the gradient itself, and None means zero.
    rop_overrides
        The same for the R operator: ``f(inputs, eval_points)``.
    connection_pattern : list of list of bool, optional
        For each input, which outputs gradients flow back from, where it is not what the graph says.
    name : str, optional
    """

    def __init__(
        self,
        inputs: list,
        outputs: list,
        inline: bool = False,
        lop_overrides: Any = "default",
        grad_overrides: Any = "default",
        rop_overrides: Any = "default",
        connection_pattern: list | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(outputs, list):
            raise TypeError(f"outputs must be list, got {type(outputs)}")
        for variable in (*inputs, *outputs):
            if not isinstance(variable, Variable):
                raise TypeError("inputs and outputs must be Variable instances", variable)
        if "updates" in kwargs or "givens" in kwargs:
            raise TypeError("updates and givens are not allowed here")
        from pytensor.graph.traversal import graph_inputs

        self.is_inline = inline
        found = graph_inputs(outputs, blockers=inputs)
        self.shared_inputs = [
            v for v in dict.fromkeys(found) if isinstance(v, SharedVariable) and v not in inputs
        ]
        self.local_inputs, self.local_outputs = [*inputs, *self.shared_inputs], list(outputs)
        self.inputs, self.outputs, self.kwargs = inputs, outputs, kwargs
        self.input_types = [i.type for i in inputs]
        self.output_types = [o.type for o in outputs]
        if lop_overrides != "default" and grad_overrides != "default":
            raise ValueError("lop_overrides and grad_overrides are mutually exclusive")
        self.set_lop_overrides(lop_overrides)
        if grad_overrides != "default":
            self.set_grad_overrides(grad_overrides)
        self.set_rop_overrides(rop_overrides)
        if name is not None:
            assert isinstance(name, str), "name must be None or string object"
        self._connections = connection_pattern
        self.name = name

    def __eq__(self, other: Any) -> bool:
        return self is other

    def __hash__(self) -> int:
        return hash((type(self), id(self)))

    def __str__(self) -> str:
        name = type(self).__name__ if self.name is None else self.name
        return f"{name}{{inline={self.is_inline}}}"

    # what overrides there are
    def set_grad_overrides(self, grad_overrides: Any) -> None:
        """Set how gradients are computed: ``f(inputs, output_gradients)``, or a list of them."""
        self._lop, self._lop_takes_outputs = grad_overrides, False

    def set_lop_overrides(self, lop_overrides: Any) -> None:
        """Set how gradients are computed: ``f(inputs, outputs, output_gradients)``, or a list of them."""
        self._lop, self._lop_takes_outputs = lop_overrides, True

    def set_rop_overrides(self, rop_overrides: Any) -> None:
        """Set how the R operator is computed: ``f(inputs, eval_points)``, or a list of them."""
        self._rop = rop_overrides

    def make_node(self, *inputs: Any) -> Apply:
        if len(inputs) not in (len(self.input_types), len(self.local_inputs)):
            raise ValueError(f"{self} expects {len(self.input_types)} inputs, got {len(inputs)}.")
        given = [kind.filter_variable(i) for i, kind in zip(inputs, self.input_types)]
        shared = list(inputs[len(self.input_types) :]) or self.shared_inputs
        return Apply(self, [*given, *shared], [kind() for kind in self.output_types])

    def _substituted(self, outputs: list, inputs: list) -> list:
        """Return `outputs`, expressions of the inner inputs, as expressions of `inputs`."""
        from pytensor.graph.replace import clone_replace

        swaps = {old: new for old, new in zip(self.local_inputs, inputs) if old is not new}
        return adopt(clone_replace(outputs, replace=swaps, rebuild_strict=False)) if swaps else list(outputs)

    def expanded(self, inputs: list) -> list:
        """Return the outputs as the inner graph on `inputs`."""
        return self._substituted(self.local_outputs, inputs)

    def L_op(self, inputs: list, outputs: list, output_grads: list) -> list:
        own, shared = inputs[: len(self.input_types)], inputs[len(self.input_types) :]
        default = self._default_gradients(inputs, output_grads)
        overrides = self._lop
        if isinstance(overrides, str):
            return default

        arguments = [own, outputs, output_grads] if self._lop_takes_outputs else [own, output_grads]

        if not isinstance(overrides, list):
            got = lop_override(overrides, arguments, own)
            if not isinstance(got, list | tuple):
                got = [got]
            if len(got) != len(own):
                raise ValueError(f"Need to override {len(own)} gradients, got {len(got)}")
            return [*got, *default[len(own) :]]
        if len(overrides) != len(own):
            raise ValueError(f"Need to override {len(own)} gradients, got {len(overrides)}")
        result = []
        for position, how in enumerate(overrides):
            if isinstance(how, str):
                result.append(default[position])
            else:
                result.append(lop_override(how, arguments, own[position : position + 1]))
        result = [r[0] if isinstance(r, list | tuple) else r for r in result]
        return [*result, *default[len(own) : len(own) + len(shared)]]

    def _default_gradients(self, inputs: list, output_grads: list) -> list:
        """Return the gradients through the inner graph."""
        from ..gradient import DisconnectedType, grad

        known = {
            o: self._inner_gradient(o, g)
            for o, g in zip(self.local_outputs, output_grads)
            if not isinstance(g.type, DisconnectedType)
        }
        if not known:
            return [DisconnectedType()() for _ in inputs]
        inner = grad(
            cost=None,
            known_grads=known,
            wrt=self.local_inputs,
            disconnected_inputs="ignore",
            return_disconnected="disconnected",
            null_gradients="return",
        )
        if not isinstance(inner, list | tuple):
            inner = [inner]
        plain = [g for g in inner if self._is_plain(g)]
        swapped = dict(zip(map(id, plain), self._substituted(plain, inputs))) if plain else {}
        return [swapped.get(id(g), g) for g in inner]

    @staticmethod
    def _inner_gradient(output: Variable, gradient: Variable) -> Variable:
        return gradient

    @staticmethod
    def _is_plain(gradient: Variable) -> bool:
        from ..gradient import DisconnectedType, NullType

        return not isinstance(gradient.type, DisconnectedType | NullType)

    def R_op(self, inputs: list, eval_points: list) -> list:
        from ..gradient import Rop

        own = inputs[: len(self.input_types)]
        overrides = self._rop

        def default() -> list:
            wrt = [i for i, p in zip(self.local_inputs, eval_points) if p is not None]
            points = [p for p in eval_points if p is not None]
            if not wrt:
                return [None] * len(self.output_types)
            got = Rop(self.local_outputs, wrt, points)
            got = list(got) if isinstance(got, list | tuple) else [got]
            return self._substituted(got, inputs)

        if isinstance(overrides, str):
            return default()
        points = eval_points[: len(own)]
        if not isinstance(overrides, list):
            got = rop_override(overrides, [own, points], self.output_types)
            got = list(got) if isinstance(got, list | tuple) else [got]
            if len(got) != len(self.output_types):
                raise ValueError(f"Need to override {len(self.output_types)} Rop, got {len(got)}")
            return got
        if len(overrides) != len(self.output_types):
            raise ValueError(f"Need to override {len(self.output_types)} Rop, got {len(overrides)}")
        usual = default() if any(isinstance(how, str) for how in overrides) else None
        result = []
        for position, how in enumerate(overrides):
            if isinstance(how, str):
                result.append(usual[position])
            else:
                result.append(rop_override(how, [own, points], self.output_types[position : position + 1]))
        return [r[0] if isinstance(r, list | tuple) else r for r in result]

    def connection_pattern(self, node: Apply) -> list:
        """Return, for each input, which outputs depend on it; an override may say that gradients do not."""
        from ..gof.graph import io_connection_pattern
        from ..gradient import DisconnectedType

        if self._connections is not None:
            return self._connections
        pattern = io_connection_pattern(self.local_inputs, self.local_outputs)
        if isinstance(self._lop, list):
            for row, how in zip(pattern, self._lop):
                if isinstance(how, Variable) and isinstance(how.type, DisconnectedType):
                    row[:] = [False] * len(row)
                elif not isinstance(how, str):
                    row[:] = [True] * len(row)
        return pattern

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        from ..tensor.basic import shape_i

        outputs = self.expanded(list(node.inputs))
        return [tuple(shape_i(o, i) for i in range(o.ndim)) if hasattr(o, "ndim") else None for o in outputs]

    def prepare_node(self, node: Apply, storage_map: Any, compute_map: Any, impl: Any) -> None:
        """Compile the inner function."""
        if not hasattr(self, "fn"):
            from .function import function

            self.fn = function(
                self._as_arguments(),
                self._local_copy(),
                on_unused_input="ignore",
                mode=self.kwargs.get("mode"),
            )

    def _as_arguments(self) -> list:
        self._arguments = [i.type() for i in self.local_inputs]
        return self._arguments

    def _local_copy(self) -> list:
        return self._substituted(self.local_outputs, self._arguments)

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        self.prepare_node(node, None, None, None)
        for cell, value in zip(outputs, self.fn(*inputs)):
            cell[0] = value

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        # as PyTensor's Ops with inner graphs are, this one is opened where it stands when it is inline
        return super().__call__(*inputs, **kwargs)

    def __getstate__(self) -> dict:
        state = self.__dict__.copy()
        state.pop("fn", None)
        return state


def inline_ofg_expansion(fgraph: Any, node: Apply) -> list | bool:
    """Return the inner graph of an inline `OpFromGraph` in its place."""
    if not isinstance(node.op, OpFromGraph) or not node.op.is_inline:
        return False
    return node.op.expanded(list(node.inputs))


def _register() -> None:
    from pytensor.compile.mode import optdb
    from pytensor.graph.rewriting.basic import in2out, node_rewriter

    rewriter = in2out(node_rewriter([OpFromGraph])(inline_ofg_expansion))
    optdb.register("inline_theano_ofg", rewriter, "fast_compile", "fast_run", position=-0.01)


_register()
