"""`Function`, the callable that `theano.function` returns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pytensor.graph.basic import Constant
from pytensor.link.basic import Container

from graphopt.engine.compiler import Compiled
from graphopt.engine.lines.linker import LIBRARIES, duplicate

from .containers import DUPLICATE, ByName
from .io import In, SymbolicInput
from .thunk import Thunk

if TYPE_CHECKING:
    from .makers import FunctionMaker

LIBRARIES.append(__file__.rpartition("theano")[0])  # an error names the user's line, not ours


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
        self.value = ByName(self.finder, True)
        self.container = ByName(self.finder, False)
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
            from ..gof.utils import get_variable_trace_string

            function = f'theano function with name "{self.name}"' if self.name else "theano function"
            which = f'argument with name "{argument.name}"' if getattr(argument, "name", None) else "argument"
            text = f"Bad input {which} to {function} at index {position} (0-based). "
            text += get_variable_trace_string(self.maker.inputs[position].variable)
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
        from .copying import copied

        return copied(self, swap or {}, delete_updates, name, profile)

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
        from .function_module import _unpickled

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
