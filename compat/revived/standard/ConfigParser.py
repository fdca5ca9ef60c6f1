"""`ConfigParser`, with the classes that `configparser` has dropped."""

from __future__ import annotations

import configparser
from configparser import (
    DEFAULTSECT,
    ConfigParser,
    DuplicateSectionError,
    Error,
    InterpolationError,
    MissingSectionHeaderError,
    NoOptionError,
    NoSectionError,
    ParsingError,
    RawConfigParser,
)  # fmt: skip
from typing import Any


class SafeConfigParser(configparser.ConfigParser):
    """Python 2's parser with interpolation."""

    def readfp(self, fp: Any, filename: Any = None) -> None:
        self.read_file(fp, filename)


__all__ = [
    "DEFAULTSECT", "ConfigParser", "DuplicateSectionError", "Error", "InterpolationError",
    "MissingSectionHeaderError", "NoOptionError", "NoSectionError", "ParsingError", "RawConfigParser",
    "SafeConfigParser",
]  # fmt: skip
