"""The command line: run, test, check, port and unpickle what was written for Theano.

What a command needs is imported when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

EPILOG = """\
examples:
  theano-compat run train.py --epochs 10      a program for Theano 1.0.5, Python 2 or 3, unchanged
  theano-compat run -m package.module         a module
  theano-compat pytest tests                  its tests
  theano-compat activate                      `import theano` for every program of this environment
  theano-compat check train.py                what it uses that is not there or has changed
  theano-compat port train.py -o new.py       PyTensor code to keep, and what a person must decide
  theano-compat unpickle model.pkl            what an old pickle holds, without running what it says
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    import argparse

    top = argparse.ArgumentParser(
        prog="theano-compat",
        description="Run, check and port programs written for Theano.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)

    run = commands.add_parser(
        "run",
        help="run a script or a module",
        description="Run a program written for Theano unchanged, in Python 2 or 3. Its exit code is ours.",
        usage="%(prog)s [-m MODULE | -c TEXT | SCRIPT] ...",
    )
    run.add_argument(
        "program", nargs=argparse.REMAINDER, help="script (- is standard input) and its arguments"
    )

    pytest = commands.add_parser("pytest", help="run pytest", add_help=False)
    pytest.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of pytest")

    check = commands.add_parser(
        "check",
        help="list what a script uses that is not there or has changed",
        description="List, with line numbers, what scripts use that is not there when they are launched. "
        "The exit code is 0 if nothing is missing, 1 if something is, 2 for a file that is no Python.",
    )
    check.add_argument("scripts", nargs="+", metavar="script")

    port = commands.add_parser(
        "port",
        help="rewrite a script as PyTensor code",
        description="Rewrite a script as PyTensor code, comments and layout kept. "
        "Standard error tells what a person must decide.",
    )
    port.add_argument("script", help="file to read (- is standard input)")
    port.add_argument("-o", "--output", default="-", help="file to write (- is standard output, the default)")

    unpickle = commands.add_parser(
        "unpickle",
        help="show what an old pickle holds",
        description="Show what an old pickle holds, a line for each thing, without running what it says.",
    )
    unpickle.add_argument("file", help="pickle, compressed or not, or zip file of theano.misc.pkl_utils")
    unpickle.add_argument("--npz", metavar="FILE", help="save its arrays as this file")

    commands.add_parser(
        "activate",
        help="make `import theano` work in this environment",
        description="Make `import theano` work in every program of this environment.",
    )
    commands.add_parser(
        "deactivate", help="take it back", description="Take back what `theano-compat activate` did."
    )

    conformance = commands.add_parser("conformance", help="run Theano's own tests", add_help=False)
    conformance.add_argument("arguments", nargs=argparse.REMAINDER)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments` (those of the process by default) and return the exit code."""
    options, rest = _split(list(sys.argv[1:] if arguments is None else arguments))
    if options is None:
        chosen = parser().parse_args(rest)
        return COMMANDS[chosen.command](chosen)
    return COMMANDS[options](rest)


def _split(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Return (command, its arguments) for commands that pass their arguments on as they are."""
    passing_on = arguments[:1] and arguments[0] in ("run", "pytest", "conformance")
    if not passing_on or (arguments[0] == "run" and arguments[1:2] in (["-h"], ["--help"])):
        return None, arguments
    return arguments[0], arguments[1:]


def _run(arguments: list[str]) -> int:
    if not arguments:
        print("theano-compat run: which script? Try: theano-compat run --help", file=sys.stderr)
        return 2
    from .launch import launcher

    first, rest = arguments[0], arguments[1:]
    if first in ("-m", "-c") and not rest:
        print(f"theano-compat run {first}: an argument is missing", file=sys.stderr)
        return 2
    if first == "-m":
        return launcher("").run_module(rest[0], rest[1:])
    if first == "-c":
        return launcher("").run_text(rest[0] + "\n", rest[1:])
    if first.startswith("-") and first != "-":
        print(
            f"theano-compat run: {first} is no option here; options of the script come after it",
            file=sys.stderr,
        )
        return 2
    return launcher(os.path.dirname(first)).run_script(first, rest)


def _pytest(arguments: list[str]) -> int:
    from .launch import launcher

    return launcher("").run_pytest(arguments)


def _activate(options: argparse.Namespace) -> int:
    from .activate import activate

    return _say(activate)


def _deactivate(options: argparse.Namespace) -> int:
    from .activate import deactivate

    return _say(deactivate)


def _say(action: Callable[[], str]) -> int:
    """Do `action` and print what it says; return 1 if it could not be done."""
    try:
        print(action())
    except RuntimeError as error:
        print(f"theano-compat: {error}", file=sys.stderr)
        return 1
    return 0


def _port(options: argparse.Namespace) -> int:
    from .porting.command import port

    return port(options.script, options.output)


def _check(options: argparse.Namespace) -> int:
    from .porting.check import check

    return check(options.scripts)


def _unpickle(options: argparse.Namespace) -> int:
    from .unpickling.command import unpickle

    return unpickle(options.file, options.npz)


def _conformance(arguments: list[str]) -> int:
    from .conformance.command import main as conformance

    return conformance(arguments)


COMMANDS = {
    "activate": _activate,
    "check": _check,
    "conformance": _conformance,
    "deactivate": _deactivate,
    "port": _port,
    "pytest": _pytest,
    "run": _run,
    "unpickle": _unpickle,
}
