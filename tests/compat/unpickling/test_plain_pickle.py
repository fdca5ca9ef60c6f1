"""What Theano pickled and `pickle.load` itself reads once ``import theano`` is ours."""

import subprocess
import sys
from pathlib import Path

import pytest

RECORDED = Path(__file__).parents[1] / "recorded" / "pickles"
PROGRAM = """
import pickle, sys
import compat
compat.install()
import numpy as np
import theano

recorded, version = sys.argv[1:]
expected = np.load(f"{recorded}/{version}_expected.npz", allow_pickle=True)

def load(what):
    with open(f"{recorded}/{version}_{what}.pkl", "rb") as file:
        return pickle.load(file, encoding="latin1")

for parameter in load("params"):
    np.testing.assert_array_equal(parameter.get_value(), expected["params/" + parameter.name])
x, y, _ = load("graph")
# float32
np.testing.assert_allclose(theano.function([x], y)(expected["graph/in"]), expected["graph/out"], rtol=1e-6)
f = load("function")
(lr,) = [s for s in f.get_shared() if s.name == "lr"]
assert f.name == "f" and lr.get_value() == expected["function/lr_before"]
np.testing.assert_allclose(f(expected["function/in"]), expected["function/out"], rtol=1e-6)
assert lr.get_value() == expected["function/lr_after"]
with theano.configparser.change_flags(unpickle_function=False):
    assert load("function") is None
print("loaded")
"""


@pytest.mark.parametrize("version", ["py27", "py37"])
def test_parameters_graphs_and_functions(version):
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, str(RECORDED), version],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "loaded\n", run.stderr
