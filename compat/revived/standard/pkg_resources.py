"""`pkg_resources`, where setuptools no longer brings it: what is installed, and the files of packages."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import re
from collections.abc import Iterator
from typing import Any


class ResolutionError(Exception):
    """A requirement cannot be met."""


class DistributionNotFound(ResolutionError):
    """A distribution is not installed."""


class VersionConflict(ResolutionError):
    """A distribution is installed in another version."""


class Distribution:
    """What is known of one installed distribution."""

    def __init__(self, found: importlib.metadata.Distribution) -> None:
        self.project_name: str = found.metadata["Name"]
        self.key = self.project_name.lower()
        self.version: str = found.version
        self.location = str(found.locate_file(""))
        self._found = found

    def __str__(self) -> str:
        return f"{self.project_name} {self.version}"


def get_distribution(name: str) -> Distribution:
    """Return the distribution that `name`, a requirement, names."""
    project = re.split(r"[\s<>=!~\[;(]", name.strip(), maxsplit=1)[0]
    try:
        return Distribution(importlib.metadata.distribution(project))
    except importlib.metadata.PackageNotFoundError:
        raise DistributionNotFound(f"The {name!r} distribution was not found.") from None


def require(*names: str) -> list[Distribution]:
    """Return the distributions of `names`; their versions are not compared."""
    return [get_distribution(name) for name in names]


def iter_entry_points(group: str, name: str | None = None) -> Iterator[importlib.metadata.EntryPoint]:
    """Yield the entry points of `group`, those called `name` if it is given."""
    for point in importlib.metadata.entry_points(group=group):
        if name in (None, point.name):
            yield point


def parse_version(version: str) -> tuple[tuple[int, Any], ...]:
    """Return what orders `version` among others: its numbers; words come before them."""
    parts = re.findall(r"\d+|[a-z]+", version.lower())
    return tuple((1, int(part)) if part.isdigit() else (0, part) for part in parts) + ((0, "~"),)


def resource_filename(package: Any, resource: str) -> str:
    """Return the path of `resource`, whose parts a slash separates, in `package`."""
    module = importlib.import_module(package) if isinstance(package, str) else package
    return os.path.join(os.path.dirname(module.__file__), *resource.split("/"))


def resource_exists(package: Any, resource: str) -> bool:
    return os.path.exists(resource_filename(package, resource))


def resource_isdir(package: Any, resource: str) -> bool:
    return os.path.isdir(resource_filename(package, resource))


def resource_listdir(package: Any, resource: str) -> list[str]:
    return os.listdir(resource_filename(package, resource))


def resource_stream(package: Any, resource: str) -> Any:
    return open(resource_filename(package, resource), "rb")


def resource_string(package: Any, resource: str) -> bytes:
    with resource_stream(package, resource) as stream:
        return stream.read()
