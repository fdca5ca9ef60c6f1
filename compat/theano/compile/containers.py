"""The inputs of a function as its program reaches them: by position, by variable or by name."""

from __future__ import annotations

from typing import Any

from pytensor.link.basic import Container

#: marks a name that several inputs of a function have
DUPLICATE = ["DUPLICATE"]


class ByName:
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
