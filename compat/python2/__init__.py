"""Python 2 sources, translated in memory and run with Python 2's meaning."""

from .signs import Verdict, judge
from .source import decode

__all__ = ["Verdict", "decode", "judge"]
