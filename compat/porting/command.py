"""The command ``port``: one file in, one file out, findings on standard error."""

from __future__ import annotations

import sys
from pathlib import Path

from ..python2 import decode
from .engine import port as port_text


def port(script: str, output: str) -> int:
    """Port the file `script` to the file `output` (``-`` is a standard stream) and return the exit code."""
    try:
        data = sys.stdin.buffer.read() if script == "-" else Path(script).read_bytes()
    except OSError as error:
        print(f"theano-compat port: {script}: {error.strerror}", file=sys.stderr)
        return 2
    name = "<stdin>" if script == "-" else script
    try:
        ported = port_text(decode(data), name)
    except SyntaxError as error:
        print(f"{name}:{error.lineno}: {error.msg}", file=sys.stderr)
        return 2
    except ImportError as error:
        print(f"theano-compat port: {error}", file=sys.stderr)
        return 1
    for finding in ported.findings:
        print(f"{name}:{finding.line}: {finding.message}", file=sys.stderr)
    if output == "-":
        print(ported.text, end="")
    else:
        Path(output).write_text(ported.text, encoding="utf-8")
    return 0
