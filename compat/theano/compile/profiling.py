"""`ProfileStats`: how often functions were called, and how long they and each of their nodes took."""

from __future__ import annotations

import atexit
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from pytensor.graph.basic import Apply

from ...text import op_name, op_text, variable_text
from ..configdefaults import config

__all__ = ["ProfileStats", "ScanProfileStats", "print_global_stats", "register_profiler_printer"]

total_fct_exec_time = 0.0
import_time = time.time()
_printers: list = []
_to_print: list = []


def register_profiler_printer(fct: Any) -> Any:
    """Register a function that prints more of a profile: it is called with it at the end of `summary`."""
    _printers.append(fct)
    return fct


def print_global_stats() -> None:
    """Print how much of the time since the import was spent in compiled functions."""
    print(
        f"Global stats: Time elasped since Theano import = {time.time() - import_time:6.3f}s, "
        f"Time spent in Theano functions = {total_fct_exec_time:6.3f}s",
        file=sys.stderr,
    )


class ProfileStats:
    """The profile of one function, or of several that were given the same one.

    Parameters
    ----------
    atexit_print : bool
        Whether the summary is printed when Python ends.
    message : str, optional
        Its title.
    """

    def __init__(
        self,
        atexit_print: bool = True,
        flag_time_thunks: bool | None = None,
        gpu_checks: bool = True,
        **kwargs: Any,
    ) -> None:
        self.message: str | None = None
        self.reset()
        self.flag_time_thunks = flag_time_thunks
        self.__dict__.update(kwargs)
        self.ignore_first_call = bool(config.profiling.ignore_first_call)
        if atexit_print:
            _to_print.append(self)

    def reset(self) -> None:
        """Forget all calls."""
        self.compile_time = self.fct_call_time = self.vm_call_time = 0.0
        self.fct_callcount = 0
        self.optimizer_time = self.linker_time = self.validate_time = 0.0
        self.apply_time: dict = {}
        self.apply_callcount: dict = {}
        self.apply_cimpl: dict = {}
        self.nb_nodes = 0

    def note_call(self, seconds: float, inside: float) -> None:
        """Note a call that took `seconds`, `inside` of them in the graph."""
        global total_fct_exec_time
        total_fct_exec_time += seconds
        self.fct_callcount += 1
        self.fct_call_time += seconds
        self.vm_call_time += inside
        if self.ignore_first_call:
            self.reset()
            self.ignore_first_call = False

    def note_node(self, node: Apply, seconds: float) -> None:
        """Note that `node` ran for `seconds`."""
        self.apply_time[node] = self.apply_time.get(node, 0.0) + seconds
        self.apply_callcount[node] = self.apply_callcount.get(node, 0) + 1
        self.apply_cimpl[node] = False

    def class_time(self) -> dict:
        """Return seconds by class of Op."""
        return _summed(_class_of, self.apply_time)

    def class_callcount(self) -> dict:
        """Return calls by class of Op."""
        return _summed(_class_of, self.apply_callcount)

    def class_nodes(self) -> dict:
        """Return the number of nodes by class of Op."""
        return _summed(_class_of, dict.fromkeys(self.apply_callcount, 1))

    def class_impl(self) -> dict:
        """Return ``"C "`` or ``"Py"`` by class of Op."""
        return {_class_of(node): _LANGUAGE[in_c] for node, in_c in self.apply_cimpl.items()}

    def op_time(self) -> dict:
        """Return seconds by Op."""
        return _summed(_op_of, self.apply_time)

    def op_callcount(self) -> dict:
        """Return calls by Op."""
        return _summed(_op_of, self.apply_callcount)

    def op_nodes(self) -> dict:
        """Return the number of nodes by Op."""
        return _summed(_op_of, dict.fromkeys(self.apply_callcount, 1))

    def op_impl(self) -> dict:
        """Return ``"C "`` or ``"Py"`` by Op."""
        return {node.op: _LANGUAGE[in_c] for node, in_c in self.apply_cimpl.items()}

    def compute_total_times(self) -> dict:
        """Return the seconds of each node and of all that it needs."""
        totals: dict = {}
        for node in self.apply_time:
            self.fill_node_total_time(node, totals)
        return totals

    def fill_node_total_time(self, node: Apply, total_times: dict) -> None:
        """Put the seconds of `node`, and of all that it needs, into `total_times`."""
        needed = [v.owner for v in node.inputs if v.owner is not None and v.owner in self.apply_time]
        for parent in dict.fromkeys(needed):
            if parent not in total_times:
                self.fill_node_total_time(parent, total_times)
        total_times[node] = self.apply_time[node] + sum(
            total_times[parent] for parent in dict.fromkeys(needed)
        )

    def summary_function(self, file: TextIO) -> None:
        """Print calls and seconds."""
        print("Function profiling", file=file)
        print("==================", file=file)
        print(f"  Message: {self.message}", file=file)
        if self.fct_callcount:
            whole = self.fct_call_time
            print(f"  Time in {self.fct_callcount} calls to Function.__call__: {whole:e}s", file=file)
            for where, part in (
                ("Function.fn.__call__", self.vm_call_time),
                ("thunks", sum(self.apply_time.values())),
            ):
                print(f"  Time in {where}: {part:e}s ({100 * part / whole if whole else 0:.3f}%)", file=file)
        print(f"  Total compile time: {self.compile_time:e}s", file=file)
        print(f"    Number of Apply nodes: {self.nb_nodes}", file=file)
        print(f"    Theano Optimizer time: {self.optimizer_time:e}s", file=file)
        print(f"    Theano Linker time: {self.linker_time:e}s", file=file)

    def summary_globals(self, file: TextIO) -> None:
        """Print how long ago Theano was imported."""
        print(f"Time since theano import {time.time() - import_time:.3f}s", file=file)

    def summary_class(self, file: TextIO = sys.stderr, N: int | None = None) -> None:
        """Print the classes of Ops that took most time."""
        rows = [
            (seconds, self.class_callcount()[kind], self.class_nodes()[kind], self.class_impl()[kind], kind)
            for kind, seconds in self.class_time().items()
        ]
        _print_table(
            "Class", "<Class name>", rows, lambda kind: f"{kind.__module__}.{kind.__name__}", N, file
        )

    def summary_ops(self, file: TextIO = sys.stderr, N: int | None = None) -> None:
        """Print the Ops that took most time."""
        rows = [
            (seconds, self.op_callcount()[op], self.op_nodes()[op], self.op_impl()[op], op)
            for op, seconds in self.op_time().items()
        ]
        _print_table("Ops", "<Op name>", rows, op_name, N, file)

    def summary_nodes(self, file: TextIO = sys.stderr, N: int | None = None) -> None:
        """Print the nodes that took most time."""
        rows = [
            (seconds, self.apply_callcount[node], 1, _LANGUAGE[self.apply_cimpl[node]], node)
            for node, seconds in self.apply_time.items()
        ]
        _print_table("Apply", "<Apply name>", rows, _formula, N, file)

    def summary(
        self, file: TextIO = sys.stderr, n_ops_to_print: int = 20, n_apply_to_print: int = 20
    ) -> None:
        """Print the profile."""
        self.summary_function(file)
        self.summary_globals(file)
        if self.apply_time:
            self.summary_class(file, n_ops_to_print)
            self.summary_ops(file, n_ops_to_print)
            self.summary_nodes(file, n_apply_to_print)
        for printer in _printers:
            printer(self, file)


_LANGUAGE = {True: "C ", False: "Py"}


def _class_of(node: Apply) -> type:
    return type(node.op)


def _op_of(node: Apply) -> Any:
    return node.op


def _formula(node: Apply) -> str:
    return f"{op_text(node)}({', '.join(map(variable_text, node.inputs))})"


def _summed(key: Callable[[Apply], Any], numbers: dict) -> dict:
    """Return the sums of `numbers` of nodes by what `key` says of a node."""
    result: dict = {}
    for node, number in numbers.items():
        result[key(node)] = result.get(key(node), 0) + number
    return result


def _print_table(
    title: str, what: str, rows: list, written: Callable[[Any], str], n: int | None, file: TextIO
) -> None:
    """Print rows of (seconds, calls, nodes, language, subject), the slowest `n` of them."""
    whole = sum(row[0] for row in rows)
    rows = sorted(rows, key=lambda row: row[:3], reverse=True)
    shown = rows if n is None else rows[:n]
    print(title, file=file)
    print("-" * len(title), file=file)
    print(f"<% time> <sum %> <apply time> <time per call> <type> <#call> <#apply> {what}", file=file)
    so_far = 0.0
    for seconds, calls, nodes, language, subject in shown:
        share = 100 * seconds / whole if whole else 0.0
        so_far += share
        print(
            f"{share:6.1f}%   {so_far:5.1f}%   {seconds:9.3f}s   {seconds / calls:12.2e}s     {language}   "
            f"{calls:5d}   {nodes:5d}   {written(subject)}",
            file=file,
        )
    left = sum(row[0] for row in rows[len(shown) :])
    share = 100 * left / whole if whole else 0.0
    rest = f"remaining {len(rows) - len(shown)} {title} account for {share:6.2f}%({left:.2f}s) of the runtime"
    print(f"   ... ({rest})\n", file=file)


class _Clock:
    """Watches a graph that runs node by node, and notes how long each took."""

    def __init__(self, profile: ProfileStats) -> None:
        self.profile, self.started = profile, 0.0

    def before(self, position: int, node: Apply, step: Any) -> None:
        self.started = time.perf_counter()

    def after(self, position: int, node: Apply, step: Any) -> None:
        self.profile.note_node(node, time.perf_counter() - self.started)


def profiled_maker(profile: ProfileStats) -> type:
    """Return a class of makers whose functions run node by node and note in `profile` what each takes."""
    from .watched import watched_maker

    clock = _Clock(profile)
    return watched_maker(clock.before, clock.after)


class ScanProfileStats(ProfileStats):
    """The profile of a loop."""

    callcount = 0
    nbsteps = 0
    call_time = 0.0

    def __init__(self, atexit_print: bool = True, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(atexit_print, **kwargs)
        self.name = name


@atexit.register
def _print_at_exit() -> None:
    destination = sys.stderr
    for profile in _to_print:
        if profile.fct_callcount or profile.compile_time:
            profile.summary(
                file=destination,
                n_ops_to_print=config.profiling.n_ops,
                n_apply_to_print=config.profiling.n_apply,
            )
    if config.print_global_stats:
        print_global_stats()
