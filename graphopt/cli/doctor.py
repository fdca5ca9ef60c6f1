"""``graphopt doctor``: says what is installed, found and cached, what is slow, and how to mend it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from graphopt.cli.exit_codes import ExitCode


def add(commands: Any) -> None:
    """Add the command to `commands`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "doctor",
        help="what is installed, found and cached; what is slow, and how to mend it",
        description="Say what is installed, found and cached, what is slow, and how to mend it.",
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="default: %(default)s")
    command.add_argument("--warm", action="store_true", help="also build, run and time a small training loop")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the facts; return 0."""
    from graphopt.engine.doctor import diagnose

    facts = diagnose(warm=options.warm)
    print(json.dumps(facts, indent=2, allow_nan=False) if options.format == "json" else text(facts))
    return ExitCode.OK


def text(facts: dict[str, Any]) -> str:
    """Return `facts` for people to read."""
    native, cache, blas, flags, probe = (facts[key] for key in ("native", "cache", "blas", "flags", "probe"))
    writable = "writable" if cache["writable"] else "NOT writable"
    kept = f"{cache['files']} files, {cache['bytes'] / 1e6:.1f} MB, {writable}"
    threads = ", ".join(f"{name} {count}" for name, count in blas["threads"].items()) or "unknown"
    lines = [
        *_table(
            "Installed", {name: version or "not installed" for name, version in facts["versions"].items()}
        ),
        *_table("Extras", {name: _libraries(libraries) for name, libraries in facts["extras"].items()}),
        *_table("Machine", {key: str(value) for key, value in facts["machine"].items()}),
        *_table(
            "Engine",
            {
                "C compiler": native["compiler"] or "not found",
                "native code by": native["backend"] or "nothing (see below)",
                "kernel cache": cache["directory"],
                "": kept,
                "BLAS": " ".join(filter(None, [blas["name"], blas["version"]])) or "unknown",
                "BLAS threads": threads,
            },
        ),
        *_table(
            "Flags",
            {
                "floatX": flags["floatX"],
                "PyTensor's cache": flags["compiledir"],
                **flags["environment"],
            },
        ),
    ]
    if probe and not probe["trouble"]:
        times = {
            "ran as": probe["runs_as"],
            "first answer": f"{probe['seconds_to_first_answer']:.2f} s",
            "an update": f"{probe['microseconds_an_update']:.3f} us",
        }
        lines += _table("Probe", times)
    lines.append("Advice")
    for note in facts["advice"]:
        lines += [f"  {note['finding']}", f"    {note['mend']}"]
    return "\n".join(lines if facts["advice"] else [*lines, "  Nothing is slow here."])


def _libraries(libraries: dict[str, str | None]) -> str:
    """Return libraries and their versions in one line."""
    return ", ".join(f"{name} {version or '(not installed)'}" for name, version in libraries.items())


def _table(title: str, rows: dict[str, str]) -> list[str]:
    """Return the lines of a titled table of two columns."""
    width = max(map(len, rows), default=0)
    return [title, *(f"  {name:<{width}}  {value}" for name, value in rows.items())]
