"""Python 2 sources, translated in memory and run with Python 2's meaning."""

from .compiling import compile_python2
from .signs import Verdict, judge
from .source import decode

__all__ = ["Verdict", "compile_python2", "decode", "judge"]
