"""`FunctionMaker`: checks inputs, rewrites the graph, hands it to the engine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pytensor.graph.basic import Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.utils import MissingInputError
from pytensor.link.basic import Container

from graphopt.engine.compiler import Compiled
from graphopt.engine.graphs import FlatGraph
from graphopt.engine.stretching import equal_lengths

from ..configdefaults import config
from ..gof.link import PerformLinker
from ..gof.rewriting import rewriting
from .callables import Function
from .io import SymbolicInput, SymbolicOutput
from .mode import get_mode
from .overwriting import overwritten_inputs
from .unused_inputs import check_unused_inputs


class _Cell:
    """An input of the graph that callers do not pass: the engine reads it from, and writes it to, a
    container.
    """

    def __init__(self, container: Container) -> None:
        self.container = container


class FunctionMaker:
    """Makes functions of a graph: checks inputs, rewrites the graph, hands it to the engine.

    Parameters
    ----------
    inputs : list of In
        Explicit ones, then the implicit ones (shared variables), whose `value` is their container.
    outputs : list of Out, Out or None
    mode : Mode
    """

    def __init__(
        self,
        inputs: Sequence[Any],
        outputs: Any,
        mode: Any = None,
        accept_inplace: bool = False,
        function_builder: Any = Function,
        profile: Any = None,
        on_unused_input: str | None = None,
        fgraph: FunctionGraph | None = None,
        output_keys: list[str] | None = None,
        unpack_single: bool | None = None,
        return_none: bool | None = None,
    ) -> None:
        self.mode = get_mode(mode)
        self.unpack_single = not isinstance(outputs, list | tuple) if unpack_single is None else unpack_single
        self.return_none = outputs is None if return_none is None else return_none
        outputs = [] if outputs is None else outputs
        outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
        self.inputs = [self.wrap_in(i) for i in (inputs if isinstance(inputs, list | tuple) else [inputs])]
        self.outputs = [self.wrap_out(o) for o in outputs]
        self.expanded_inputs = self.inputs
        self.function_builder = function_builder
        self.accept_inplace = accept_inplace
        self.profile = profile
        self.output_keys = output_keys
        self.on_unused_input = on_unused_input
        self.indices = [[i, None, [i]] for i in self.inputs]
        self.required = [i.value is None for i in self.inputs]
        self.refeed = [
            i.value is not None and not isinstance(i.value, Container) and i.update is None
            for i in self.inputs
        ]
        check_unused_inputs(self.inputs, self.outputs, on_unused_input)
        self.overwritten = overwritten_inputs(self.inputs, self.outputs, self.mode, accept_inplace)
        self.fgraph = self._rewritten()

    @staticmethod
    def wrap_in(input: Any) -> SymbolicInput:
        """Return `input` (an In, a variable, an old-style tuple) as an In."""
        if isinstance(input, SymbolicInput):
            return input
        if isinstance(input, Variable):
            return SymbolicInput(input)
        if isinstance(input, list | tuple):
            if len(input) == 2:
                return SymbolicInput(input[0], update=input[1])
            raise TypeError(f"Expected two elements in the list or tuple. (got: {input})")
        raise TypeError(f"Unknown input type: {type(input)} ({input}), expected Variable instance")

    @staticmethod
    def wrap_out(output: Any) -> SymbolicOutput:
        """Return `output` (an Out or a variable) as an Out."""
        if isinstance(output, SymbolicOutput):
            return output
        if isinstance(output, Variable):
            return SymbolicOutput(output)
        raise TypeError(f"Unknown output type: {type(output)} ({output})")

    @staticmethod
    def is_hidden(given: SymbolicInput) -> bool:
        """Return whether callers never pass this input."""
        return given.implicit

    def _updates(self) -> list[SymbolicInput]:
        return [i for i in self.inputs if i.update is not None]

    def _wanted(self) -> list[Variable]:
        """Return what the graph computes: outputs, what is left in overwritten inputs, updates."""
        left = [variable for _, variable in self.overwritten]
        return [o.variable for o in self.outputs] + left + [i.update for i in self._updates()]

    def _rewritten(self) -> FunctionGraph:
        from pytensor import config as pytensor_config

        from ..tensor.advance import advance_in_place

        variables = [i.variable for i in self.inputs]
        wanted = self._wanted()
        try:
            fgraph = FunctionGraph(variables, wanted, clone=True, copy_inputs=True, copy_orphans=True)
        except MissingInputError as error:
            error.args = (_in_theanos_words(str(error)),)
            raise
        quiet = "ignore" if config.on_opt_error == "warn" else config.on_opt_error
        flags = {"on_opt_error": quiet, "traceback__limit": pytensor_config.traceback__compile_limit}
        with rewriting(), pytensor_config.change_flags(**flags):
            self.equal = equal_lengths(fgraph)
            self.mode.rewrite(fgraph)
        n = len(self.outputs) + len(self.overwritten)
        fgraph.update_mapping = {n + k: self.inputs.index(given) for k, given in enumerate(self._updates())}
        advance_in_place(fgraph, [k for k, i in enumerate(self.inputs) if i.mutable])
        return fgraph

    def create(
        self,
        input_storage: Any = None,
        trustme: bool = False,
        storage_map: Any = None,
        name: str | None = None,
    ) -> Function:
        """Return a function; its inputs that are not shared use `input_storage`, or containers of its own."""
        containers, defaults = [], []
        self.fgraph.name = name
        for position, given in enumerate(self.inputs):
            value = getattr(given, "value", None)
            stored = value if input_storage is None else input_storage[position]
            if not isinstance(stored, Container):
                value = stored
            if isinstance(value, Variable) and hasattr(value, "container"):
                value = value.container
            container = stored if isinstance(stored, Container) else value
            if not isinstance(container, Container):
                container = Container(
                    given.variable,
                    [None],
                    strict=given.strict,
                    allow_downcast=given.allow_downcast,
                    name=given.name,
                )
                if value is not None:
                    container.value = value
                    value = container.value
            containers.append(container)
            defaults.append(
                (
                    value is None,
                    value is not None
                    and not given.implicit
                    and given.update is None
                    and not isinstance(value, Container),
                    value,
                )
            )
        with rewriting():  # the engine rewrites the graphs inside of loops
            compiled = self._compiled(containers, name)
        return self.function_builder(self, compiled, containers, defaults, name)

    def _compiled(self, containers: list[Container], name: str | None) -> Compiled:
        """Return the engine's function: what callers pass first, then what it reads from containers."""
        graph = self.fgraph
        shown = [k for k, i in enumerate(self.inputs) if not self.is_hidden(i)]
        hidden = [k for k, i in enumerate(self.inputs) if self.is_hidden(i)]
        cells = {k: _Cell(containers[k]) for k in range(len(self.inputs)) if k in hidden}
        for k in shown:
            if self.inputs[k].update is not None:
                cells[k] = _Cell(containers[k])
        ordered = FunctionGraph(
            [graph.inputs[k] for k in shown + hidden],
            list(graph.outputs),
            clone=True,
            copy_inputs=True,
            copy_orphans=True,
        )
        updated = tuple(cells[self.inputs.index(i)] for i in self._updates())
        shared = [cells[k] for k in hidden]
        extra = [c for c in updated if c not in shared]
        if extra:  # what callers pass and the function also keeps: written by the engine, read by nobody
            ordered = _with_unused_inputs(ordered, [c.container.type for c in extra])
            shared += extra
        flat = FlatGraph(
            ordered,
            tuple(self.inputs[k].variable for k in shown),
            tuple(shared),
            len(self.outputs) + len(self.overwritten),
            updated,
        )
        place = {k: n for n, k in enumerate(shown + hidden)}
        equal = tuple(((place[i], a), (place[j], b)) for (i, a), (j, b) in getattr(self, "equal", ()))
        return Compiled(
            flat, single=False, tier=self._tier(), name=name or "function", simplify=False, equal=equal
        )

    def _tier(self) -> str:
        return "auto"

    @cached_property
    def linker(self) -> PerformLinker:
        """A linker of the rewritten graph, for programs that link it once more themselves."""
        return PerformLinker().accept(self.fgraph)

    def __getstate__(self) -> dict:
        return {
            "inputs": self.inputs,
            "outputs": self.outputs,
            "mode": self.mode,
            "accept_inplace": self.accept_inplace,
            "profile": None,
            "output_keys": self.output_keys,
            "unpack_single": self.unpack_single,
            "return_none": self.return_none,
        }

    def __setstate__(self, state: dict) -> None:
        """Make the function anew, also from Theano's pickle: what its rewrites made of the graph is left."""
        kept = ("inputs", "outputs", "mode", "accept_inplace", "output_keys", "unpack_single", "return_none")
        self.__init__(**{k: v for k, v in state.items() if k in kept}, on_unused_input="ignore")
        self.fgraph.name = getattr(state.get("fgraph"), "name", None)


def _with_unused_inputs(fgraph: FunctionGraph, types: list) -> FunctionGraph:
    """Return the graph with inputs added that nothing reads."""
    return FunctionGraph(
        [*fgraph.inputs, *[t() for t in types]], list(fgraph.outputs), clone=True, copy_orphans=True
    )


def _in_theanos_words(missing: str) -> str:
    """Return the text of a MissingInputError without the input's name, with Theano's flags."""
    return re.sub(r"^(Input \d+) \(.*?\) of", r"\1 of", missing).replace("PyTensor flag", "Theano flag")
