"""Run every ``*.py2`` of this folder with Python 2.7 and NumPy 1.16 and keep what it writes beside it.

Called as ``python record.py PYTHON27 [FOLDER_OF_NUMPY_FOR_IT]``.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

if __name__ == "__main__":
    environment = {**os.environ, "PYTHONPATH": (sys.argv[2:] or [""])[0]}
    for program in sorted(HERE.glob("*.py2")):
        command = [sys.argv[1], str(program)]
        done = subprocess.run(command, capture_output=True, env=environment, cwd=HERE, check=False)
        if done.returncode:
            sys.exit(f"{program.name}: {done.stderr.decode()}")
        program.with_suffix(".out").write_bytes(done.stdout)
