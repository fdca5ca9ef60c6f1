"""The one command against the real Theano 1.0.5: the same programs on both sides, in turn.

    python -m benchmarks theano --peer PYTHON [warm cold] [--repeats N] [--json FILE]

PYTHON is an interpreter with Theano 1.0.5; it gets g++ and the OpenBLAS its numpy carries (or `--flags`). An
OpenBLAS that is older than the processor falls back to kernels without AVX; `--blas-core` names better ones.
Ratios are ours / theirs in CPU seconds, the median of the pairs with their least and greatest. A cold process
starts with empty caches and ends with its first result. Both sides must find the same values.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bars import Fresh, Line
from benchmarks.fresh import caches
from benchmarks.race import Contestant
from benchmarks.run import row, run_fresh, run_line
from benchmarks.theano_bars import PROGRAMS

MODULE = "benchmarks.theano_programs"
KINDS = ("warm", "cold")

FIND = """
import ctypes, glob, os, numpy, theano
folder = os.path.dirname(os.path.dirname(numpy.__file__))
found = glob.glob(folder + "/numpy.libs/libopenblas*") + glob.glob(folder + "/numpy/.libs/libopenblas*")
print(theano.__version__)
for path in found[:1]:
    core = ctypes.CDLL(path).openblas_get_corename
    core.restype = ctypes.c_char_p
    print(path)
    print(core().decode())
"""


@dataclass(frozen=True)
class Peer:
    """An interpreter with the real Theano: its version, and the flags and environment that serve it best."""

    python: str
    version: str
    flags: str
    library_path: str = ""
    core: str = ""

    def environment(self, directory: str | Path) -> dict[str, str]:
        """Return its environment, what it compiles being kept in `directory`."""
        flags = ",".join(filter(None, (f"base_compiledir={directory}", self.flags)))
        core = {"OPENBLAS_CORETYPE": self.core} if self.core else {}
        return {"THEANO_FLAGS": flags, "LD_LIBRARY_PATH": self.library_path, **core}


def find_peer(python: str, flags: str | None, core: str | None) -> Peer:
    """Return the peer at `python`; without `flags`, it links the OpenBLAS that its numpy carries.

    `core` is the processor whose kernels that OpenBLAS uses, in place of the one it takes this one for.
    """
    chosen = {"OPENBLAS_CORETYPE": core} if core else {}
    asked = subprocess.run(
        [python, "-c", FIND], capture_output=True, text=True, check=False, env={**os.environ, **chosen}
    )
    if asked.returncode:
        last = (asked.stderr.strip().splitlines() or ["no output"])[-1]
        raise SystemExit(f"{python} cannot import Theano: {last}")
    version, *blas = asked.stdout.split()
    if not version.startswith("1.0."):
        raise SystemExit(f"{python} has Theano {version}; expected the real one, 1.0.5.")
    if flags is not None or not blas:
        return Peer(python, version, flags or "")
    library = Path(blas[0])
    flags = f"blas.ldflags=-L{library.parent} -l:{library.name}"
    return Peer(python, version, flags, str(library.parent), blas[1])


def line_of(program) -> Line:
    """Return the line of `program` when all is warm."""
    return Line(
        "warm", program.label, ("compat", program.name), program.bar, ("theano", program.name),
        tolerance=program.tolerance,
    )  # fmt: skip


def race_warm(python: str, peer: Peer, options: argparse.Namespace) -> list[dict]:
    """Return the outcomes of calls that have been made before."""
    outcomes = []
    with tempfile.TemporaryDirectory() as scratch:
        sides = {
            "compat": ([python, "-m", "compat", "run"], caches(Path(scratch, "ours"), keep=False)),
            "theano": ([peer.python], peer.environment(Path(scratch, "theirs"))),
        }
        Path(scratch, "ours").mkdir()
        with (
            Contestant(MODULE, *sides["compat"]) as ours,
            Contestant(MODULE, *sides["theano"]) as theirs,
        ):
            both = {"compat": ours, "theano": theirs}
            for program in PROGRAMS:
                outcomes.append(run_line(line_of(program), both.get, options.repeats, options.seconds))
                print(row(outcomes[-1]), flush=True)
    return outcomes


def race_cold(python: str, peer: Peer, options: argparse.Namespace) -> list[dict]:
    """Return the outcomes of whole processes with empty caches."""
    outcomes = []
    for program in PROGRAMS:
        if program.cold_bar is None:
            continue
        line = Fresh("cold", program.label, MODULE, MODULE, program.cold_bar, program.tolerance)
        sides = (
            ([python, "-m", "compat", "run", "-m", MODULE, program.name], lambda directory: {}),
            ([peer.python, "-m", MODULE, program.name], peer.environment),
        )
        outcomes.append(run_fresh(line, sides, options.cold_repeats))
        print(row(outcomes[-1]), flush=True)
    return outcomes


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; return the number of lines that do not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks theano", description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="of warm, cold; default both")
    parser.add_argument("--peer", required=True, metavar="PYTHON", help="interpreter with Theano 1.0.5")
    parser.add_argument("--flags", help="its THEANO_FLAGS, instead of those that link its numpy's OpenBLAS")
    parser.add_argument(
        "--blas-core", metavar="NAME", help="OPENBLAS_CORETYPE of the peer: Haswell, SkylakeX"
    )
    parser.add_argument("--python", default=sys.executable, help="interpreter of our side")
    parser.add_argument("--repeats", type=int, default=5, help="pairs a warm line (default 5)")
    parser.add_argument("--cold-repeats", type=int, default=1, help="pairs a cold line (default 1)")
    parser.add_argument(
        "--seconds", type=float, default=0.5, help="least seconds of one timing (default 0.5)"
    )
    parser.add_argument("--json", type=Path, help="also write every timing to this file")
    options = parser.parse_args(arguments)
    for kind in options.kinds:
        if kind not in KINDS:
            parser.error(f"unknown kind {kind!r}; expected some of {', '.join(KINDS)}")

    peer = find_peer(options.peer, options.flags, options.blas_core)
    kernels = f", kernels for {peer.core}" if peer.core else ""
    print(f"Theano {peer.version}, {peer.flags or 'no flags'}{kernels}")
    print("ours / theirs in CPU seconds, median of pairs [least-greatest]; one thread; (ours : theirs)")
    outcomes = []
    for kind, race in zip(KINDS, (race_warm, race_cold)):
        if kind in (options.kinds or KINDS):
            outcomes += race(options.python, peer, options)
    holding = sum(outcome["verdict"] == "holds" for outcome in outcomes)
    print(f"{holding} of {len(outcomes)} lines hold")
    if options.json:
        options.json.write_text(json.dumps(outcomes, indent=1))
    return len(outcomes) - holding
