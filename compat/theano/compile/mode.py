"""`Mode`: which rewrites a graph gets before it runs, and how it runs."""

from __future__ import annotations

import functools
from typing import Any

from pytensor.compile.mode import AddDestroyHandler, AddFeatureOptimizer, PrintCurrentFunctionGraph, optdb
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.graph.rewriting.db import RewriteDatabase, RewriteDatabaseQuery

from graphopt.engine.rewrites.bias import lift_bias_in
from graphopt.engine.rewrites.simplify import LEFT_OUT

from ..configdefaults import config

__all__ = [
    "FAST_COMPILE",
    "FAST_RUN",
    "OPT_FAST_COMPILE",
    "OPT_FAST_RUN",
    "OPT_FAST_RUN_STABLE",
    "OPT_MERGE",
    "OPT_NONE",
    "OPT_O2",
    "OPT_O3",
    "OPT_STABILIZE",
    "OPT_UNSAFE",
    "AddDestroyHandler",
    "AddFeatureOptimizer",
    "Mode",
    "PrintCurrentFunctionGraph",
    "get_default_mode",
    "get_mode",
    "local_useless",
    "optdb",
    "predefined_linkers",
    "predefined_modes",
    "predefined_optimizers",
    "register_linker",
    "register_mode",
    "register_optimizer",
]

_NAMES = ("py", "c", "c|py", "c|py_nogc", "vm", "cvm", "vm_nogc", "cvm_nogc")
#: linker name -> what old programs find under it; all of them run on the engine
predefined_linkers: dict[Any, Any] = {name: name for name in _NAMES}
exclude = list(LEFT_OUT)

OPT_NONE = RewriteDatabaseQuery(include=[], exclude=exclude)
OPT_MERGE = RewriteDatabaseQuery(include=["merge"], exclude=exclude)
OPT_FAST_RUN = RewriteDatabaseQuery(include=["fast_run"], exclude=exclude)
OPT_FAST_RUN_STABLE = OPT_FAST_RUN.requiring("stable")
OPT_FAST_COMPILE = RewriteDatabaseQuery(include=["fast_compile"], exclude=exclude)
OPT_STABILIZE = RewriteDatabaseQuery(include=["fast_run"], exclude=exclude).requiring("stable")
OPT_O2 = OPT_FAST_COMPILE.including("fusion")
OPT_O3 = OPT_FAST_RUN
OPT_UNSAFE = RewriteDatabaseQuery(include=["fast_run", "unsafe"], exclude=exclude)

#: optimizer name -> the query of the rewrite database it stands for
predefined_optimizers: dict[Any, Any] = {
    None: OPT_NONE,
    "None": OPT_NONE,
    "merge": OPT_MERGE,
    "o4": OPT_FAST_RUN,
    "o3": OPT_O3,
    "o2": OPT_O2,
    "o1": OPT_FAST_COMPILE,
    "unsafe": OPT_UNSAFE,
    "fast_compile": OPT_FAST_COMPILE,
    "fast_run": OPT_FAST_RUN,
    "fast_run_stable": OPT_FAST_RUN_STABLE,
    "stabilize": OPT_STABILIZE,
}
local_useless = optdb


def register_linker(name: str, linker: Any) -> None:
    """Add a linker that can be referred to by `name` in a `Mode`."""
    if name in predefined_linkers:
        raise ValueError(f"Linker name already taken: {name}")
    predefined_linkers[name] = linker


def register_optimizer(name: str, opt: Any) -> None:
    """Add an optimizer that can be referred to by `name` in a `Mode`."""
    if name in predefined_optimizers:
        raise ValueError(f"Optimizer name already taken: {name}")
    predefined_optimizers[name] = opt


class Mode:
    """How functions are made: rewrites and way to run.

    Parameters
    ----------
    linker : str or None
        One of the names of Theano's linkers. All run on the same engine, which starts at once in NumPy and
        goes over to native code where that pays.
    optimizer : str, query, rewriter or None
        Which rewrites the graph gets; "fast_run" is all of them.
    """

    def __init__(self, linker: Any = None, optimizer: Any = "default") -> None:
        linker = config.linker if linker is None else linker
        optimizer = config.optimizer if isinstance(optimizer, str) and optimizer == "default" else optimizer
        self.__setstate__((linker, optimizer))
        self.call_time = 0
        self.fn_time = 0

    def __getstate__(self) -> tuple:
        return self.provided_linker, self.provided_optimizer

    def __setstate__(self, state: tuple) -> None:
        linker, optimizer = state
        self.provided_linker, self.provided_optimizer = linker, optimizer
        if isinstance(linker, str):
            if linker not in predefined_linkers:
                raise ValueError(
                    f"No linker named {linker}. There are {', '.join(map(str, predefined_linkers))}."
                )
            linker = predefined_linkers[linker]
        self.linker = linker
        if optimizer is None or isinstance(optimizer, str):
            if optimizer not in predefined_optimizers:
                raise ValueError(
                    f"No optimizer named {optimizer}. There are {', '.join(map(str, predefined_optimizers))}."
                )
            optimizer = predefined_optimizers[optimizer]
        self._optimizer = optimizer
        self.call_time = 0
        self.fn_time = 0

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}(linker = {self.provided_linker}, optimizer = {self.provided_optimizer})"
        )

    @property
    def optimizer(self) -> GraphRewriter:
        """The rewriter that graphs go through."""
        if isinstance(self._optimizer, RewriteDatabaseQuery):
            return _queried(self._optimizer)
        return self._optimizer

    def get_linker_optimizer(self, linker: Any, optimizer: Any) -> tuple:
        """Return what the two names stand for."""
        return predefined_linkers.get(linker, linker), predefined_optimizers.get(optimizer, optimizer)

    def _with(self, change: str, tags: tuple) -> Mode:
        query = self._optimizer
        if not isinstance(query, RewriteDatabaseQuery):
            raise TypeError(f"{self} has a rewriter of its own; only a query of the database takes tags.")
        return self.clone(optimizer=getattr(query, change)(*tags))

    def including(self, *tags: str) -> Mode:
        """Return this mode with more rewrites, chosen by their tags."""
        return self._with("including", tags)

    def excluding(self, *tags: str) -> Mode:
        """Return this mode without the rewrites of some tags."""
        if "inplace" in tags:  # no mode writes in place; what only shares memory bears another tag
            tags = (*tags, "views")
        if "ShapeOpt" in tags:  # the rewriter that goes by this name has a stand-in
            tags = (*tags, "shapes")
        return self._with("excluding", tags)

    def requiring(self, *tags: str) -> Mode:
        """Return this mode with only the rewrites that have all these tags."""
        return self._with("requiring", tags)

    def register(self, *optimizations: Any) -> Mode:
        """Return this mode with rewriters of one's own, each ``(rewriter, position)``."""
        return self.clone(optimizer=self._optimizer.register(*optimizations))

    def clone(self, link_kwargs: dict | None = None, optimizer: Any = "", **kwargs: Any) -> Mode:
        """Return a copy, with another optimizer when one is given."""
        new = Mode(
            self.provided_linker,
            self.provided_optimizer if isinstance(optimizer, str) and not optimizer else optimizer,
        )
        return new

    @property
    def works_in_place(self) -> bool:
        """Whether under Theano operations would overwrite what nobody needs any more."""
        query = self._optimizer
        if not isinstance(query, RewriteDatabaseQuery):
            return False
        return "fast_run" in query.include and not query.require and "views" not in query.exclude

    def rewrite(self, fgraph: FunctionGraph) -> None:
        """Rewrite `fgraph` in place."""
        if _lifts_bias(self._optimizer):
            lift_bias_in(fgraph)
        self.optimizer.rewrite(fgraph)


def _lifts_bias(query: Any) -> bool:
    return isinstance(query, RewriteDatabaseQuery) and "fast_run" in query.include and not query.require


_cache: dict[Any, GraphRewriter] = {}


def _queried(query: RewriteDatabaseQuery) -> GraphRewriter:
    """Return the rewriter of a query, made again when rewrites were registered since."""
    key = (query, _number_registered(optdb))
    try:
        if key not in _cache:
            _cache[key] = optdb.query(query)
        return _cache[key]
    except TypeError:  # a query that cannot be hashed
        return optdb.query(query)


def _number_registered(database: RewriteDatabase) -> int:
    """Return how many names, tags included, a database and those inside it hold."""
    held = {id(rewrite): rewrite for rewrites in database.__db__.values() for rewrite in rewrites}
    inside = [r for r in held.values() if isinstance(r, RewriteDatabase) and r is not database]
    return sum(map(len, database.__db__.values())) + sum(map(_number_registered, inside))


FAST_COMPILE = Mode("vm", "fast_compile")
FAST_RUN = Mode("cvm", "fast_run")
predefined_modes: dict[str, Mode] = {"FAST_COMPILE": FAST_COMPILE, "FAST_RUN": FAST_RUN}


@functools.lru_cache(maxsize=32)
def _configured(
    string: str, linker: str, optimizer: str, excluding: str, including: str, requiring: str
) -> Mode:
    mode = _named(string)
    for change, tags in (("excluding", excluding), ("including", including), ("requiring", requiring)):
        if tags:
            mode = getattr(mode, change)(*tags.split(":"))
    return mode


def _named(string: str) -> Mode:
    if string in ("DebugMode", "DEBUG_MODE"):
        from .debugmode import DebugMode

        return DebugMode(optimizer=config.optimizer)
    if string == "NanGuardMode":
        from .nanguardmode import NanGuardMode

        return NanGuardMode(True, True, True, optimizer=config.optimizer)
    if string == "Mode":
        return Mode(config.linker, config.optimizer)
    if string in predefined_modes:
        return predefined_modes[string]
    raise Exception(f"No predefined mode exist for string: {string}")


def get_mode(orig_string: Any) -> Mode:
    """Return the mode of a name; of None the one that the configuration asks for; a mode as it is.

    Raises
    ------
    Exception
        If there is none of that name.
    """
    if orig_string is None:
        names = (config.optimizer_excluding, config.optimizer_including, config.optimizer_requiring)
        if not isinstance(config.mode, str):
            return config.mode
        return _configured(config.mode, config.linker, config.optimizer, *names)
    return _named(orig_string) if isinstance(orig_string, str) else orig_string


def get_default_mode() -> Mode:
    """Return the mode that the configuration asks for."""
    return get_mode(None)


def register_mode(name: str, mode: Mode) -> None:
    """Add a mode that can be referred to by `name` in `function`."""
    if name in predefined_modes:
        raise ValueError(f"Mode name already taken: {name}")
    predefined_modes[name] = mode
