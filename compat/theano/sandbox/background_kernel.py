"""`BackgroundKernel`: a compiled loop that is used once it is there, and that nobody waits for."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from graphopt.engine import native
from graphopt.errors import CompileError

WORTH_LOOKING = 0.003  # seconds of NumPy after which a look into the cache of kernels pays
WORTH_BUILDING = {"c": 0.05, "numba": 10.0}  # seconds after which one is built in the background


class BackgroundKernel:
    """A kernel that takes over from a NumPy twin with the same results.

    Parameters
    ----------
    entry : str
        The function of `template` to call.
    template : str
        Text in the kernel language, with words in capitals where types stand.
    """

    def __init__(self, entry: str, template: str) -> None:
        self.entry, self.template = entry, template
        self._seconds: dict[tuple, float] = {}
        self._found: dict[tuple, native.Kernel | None] = {}
        self._coming: dict[tuple, Future] = {}

    def get(self, seconds: float, **types: str | None) -> native.Kernel | None:
        """Return the kernel for these types, or None while it is not there.

        Parameters
        ----------
        seconds : float
            About how long NumPy takes for what is to be done now.
        **types : str or None
            What stands for each word in capitals; None says that there is no kernel.
        """
        key = tuple(types.values())
        if key in self._found:
            return self._found[key]
        self._seconds[key] = spent = self._seconds.get(key, 0.0) + seconds
        if spent > WORTH_LOOKING:
            try:
                self._look(key, types, spent)
            except CompileError:
                self._found[key] = None
        return self._found.get(key)

    def _look(self, key: tuple, types: dict[str, Any], spent: float) -> None:
        """Enter what is found, None where there will never be a kernel; nothing while it is being made."""
        backend = native.available()
        if None in key or backend == "off":
            self._found[key] = None
        elif key in self._coming:
            if self._coming[key].done():
                self._found[key] = self._coming[key].result()
        else:
            source = self.template
            for word, kind in types.items():
                source = source.replace(word, kind)
            if native.is_cached(source, self.entry):
                self._found[key] = native.build(source, self.entry)
            elif spent > WORTH_BUILDING[backend]:
                self._coming[key] = native.build_async(source, self.entry)
