"""Imports of ``theano.*.tests`` find the distribution's tests; everything else of `theano` is ours."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from ..program import Program

_TESTS = re.compile(r"theano(\.\w+)*\.tests(\.|$)|theano\.sparse\.sandbox\.test_sp$")


class _Tests(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds test modules below `root`, which are compiled as those of launched programs are."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.program = Program()

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        if not _TESTS.match(name):
            return None
        place = self.root.joinpath(*name.split("."))
        if place.is_dir():
            return importlib.machinery.ModuleSpec(name, self, origin=str(place), is_package=True)
        file = place.with_suffix(".py")
        if not file.is_file():
            return None
        spec = importlib.machinery.ModuleSpec(name, self, origin=str(file))
        spec.has_location = True
        return spec

    def get_source(self, fullname: str) -> str:
        file = self.root.joinpath(*fullname.split(".")).with_suffix(".py")
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        origin = module.__spec__.origin
        if module.__spec__.submodule_search_locations is not None:
            module.__path__ = [origin]  # packages of tests are empty, but for an import of nose
            return
        code, builtin_names = self.program.compile(Path(origin).read_bytes(), origin)
        self.program.run(code, builtin_names, module.__dict__)


def follow(root: Path) -> None:
    """Let imports of tests find those below `root`."""
    sys.meta_path.insert(0, _Tests(root))
