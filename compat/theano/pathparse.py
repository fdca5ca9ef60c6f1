"""Adding directories to the PATH of this process."""

import os
import sys
from typing import ClassVar


class PathParser:
    """``PathParser(*paths)`` and ``.add(path)`` put directories on PATH; instances share them."""

    paths: ClassVar[set] = set()

    def __init__(self, *paths):
        self._parse()
        for path in paths:
            self._add(path)
        self._update()

    def add(self, path):
        self._add(path)
        self._update()

    def _add(self, path):
        path = path.strip()
        if path:
            self.paths.add(os.path.abspath(path.lower() if sys.platform == "win32" else path))

    def _parse(self):
        for path in os.environ["PATH"].split(os.pathsep):
            self._add(path)

    def _update(self):
        os.environ["PATH"] = os.pathsep.join(sorted(self.paths))

    def _debug(self):
        for path in sorted(self.paths):
            print(path)
