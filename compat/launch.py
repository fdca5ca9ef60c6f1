"""Run an old program unchanged: a script, a module or its tests, with all that it expects around it.

The program is ``__main__`` with its own ``sys.argv`` and ``sys.path[0]``; ``import theano`` finds this
package's; Python 2 sources are translated as they are imported; names that libraries have dropped are there
again. These jobs are those of `program`, `python2` and `revived`.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.machinery
import importlib.util
import io
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any

from .program import Program, ProgramLoader, follow, written_for_python2
from .python2 import Verdict, judge
from .python2.soft_space import end_line, set_soft_space
from .python2.text import to_text
from .revived import revive

_OWN = str(Path(__file__).resolve().parent) + os.sep
PATH_ENTRY = str(Path(__file__).resolve().parent / "path_entry")
"""An entry of ``sys.path`` that has `theano`, and says so to whoever asks for its version."""

INTERRUPTED = 130


def provide_theano() -> ModuleType:
    """Make ``import theano`` this package's, dropped names with it; return `theano`."""
    from .alias import install

    revive()
    return install()


def run_script(path: str, arguments: Sequence[str] = ()) -> int:
    """Run the script `path` (``-`` is standard input) as ``__main__``; return the exit code."""
    if path == "-":
        return run_text(sys.stdin.read(), arguments, "<stdin>")
    file = Path(path)
    if file.is_dir() or file.suffix in (".zip", ".pyz", ".egg"):
        sys.path[0:1] = [str(file)]
        return run_module("__main__", arguments, str(file))
    try:
        data = file.read_bytes()
    except OSError as error:
        print(f"theano-compat: can't open file {path!r}: {error.strerror}", file=sys.stderr)
        return 2
    program = Program(written_for_python2(file))
    prepare(program, path, arguments, os.path.dirname(os.path.realpath(path)))
    return _run(program, lambda: program.compile(data, path), path)


def run_text(text: str, arguments: Sequence[str] = (), name: str = "<string>") -> int:
    """Run the program `text` as ``__main__``; return the exit code."""
    program = Program(judge(text).verdict is Verdict.PYTHON2)
    prepare(program, "-c" if name == "<string>" else "-", arguments, "")
    return _run(program, lambda: program.compile(text.encode(), name), None)


def run_module(name: str, arguments: Sequence[str] = (), path: str = "") -> int:
    """Run the module `name`, or a package's ``__main__``, as ``python -m`` does; return the exit code."""
    program = Program()
    prepare(program, path or "-m", arguments, path or os.getcwd())
    spec = _spec_of(name)
    if spec is None or spec.origin is None:
        print(f"theano-compat: No module named {name}", file=sys.stderr)
        return 1
    program.python2 = written_for_python2(Path(spec.origin))
    sys.argv[0] = path or spec.origin

    def code() -> tuple[CodeType, dict[str, Any] | None]:
        loader: Any = spec.loader
        found = loader.get_code(spec.name)
        return found, getattr(loader, "_builtin_names", None)

    return _run(program, code, spec.origin, spec)


def _spec_of(name: str) -> importlib.machinery.ModuleSpec | None:
    """Return the spec of what ``python -m name`` runs."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is not None and spec.submodule_search_locations is not None:
        return _spec_of(f"{name}.__main__")
    return spec


def run_pytest(arguments: Sequence[str] = ()) -> int:
    """Run pytest with `arguments`; test files may be Python 2 too."""
    try:
        import pytest
    except ImportError:
        print("theano-compat: pytest is not installed. Install it with: pip install pytest", file=sys.stderr)
        return 1
    prepare(Program(), "pytest", arguments, os.getcwd())
    return int(pytest.main(list(arguments), plugins=[_Pytest()]))


class _Pytest:
    """Lets our loader have the test files that pytest's own cannot parse."""

    def pytest_sessionstart(self) -> None:
        sys.meta_path.insert(0, _Python2Only())


class _Python2Only:
    """Finds modules of the program that only `ProgramLoader` can load."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        for finder in sys.meta_path:
            if hasattr(finder, "program"):
                spec = finder.find_spec(name, path, target)
                if spec is not None and isinstance(spec.loader, ProgramLoader) and not spec.loader.library:
                    verdict = judge(spec.loader.get_source(name)).verdict
                    return spec if verdict is Verdict.PYTHON2 else None
        return None


def prepare(program: Program, name: str, arguments: Sequence[str], folder: str) -> None:
    """Make this process the one `program` expects: its arguments, path, `theano`, names, quiet."""
    sys.argv = [name, *arguments]
    sys.path[0:1] = [folder, PATH_ENTRY]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), PATH_ENTRY]))
    if not sys.warnoptions:
        for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning, SyntaxWarning):
            warnings.simplefilter("ignore", category)
    follow(program)
    revive()


def launcher(folder: str) -> ModuleType:
    """Return the launcher for a program in `folder`: this module, or its twin if the program has our name.

    A program may have a module called what this package is called, and means its own when it imports it. The
    twin belongs to this package imported again under another name; the stub in `PATH_ENTRY` finds it.
    """
    package = __name__.partition(".")[0]
    own = Path(_OWN)
    theirs = Path(folder or os.curdir)
    if not (theirs / f"{package}.py").exists() and not (theirs / package / "__init__.py").exists():
        return sys.modules[__name__]
    if (theirs / package).resolve() == own.resolve():
        return sys.modules[__name__]
    for module in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[module]
    name = f"_theano_{package}"
    spec = importlib.util.spec_from_file_location(
        name, own / "__init__.py", submodule_search_locations=[str(own)]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return importlib.import_module(f"{name}.launch")


def _run(program: Program, compiled: Any, path: str | None, spec: Any = None) -> int:
    """Run what `compiled` returns as ``__main__``; return the exit code."""
    main = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, __spec__=spec)
    if path is not None:
        main.__file__ = path
        main.__cached__ = None
    if spec is not None:
        main.__package__ = spec.parent
        main.__loader__ = spec.loader
    sys.modules["__main__"] = main
    try:
        code, builtin_names = compiled()
        if builtin_names is not None:
            _speak_python2()
        program.run(code, builtin_names, main.__dict__)
    except SystemExit:
        end_line(sys.stdout)
        raise
    except BaseException as error:
        end_line(sys.stdout)
        _report(error)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    end_line(sys.stdout)
    return 0


class _Output(io.TextIOWrapper):
    """Standard output that takes bytes too, and forgets the soft space when it is written to directly."""

    softspace = 0

    def write(self, text: Any) -> int:
        set_soft_space(self, False)
        return super().write(to_text(text))


def _speak_python2() -> None:
    """Let ``sys.stdout`` and ``sys.stderr`` take what Python 2's did."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if type(stream) is io.TextIOWrapper:
            stream.flush()
            output = _Output(
                stream.buffer,
                encoding=stream.encoding,
                errors="surrogateescape" if name == "stdout" else "backslashreplace",
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            setattr(sys, name, output)


# ------------------------------------------------------------------------------------- tracebacks


def _report(error: BaseException) -> None:
    """Show `error` as the program's own: the lines of the launcher and its helpers left out."""
    clean(error)
    if sys.excepthook is not sys.__excepthook__:
        sys.excepthook(type(error), error, error.__traceback__)
        return
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    sys.stdout.flush()
    shown = traceback.TracebackException.from_exception(error)
    _without_columns(shown)
    print("".join(shown.format()), end="", file=sys.stderr)


def clean(error: BaseException) -> None:
    """Take the frames of this package's launching code out of the traceback of `error` and of its causes."""
    seen: set[int] = set()
    chain: list[BaseException | None] = [error]
    while chain:
        one = chain.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = _program_frames(one.__traceback__)
            chain += [one.__cause__, one.__context__]


_HIDDEN = tuple(
    _OWN + part for part in ("launch.py", "program.py", "__main__.py", "command", "python2", "revived")
)


def _program_frames(tb: TracebackType | None) -> TracebackType | None:
    """Return `tb` without the frames of this package's launching code and of the import system."""
    frames = []
    while tb is not None:
        filename = tb.tb_frame.f_code.co_filename
        if not filename.startswith(_HIDDEN) and not filename.startswith("<frozen importlib"):
            frames.append(tb)
        tb = tb.tb_next
    kept: TracebackType | None = None
    for frame in reversed(frames):
        kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept


def _without_columns(shown: traceback.TracebackException) -> None:
    """Leave out the marks under parts of lines: a translated line has other columns than its source."""
    for frame in shown.stack:
        frame.colno = frame.end_colno = None  # type: ignore[attr-defined]
    for other in (shown.__cause__, shown.__context__):
        if other is not None:
            _without_columns(other)
