"""Record what the programs print on the real Theano 1.0.5: ``python record.py PYTHON27 PYTHON37 [NAME...]``.

PYTHON27 and PYTHON37 are interpreters with Theano 1.0.5 (numpy 1.16.6 and scipy 1.2.3; numpy 1.19.5 and scipy
1.7.3), g++ at hand. Theano's flags come from the environment, so `base_compiledir` can be kept between runs.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def record(python: str, program: Path) -> float:
    """Write what `program` prints to ``recorded/NAME.txt``; return the seconds it took."""
    started = time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    printed = subprocess.run(
        [python, program.name], cwd=program.parent, env=environment, stdout=subprocess.PIPE, check=True
    ).stdout
    (HERE / "recorded" / f"{program.stem}.txt").write_bytes(printed)
    return time.perf_counter() - started


def main() -> None:
    """Record every program, or those named."""
    python27, python37, *names = sys.argv[1:]
    for folder, python in (("python2", python27), ("python3", python37)):
        for program in sorted((HERE / folder).glob("*.py")):
            if not names or program.stem in names:
                print(f"{folder}/{program.name}: {record(python, program):.1f} s", flush=True)


if __name__ == "__main__":
    main()
