"""The modules of a launched program: which they are, for which Python each was written, how it is compiled.

A module is the program's own unless it lies where Python or installed packages lie. Its source is judged
alone; where that leaves it open, it is what the program as a whole is. An installed module is left to Python,
unless Python cannot parse it: then it is a library for Python 2, and is translated too.
"""

from __future__ import annotations

import ast
import enum
import functools
import linecache
import os
import site
import sys
import warnings
from collections.abc import Sequence
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from .python2 import Verdict, decode, judge
from .revived.changed import HELPERS, revive_tree

_OWN = Path(__file__).resolve().parent


class Home(enum.Enum):
    """To whom a file belongs."""

    PROGRAM = "the program itself"
    LIBRARY = "an installed package"
    STANDARD = "Python, or this package"


@functools.cache
def _standard_folders() -> tuple[str, ...]:
    """Return the folders of Python itself and of this package."""
    return tuple(os.path.realpath(path) + os.sep for path in (os.path.dirname(os.__file__), _OWN))


@functools.cache
def _library_folders() -> tuple[str, ...]:
    """Return the folders where installed packages lie."""
    paths = [*site.getsitepackages(), site.getusersitepackages(), str(_OWN.parent / "graphopt")]
    return tuple(os.path.realpath(path) + os.sep for path in paths if path)


@functools.cache
def _home_of_folder(folder: str) -> Home:
    """Return to whom the files belong that lie in the absolute path `folder`."""
    folder = os.path.realpath(folder) + os.sep
    if f"{os.sep}site-packages{os.sep}" in folder:
        return Home.LIBRARY
    if folder.startswith(_standard_folders()):
        return Home.STANDARD
    return Home.LIBRARY if folder.startswith(_library_folders()) else Home.PROGRAM


def home(path: str) -> Home:
    """Return to whom the file `path` belongs: what a link leads to counts, not where the link lies."""
    if not os.path.isabs(path) or os.path.islink(path):
        path = os.path.realpath(path)
    return _home_of_folder(os.path.dirname(path))


class Program:
    """How the modules of one program are compiled; `python2` says what those are that leave it open."""

    def __init__(self, python2: bool = False) -> None:
        self.python2 = python2
        self.libraries: set[str] = set()
        """Installed packages that turned out to be Python 2's."""

    def compile(self, data: bytes, path: str, library: str = "") -> tuple[CodeType, dict[str, Any] | None]:
        """Return the code of source `data`, and the built-in names it runs with (None: Python's own)."""
        text = decode(data)
        verdict = judge(text).verdict
        python2 = verdict is Verdict.PYTHON2 or (
            verdict is Verdict.EITHER and (self.python2 if not library else library in self.libraries)
        )
        if python2:
            from .python2.compiling import compile_python2
            from .python2.importing import builtin_names

            _remember(text, data, path)
            return compile_python2(text, path, finish=revive_tree), builtin_names(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            return compile(revive_tree(ast.parse(data, path)), path, "exec", dont_inherit=True), None

    def run(self, code: CodeType, builtin_names: dict[str, Any] | None, namespace: dict[str, Any]) -> None:
        """Run `code` in `namespace`."""
        if builtin_names is not None:
            namespace["__builtins__"] = builtin_names
        namespace.update(HELPERS)
        exec(code, namespace)


def _remember(text: str, data: bytes, path: str) -> None:
    """Let tracebacks show the lines of a file whose encoding Python 3 would not guess."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        linecache.cache[path] = (len(data), None, text.splitlines(keepends=True), path)


def written_for_python2(path: Path) -> bool:
    """Return whether the program that starts with the file `path` is Python 2's.

    The file itself says so, or, if it leaves it open, the first of the modules beside it that does not.
    """
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        file = waiting.pop(0)
        if file in seen:
            continue
        seen.add(file)
        try:
            text = decode(file.read_bytes())
        except OSError:
            continue
        verdict = judge(text).verdict
        if verdict is not Verdict.EITHER:
            return verdict is Verdict.PYTHON2
        waiting += _local_modules(text, file, path.parent)
    return False


def _local_modules(text: str, file: Path, folder: Path) -> list[Path]:
    """Return the files that `file` imports from beside it or from the program's `folder`."""
    names: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [".".join(filter(None, [node.module, alias.name])) for alias in node.names]
            names += [node.module] if node.module else []
    found = []
    for base in {file.parent, folder}:
        for name in names:
            stem = base.joinpath(*name.split("."))
            found += [p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()]
    return sorted(set(found))


class ProgramLoader(SourceFileLoader):
    """Loads a module of the program, or an installed one that may be Python 2's."""

    program: Program
    library: bool

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        self._builtin_names: dict[str, Any] | None = None
        package = fullname.partition(".")[0]
        if self.library and package not in self.program.libraries:
            try:
                return super().get_code(fullname)
            except SyntaxError as error:
                problem = error
            try:
                code, self._builtin_names = self.program.compile(self.get_data(path), path, package)
            except SyntaxError:
                raise problem from None
            self.program.libraries.add(package)
            return code
        library = package if self.library else ""
        code, self._builtin_names = self.program.compile(self.get_data(path), path, library)
        return code

    def exec_module(self, module: ModuleType) -> None:
        code = self.get_code(module.__name__)
        assert code is not None
        if self.library and self._builtin_names is None:
            exec(code, module.__dict__)
        else:
            self.program.run(code, self._builtin_names, module.__dict__)

    def get_source(self, fullname: str) -> str:
        return decode(self.get_data(self.get_filename(fullname)))


class ProgramFinder:
    """Finds what Python finds in folders, and gives the program's modules a `ProgramLoader`."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader or not spec.origin:
            return spec
        owner = home(spec.origin)
        if owner is Home.STANDARD:
            return spec
        loader = ProgramLoader(spec.loader.name, spec.loader.path)
        loader.program, loader.library = self.program, owner is Home.LIBRARY
        spec.loader = loader
        if not loader.library:
            spec.cached = None  # Python's own cache does not know this meaning of the source
        return spec


def follow(program: Program) -> ProgramFinder:
    """Make imports of this process find the modules of `program`; return the finder.

    It is asked in the place of Python's own finder of files: after that of built-in modules, for example.
    """
    finder = ProgramFinder(program)
    finders: list[Any] = sys.meta_path
    finders.insert(finders.index(PathFinder) if PathFinder in finders else 0, finder)
    return finder
