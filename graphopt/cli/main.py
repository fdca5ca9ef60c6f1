"""The console command: finds the subcommand, runs it, and turns what happened into an exit code.

Standard output is the result only; everything else goes to standard error. A command is one module with
``add(commands)``, which describes its options, and ``run(options)``, which returns the exit code. Modules of
commands import what they need inside `run`, so that ``--help`` and ``--version`` answer at once.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence

import graphopt
from graphopt.cli import doctor
from graphopt.cli.exit_codes import ExitCode
from graphopt.errors import CompileError, GraphoptError

COMMANDS = (doctor,)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, every command in it."""
    top = argparse.ArgumentParser(
        prog="graphopt",
        description="Find the best input of a trained network, and know that it is right.",
        epilog="Exit codes: "
        + ", ".join(f"{code.value} {code.name.lower().replace('_', ' ')}" for code in ExitCode)
        + ".",
    )
    top.add_argument("--version", action="version", version=f"graphopt {graphopt.__version__}")
    top.add_argument("--traceback", action="store_true", help="show where an error was raised")
    commands = top.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments` (those of the process by default) and return the exit code."""
    options = parser().parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return int(code)
    except KeyboardInterrupt:
        _say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Exception as error:
        if options.traceback:
            traceback.print_exc()
        if isinstance(error, GraphoptError) and not isinstance(error, CompileError):
            _say(" ".join(str(error).split()))
            return ExitCode.BAD_USAGE
        text = " ".join(f"{type(error).__name__}: {error}".split())
        _say(f"internal error: {text} (graphopt --traceback {options.command} shows where)")
        return ExitCode.INTERNAL_ERROR


def _say(text: str) -> None:
    """Write one line to standard error."""
    print(f"graphopt: {text}", file=sys.stderr)
