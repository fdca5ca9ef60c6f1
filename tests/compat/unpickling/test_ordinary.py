"""`pickle.load` in launched programs reads what the real Theano pickled, between ordinary pickles too."""

import gzip
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from compat import theano
from compat.unpickling import ordinary

RECORDED = Path(__file__).parents[1] / "recorded" / "pickles"
PARAMS = RECORDED / "py27_params.pkl"


class Model:
    """A class of a user's program."""


def model_of(params: bytes) -> bytes:
    """Return the pickle of a Model whose `params` the given protocol-2 pickle holds."""
    name = b"c" + Model.__module__.encode() + b"\nModel\n"
    return b"\x80\x02" + name + b")\x81}U\x06params" + params[2:-1] + b"sb."


def test_parameters_of_the_real_theano():
    W, b, _ = ordinary.loads(PARAMS.read_bytes())
    assert isinstance(W, theano.tensor.sharedvar.TensorSharedVariable)
    assert b.get_value().tolist() == [0.5] * 3


def test_a_model_of_the_programs_own():
    model = ordinary.loads(model_of(PARAMS.read_bytes()))
    assert type(model) is Model
    assert [p.name for p in model.params] == ["W", "b", "W2"]


@pytest.mark.parametrize("opened", [open, gzip.open])
def test_pickles_that_follow_each_other(tmp_path, opened):
    parts = [np.arange(3), PARAMS.read_bytes(), {"epoch": 5}, model_of(PARAMS.read_bytes()), "end"]
    with opened(tmp_path / "state", "wb") as stream:
        for part in parts:
            stream.write(part if isinstance(part, bytes) else pickle.dumps(part))
    with opened(tmp_path / "state", "rb") as stream:
        array, params, state, model, end = (ordinary.load(stream) for _ in parts)
    assert array.tolist() == [0, 1, 2]
    assert len(params) == len(model.params) == 3
    assert state == {"epoch": 5}
    assert end == "end"


def test_arrays_outside_the_pickle():
    class WithArrays(ordinary.Unpickler):
        def persistent_load(self, name):
            return np.full(2, float(name))

    name = b"S'name'\nS'W'\n"
    kind = b"(itheano.tensor.type\nTensorType\n(dS'dtype'\nS'float64'\nsS'broadcastable'\n(I00\ntsb"
    container = b"(itheano.gof.link\nContainer\n(dS'storage'\n(lP7\nasb"
    data = b"(itheano.tensor.sharedvar\nTensorSharedVariable\n(d" + name + b"sS'type'\n" + kind
    variable = WithArrays(io.BytesIO(data + b"sS'container'\n" + container + b"sb.")).load()
    assert variable.get_value().tolist() == [7.0, 7.0]


def test_ordinary_pickles_and_their_errors_are_pythons():
    for value in (1, [1, {"a": (2,)}], np.arange(3.0), theano.shared(1.0)):
        assert type(ordinary.loads(pickle.dumps(value))) is type(value)
    with pytest.raises(EOFError):
        ordinary.loads(b"")
    with pytest.raises(ModuleNotFoundError):
        ordinary.loads(b"cnowhere_at_all\nThing\n.")


PROGRAM = """
import pickle, sys
import numpy
import theano
with open(sys.argv[1], "rb") as f:
    x, y, params = pickle.load(f, encoding="latin1")
f = theano.function([x], y)
print(f(numpy.ones((1, 4), "float32")).sum())
with open("again.pkl", "wb") as out:
    pickle.dump([p.get_value() for p in params], out)
    pickle.dump(params, out)
with open("again.pkl", "rb") as out:
    values = pickle.load(out)
    print(all((p.get_value() == v).all() for p, v in zip(pickle.load(out), values)))
"""
PYTHON2 = PROGRAM.replace("import pickle,", "import cPickle as pickle,").replace(', encoding="latin1"', "")
PYTHON2 = PYTHON2.replace("print(", "print (") + "print 'done'\n"


@pytest.mark.parametrize("program", [PROGRAM, PYTHON2], ids=["python 3", "python 2"])
def test_a_launched_program(program, tmp_path):
    (tmp_path / "program.py").write_text(program)
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-m", "compat", "run", "program.py", str(RECORDED / "py27_graph.pkl")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    total, same, *_ = done.stdout.split()
    assert float(total) == pytest.approx(1, rel=1e-6)
    assert same == "True"
