"""`Function`, the callable that `theano.function` returns, and its maker."""

from __future__ import annotations

import copy
import re
import time
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.traversal import ancestors, applys_between
from pytensor.graph.utils import MissingInputError
from pytensor.link.basic import Container
from pytensor.tensor.elemwise import Elemwise

from graphopt.engine.compiler import Compiled
from graphopt.engine.graphs import FlatGraph
from graphopt.engine.lines.linker import LIBRARIES, duplicate
from graphopt.engine.stretching import equal_lengths

from ..configdefaults import config
from ..gof.link import PerformLinker
from ..gof.rewriting import rewriting
from .io import In, SymbolicInput, SymbolicOutput
from .mode import get_mode
from .profiling import profiled_maker
from .thunk import Thunk

__all__ = [
    "AliasedMemoryError",
    "Function",
    "FunctionMaker",
    "Supervisor",
    "UnusedInputError",
    "alias_root",
    "convert_function_input",
    "orig_function",
    "register_checker",
    "view_tree_set",
]

LIBRARIES.append(__file__.rpartition("theano")[0])  # an error names the user's line, not ours

#: marks a name that several inputs of a function have
DUPLICATE = ["DUPLICATE"]


class UnusedInputError(Exception):
    """Raised when an input of a function is not needed to compute its outputs."""


class AliasedMemoryError(Exception):
    """Raised when two inputs share memory and one of them may be changed."""

    def __init__(self, a: Any, b: Any) -> None:
        super().__init__()
        self.a, self.b = a, b


class Supervisor:
    """Watches that no rewrite overwrites protected inputs; here the engine copies what an Op would
    destroy.
    """

    def __init__(self, protected: Any) -> None:
        self.protected = list(protected)

    def validate(self, fgraph: Any) -> bool:
        return True


def view_tree_set(v: Variable, treeset: set) -> None:
    """Add to `treeset` all variables that are views of `v`."""
    treeset.add(v)


def alias_root(v: Variable) -> Variable:
    """Return the variable whose memory `v` is a view of."""
    while v.owner is not None:
        views = getattr(v.owner.op, "view_map", {})
        if v.index not in views:
            break
        v = v.owner.inputs[views[v.index][0]]
    return v


class _Cell:
    """An input of the graph that callers do not pass: the engine reads it from, and writes it to, a
    container.
    """

    def __init__(self, container: Container) -> None:
        self.container = container


class _ByName:
    """What ``f.value`` and ``f.container`` are: the inputs' containers by position, variable or name."""

    def __init__(self, finder: dict, of_values: bool) -> None:
        self._finder, self._of_values = finder, of_values

    def _container(self, item: Any) -> Container:
        try:
            found = self._finder[item]
        except (KeyError, TypeError):
            names = [k for k in self._finder if isinstance(k, str)]
            raise TypeError(
                f"Unknown input or state: {item}. The function has {len(names)} named inputs "
                f"({', '.join(names)})."
            ) from None
        if found is DUPLICATE:
            raise TypeError(
                f"Ambiguous name: {item} - please check the names of the inputs of your function for "
                "duplicates."
            )
        return found

    def __getitem__(self, item: Any) -> Any:
        if not self._of_values:
            return self._finder[item]
        return self._container(item).value

    def __setitem__(self, item: Any, value: Any) -> None:
        container = self._container(item)
        container.value = value
        container.provided += 1

    def __contains__(self, item: Any) -> bool:
        return item in self._finder


class Function:
    """A compiled graph: call it with values of its inputs.

    Attributes
    ----------
    maker : FunctionMaker
        What it was made from; ``f.maker.fgraph`` is the graph that runs.
    finder : dict
        Position, variable and name of an input -> its container.
    trust_input : bool
        Set it to True to skip the checks of arguments.
    value, container
        The inputs' values and containers by position, variable or name; ``f[x]`` is ``f.value[x]``.
    """

    def __init__(
        self,
        maker: FunctionMaker,
        compiled: Compiled,
        containers: list[Container],
        defaults: list[tuple[bool, bool, Any]],
        name: str | None,
    ) -> None:
        self.maker, self.name = maker, name
        self.input_storage, self.defaults = containers, defaults
        self.outputs = maker.outputs
        self.output_keys = maker.output_keys
        self.unpack_single = maker.unpack_single
        self.return_none = maker.return_none
        self.profile = maker.profile
        self.trust_input = False
        self.nodes_with_inner_function: list = []
        self.output_storage = [Container(o.variable, [None]) for o in maker.outputs]
        self.indices = [(i, None, [i]) for i in maker.inputs]
        self.finder: dict[Any, Any] = {}
        self.inv_finder: dict[Container, SymbolicInput] = {}
        for position, (given, container) in enumerate(zip(maker.inputs, containers)):
            container.required = defaults[position][0]
            container.implicit, container.provided = given.implicit, 0
            self.finder[position] = self.finder[given.variable] = container
            self.finder[given.name] = DUPLICATE if given.name in self.finder else container
            self.inv_finder[container] = given
        self.value = _ByName(self.finder, True)
        self.container = _ByName(self.finder, False)
        self.n_returned_outputs = len(maker.outputs)
        self._check_for_aliased_inputs = any(
            isinstance(i, In) and not i.shared and (i.borrow or i.mutable) for i in maker.inputs
        )
        self._cells = [c.storage for c, i in zip(containers, maker.inputs) if not maker.is_hidden(i)]
        self.fn = Thunk(compiled, maker.fgraph, containers, self._cells, self.output_storage)
        self._run = _lending(compiled.trusted, maker)
        self._plain = self._has_only_required_inputs() and self.profile is None

    def _has_only_required_inputs(self) -> bool:
        """Return whether each call gives every input that is not hidden, by position, and wants all
        outputs as a list.
        """
        shown = [(i, d) for i, d in zip(self.maker.inputs, self.defaults) if not self.maker.is_hidden(i)]
        return all(d[0] for _, d in shown)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the outputs for these values of the inputs.

        Parameters
        ----------
        *args, **kwargs
            Values by position, or by the name of the input.
        output_subset : list, optional
            Which outputs to return, by position or by key.

        Raises
        ------
        TypeError
            If an argument is missing, given twice, of a wrong type, or not the caller's to give.
        """
        if self._plain and not kwargs and len(args) == len(self._cells) and self.fn.allow_gc:
            values = args if self.trust_input else [self._checked(i, a) for i, a in enumerate(args)]
            try:
                results = self._run(*values)
            except Exception as error:
                _retell(error)
                raise
            if self.maker.overwritten:
                self._overwrite(values, results)
            return self._packed(results, None)
        return self._called_in_full(args, kwargs)

    def _called_in_full(self, args: tuple, kwargs: dict) -> Any:
        started = time.time()
        subset = kwargs.pop("output_subset", None)
        if subset is not None and self.output_keys is not None:
            subset = [self.output_keys.index(key) for key in subset]
        for container in self.input_storage:
            container.provided = 0
        if len(args) + len(kwargs) > len(self.input_storage):
            raise TypeError("Too many parameter passed to theano function")
        try:
            for position, argument in enumerate(args):
                container = self.input_storage[position]
                container.storage[0] = argument if self.trust_input else self._checked(position, argument)
                container.provided += 1
            for key, argument in kwargs.items():
                self.value[key] = argument
            self._check_provided()
            values = [cell[0] for cell in self._cells]
            began = time.time()
            results = self._run(*values)
            self._overwrite(values, results)
            if not self.fn.allow_gc:
                for container, result in zip(self.output_storage, results):
                    container.storage[0] = result
        except Exception as error:
            _retell(error)
            raise
        finally:
            self._restore_defaults()
        if self.profile is not None:
            self.profile.note_call(time.time() - started, time.time() - began)
        return self._packed(results, subset)

    def _overwrite(self, values: Sequence, results: list) -> None:
        """Put into arguments what in-place Ops of the graph leave there; take it off the results."""
        left = results[self.n_returned_outputs :]
        del results[self.n_returned_outputs :]
        for (position, _), value in zip(self.maker.overwritten, left):
            if isinstance(values[position], np.ndarray):
                values[position][...] = value

    def _check_provided(self) -> None:
        for container in self.input_storage:
            given = self.inv_finder[container]
            what = getattr(given, "variable", given)
            if container.required and not container.provided:
                raise TypeError(f"Missing required input: {what}")
            if container.provided > 1:
                raise TypeError(f"Multiple values for input: {what}")
            if container.implicit and container.provided > 0:
                raise TypeError(f"Tried to provide value for implicit input: {what}")

    def _restore_defaults(self) -> None:
        for position, (required, refeed, value) in enumerate(self.defaults):
            container = self.input_storage[position]
            if refeed:
                container.value = value.storage[0] if isinstance(value, Container) else value
            elif required:
                container.storage[0] = None

    def _packed(self, results: list, subset: list | None) -> Any:
        if self.return_none:
            return None
        if subset is None:
            if self.unpack_single:
                return results[0]
            return results if self.output_keys is None else dict(zip(self.output_keys, results))
        if self.output_keys is not None:
            return {self.output_keys[i]: results[i] for i in subset}
        return [results[i] for i in subset]

    def _checked(self, position: int, argument: Any) -> Any:
        """Return `argument` as a value of the type of the input, or say which argument is bad."""
        container = self.input_storage[position]
        kind = container.type
        if (
            type(argument) is np.ndarray
            and argument.dtype is getattr(kind, "numpy_dtype", None)
            and argument.ndim == kind.ndim
            and True not in kind.broadcastable
            and not hasattr(kind, "format")  # a sparse type makes a matrix of it
        ):
            return argument
        if argument is None:
            return None
        try:
            return kind.filter(argument, strict=container.strict, allow_downcast=container.allow_downcast)
        except Exception as error:
            function = f'theano function with name "{self.name}"' if self.name else "theano function"
            which = f'argument with name "{argument.name}"' if getattr(argument, "name", None) else "argument"
            text = f"Bad input {which} to {function} at index {position} (0-based). "
            text += trace_text(self.maker.inputs[position].variable)
            if len(error.args) == 1:
                error.args = (text + str(error.args[0]),)
            else:
                error.args = (text, *error.args)
            raise

    def __contains__(self, item: Any) -> bool:
        return item in self.value

    def __getitem__(self, item: Any) -> Any:
        return self.value[item]

    def __setitem__(self, item: Any, value: Any) -> None:
        self.value[item] = value

    def __copy__(self) -> Function:
        return self.copy()

    def copy(
        self,
        share_memory: bool = False,
        swap: dict | None = None,
        delete_updates: bool = False,
        name: str | None = None,
        profile: Any = None,
    ) -> Function:
        """Return another function of the same graph; it gives a list, also for one output or a dict.

        Parameters
        ----------
        share_memory : bool
            Kept for old programs; functions share no memory for intermediate results.
        swap : dict
            ``{shared variable of the graph: the one to use in its place}``.
        delete_updates : bool
            Whether the copy changes no shared variable.
        name : str, optional
            Its name; "... copy" of this one's otherwise.
        """
        from .sharedvalue import SharedVariable

        present = [i.variable for i in self.maker.inputs]
        inputs = [copy.copy(i) for i in self.maker.inputs]
        for old, new in (swap or {}).items():
            if old not in present:
                raise ValueError(f"SharedVariable: {getattr(old, 'name', old)} not found")
            assert isinstance(old, SharedVariable) and isinstance(new, SharedVariable), (
                f"swap needs shared variables, given {old} ({type(old)}) and {new} ({type(new)})"
            )
            assert old.type == new.type, (
                f"Type of given SharedVariable conflicts with original one: {new.type} for {old.type}"
            )
        replaced = dict(swap or {})
        for given in inputs:
            if given.variable in replaced:
                given.value = replaced[given.variable].container
            if delete_updates:
                given.update = None
        maker = type(self.maker)(
            inputs,
            self.maker.outputs,
            mode=self.maker.mode,
            on_unused_input="ignore",
            profile=self.maker.profile if profile is None else profile,
        )
        new_name = name or (self.name + " copy" if self.name else None)
        made = maker.create(name=new_name)
        for given, mine, theirs in zip(inputs, self.input_storage, made.input_storage):
            if not given.implicit and not given.mutable:
                theirs.storage[0] = mine.storage[0]
            if given.variable in replaced:
                made.finder[replaced[given.variable]] = made.finder.pop(given.variable)
                given.variable = replaced[given.variable]
        return made

    def free(self) -> None:
        """Free results that storage holds; those in between are never kept."""
        given = [c for c, i in zip(self.input_storage, self.maker.inputs) if not i.implicit]
        for container in self.output_storage + given:
            container.storage[0] = None

    def get_shared(self) -> list:
        """Return the shared variables that this function reads or updates."""
        return [i.variable for i in self.maker.inputs if i.implicit]

    def sync_shared(self) -> None:
        """Wait until devices have finished; there are none."""

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.Function object {self.name or ''} at {id(self):#x}>"

    def __reduce__(self) -> tuple:
        return _unpickled, (self.maker, self.input_storage, self.name, self.trust_input)


def _lending(run: Callable, maker: FunctionMaker) -> Callable:
    """Return `run` so that a constant output that is borrowed is one array, the caller's to change."""
    outputs = enumerate(zip(maker.outputs, maker.fgraph.outputs))
    lent = {k: duplicate(v.data) for k, (o, v) in outputs if o.borrow and isinstance(v, Constant)}
    if not lent:
        return run

    def lend(*values: Any) -> list:
        results = run(*values)
        for k, value in lent.items():
            results[k] = value
        return results

    return lend


def _retell(error: Exception) -> None:
    from ..gof.failures import retell

    retell(error)


def _unpickled(maker: FunctionMaker, containers: list, name: str | None, trust_input: bool) -> Function:
    """Return a function of the same containers, so that functions pickled together go on sharing them."""
    made = maker.create(containers, name=name)
    made.trust_input = trust_input
    return made


def _constructor_FunctionMaker(kwargs: dict) -> FunctionMaker:
    """Return the maker of a function as versions before 1.0 pickled it."""
    maker = FunctionMaker.__new__(FunctionMaker)
    maker.__setstate__(kwargs)
    return maker


def _constructor_Function(
    maker: FunctionMaker, input_storage: list, inputs_data: list, trust_input: bool = False
) -> Function | None:
    """Return a function that Theano pickled, on the containers that were pickled with it; None if
    `config.unpickle_function` is off.
    """
    if not config.unpickle_function:
        return None
    return _unpickled(maker, input_storage, getattr(maker.fgraph, "name", None), trust_input)


def trace_text(variable: Variable) -> str:
    """Return where in the program a variable was made, with a line break at the end; "" when that is not
    known.
    """
    from ..gof.utils import get_variable_trace_string

    return get_variable_trace_string(variable)


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
        self._check_unused_inputs()
        self.overwritten = self._overwritten()
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

    def _check_unused_inputs(self) -> None:
        wish = self.on_unused_input if self.on_unused_input is not None else config.on_unused_input
        if wish == "ignore":
            return
        if wish not in ("raise", "warn"):
            raise ValueError(
                f"Invalid value for keyword on_unused_input of theano.function: '{wish}'.\n"
                "Valid values are 'raise', 'warn', and 'ignore'."
            )
        wanted = [o.variable for o in self.outputs] + [i.update for i in self._updates()]
        used = set(ancestors(wanted, blockers=[i.variable for i in self.inputs]))
        for given in self.inputs:
            if given.variable in used or given.update is not None or (isinstance(given, In) and given.shared):
                continue
            message = (
                "theano.function was asked to create a function computing outputs given certain inputs, "
                f"but the provided input variable at index {self.inputs.index(given)} is not part of the "
                f"computational graph needed to compute the outputs: {given.variable}.\n"
            )
            if wish == "raise":
                raise UnusedInputError(
                    message
                    + "To make this error into a warning, you can pass the parameter on_unused_input='warn' "
                    "to theano.function. To disable it completely, use on_unused_input='ignore'."
                )
            warnings.warn(
                message
                + "To make this warning into an error, you can pass the parameter on_unused_input='raise' to "
                "theano.function. To disable it completely, use on_unused_input='ignore'.",
                stacklevel=6,
            )

    def _overwritten(self) -> list[tuple[int, Variable]]:
        """Return the inputs that may be changed and that an Op of the graph overwrites, and what is in their
        place afterwards.

        Where Theano's rewrites would let an elementwise output take the place of a mutable input, it counts;
        `accept_inplace` alone allows only what the graph's own Ops destroy.
        The engine never overwrites what it is given: the function copies these values into the arguments.
        """
        passed = {i.variable: k for k, i in enumerate(self.inputs) if not i.implicit}
        mutable = {variable: k for variable, k in passed.items() if self.inputs[k].mutable}
        destroyable = passed if self.accept_inplace else mutable
        found = []
        if not destroyable:
            return found
        for node in applys_between([], [o.variable for o in self.outputs]):
            for place, destroyed in (getattr(node.op, "destroy_map", None) or {}).items():
                if node.inputs[destroyed[0]] in destroyable:
                    found.append((destroyable[node.inputs[destroyed[0]]], node.outputs[place]))
        if mutable and self.mode.works_in_place:
            for output in self.outputs:
                node = output.variable.owner
                if node is not None and isinstance(node.op, Elemwise):
                    same = [i for i in node.inputs if i in mutable and i.type == output.variable.type]
                    found += [
                        (mutable[i], output.variable) for i in same[:1] if mutable[i] not in dict(found)
                    ]
        return found

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


_checkers: list = []


def register_checker(checker: Any) -> None:
    """Register a function that may refuse graphs: ``checker(fgraph)``."""
    _checkers.append(checker)


def convert_function_input(input: Any) -> SymbolicInput:
    """Return an input given in any of the old ways as an In.

    A variable; ``(variable, value)``; ``(name, variable, value)`` with an update in the place of the
    variable:
    ``((variable, update), value)``; an In.
    """
    if isinstance(input, SymbolicInput):
        return input
    if isinstance(input, Constant):
        raise TypeError("A Constant instance is not a legal function input", input)
    if isinstance(input, Variable):
        return In(input)
    if isinstance(input, list | tuple):
        original = input
        if not input:
            raise TypeError(f"Nonsensical input specification: {original}")
        if isinstance(input[0], str):
            name, input = input[0], input[1:]
        else:
            name = None
        if not input:
            raise TypeError(f"Nonsensical input specification: {original}")
        if isinstance(input[0], list | tuple):
            if len(input[0]) != 2 or len(input) != 2:
                raise TypeError(
                    f"Invalid input syntax: {original} (check documentation or use an In instance)"
                )
            (variable, update), value = input
        elif isinstance(input[0], Variable):
            if len(input) == 1:
                variable, update, value = input[0], None, None
            elif len(input) == 2:
                (variable, value), update = input, None
            else:
                raise TypeError(
                    f"Invalid input syntax: {original} (check documentation or use an In instance)"
                )
        else:
            raise TypeError(f"Unknown input type: {type(input[0])} ({input[0]}), expected Variable instance")
        if not isinstance(variable, Variable):
            raise TypeError(f"Unknown input type: {type(variable)}, expected Variable instance", variable)
        if update is not None and not isinstance(update, Variable):
            raise TypeError(f"Unknown update type: {type(update)}, expected Variable instance", update)
        if value is not None and isinstance(value, Variable | SymbolicInput):
            raise TypeError(
                f"The value for input {variable} should not be a Variable or SymbolicInput instance (got: "
                f"{value})"
            )
        return In(variable, name=name, value=value, update=update)
    raise TypeError(f"Unknown input type: {type(input)}, expected Variable instance", input)


def orig_function(
    inputs: Any,
    outputs: Any,
    mode: Any = None,
    accept_inplace: bool = False,
    name: str | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
    output_keys: list[str] | None = None,
) -> Function:
    """Return a function of inputs given as In, or in the old ways `convert_function_input` knows."""
    mode = get_mode(mode)
    inputs = [convert_function_input(i) for i in inputs]
    if outputs is not None:
        wrap = FunctionMaker.wrap_out
        outputs = [wrap(o) for o in outputs] if isinstance(outputs, list | tuple) else wrap(outputs)
    maker_class = getattr(mode, "function_maker", FunctionMaker)
    if maker_class is FunctionMaker and hasattr(profile, "note_node"):
        maker_class = profiled_maker(profile)
    started = time.perf_counter()
    maker = maker_class(
        inputs,
        outputs,
        mode,
        accept_inplace=accept_inplace,
        profile=profile,
        on_unused_input=on_unused_input,
        output_keys=output_keys,
    )
    rewritten = time.perf_counter()
    made = maker.create(name=name)
    if profile is not None:
        profile.optimizer_time += rewritten - started
        profile.linker_time += time.perf_counter() - rewritten
        profile.compile_time += time.perf_counter() - started
        profile.nb_nodes = len(maker.fgraph.apply_nodes)
    return made
