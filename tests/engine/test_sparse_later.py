"""PyTensor's sparse package stays out until it is used, and is then what it always was."""

import subprocess
import sys

PROGRAM = """
import sys
import numpy as np
import pytensor
import pytensor.tensor as pt
from graphopt import engine

x = pt.dvector("x")
cost = (pt.ones_like(x[:1]) * x**2).sum()
assert engine.compile([x], pytensor.grad(cost, x))([1.0, 2.0]).tolist() == [2.0, 4.0]
assert "scipy.sparse" not in sys.modules
{use}
import scipy.sparse
import pytensor.sparse as sparse
y = pt.dmatrix("y")
S = pytensor.shared(scipy.sparse.csr_matrix(np.eye(2)))
assert engine.compile([y], sparse.structured_dot(S, y))(np.ones((2, 2))).tolist() == [[1, 1], [1, 1]]
assert sparse is sys.modules["pytensor.sparse"] or sparse.CSM is sys.modules["pytensor.sparse"].CSM
assert sparse.CSM is sys.modules["pytensor.sparse.basic"].CSM
"""
USES = [
    "",
    "from pytensor.sparse import csr_matrix",
    "import pytensor.sparse.basic",
    "pytensor.sparse.csc_matrix",
]


def test_it_is_there_whichever_way_it_is_asked_for():
    for use in USES:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PROGRAM.format(use=use)], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), use + done.stderr
