"""theano.tensor.io: arrays from .npy files, and MPI with one process."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import io

DATA = np.arange(5, dtype="int32")


@pytest.fixture
def file(tmp_path):
    np.save(tmp_path / "array.npy", DATA)
    return str(tmp_path / "array.npy")


@pytest.mark.parametrize("mmap_mode", [None, "c"])
def test_the_path_is_an_argument(file, mmap_mode):
    path = theano.gof.generic()
    f = theano.function([path], io.load(path, "int32", (False,), mmap_mode) ** 2)
    np.testing.assert_array_equal(f(file), DATA**2)
    np.testing.assert_array_equal(f(file), DATA**2)


def test_the_file_is_read_when_the_function_runs(file):
    f = theano.function([], io.load(file, "int32", (False,)))
    np.save(file, DATA + 1)
    np.testing.assert_array_equal(f(), DATA + 1)


def test_wrong_files(file, tmp_path):
    with pytest.raises(TypeError, match="type float64, got int32"):
        theano.function([], io.load(file, "float64", (False,)))()
    with pytest.raises(ValueError, match=r"Expected a \.npy file"):
        theano.function([], io.load(str(tmp_path / "a.npz"), "int32", (False,)))()


@pytest.mark.parametrize("mmap_mode", ["r", "r+", "w+", "toto"])
def test_modes_that_would_change_the_file(mmap_mode):
    with pytest.raises(ValueError, match="None and 'c'"):
        io.load("x.npy", "int32", (False,), mmap_mode)


class OneProcess:
    """A communicator that receives what it has sent."""

    def __init__(self):
        self.sent = {}

    def Isend(self, data, dest, tag):
        self.sent[tag] = data.copy()
        return self

    def Irecv(self, data, source, tag):
        data[...] = self.sent[tag]
        return self

    def wait(self):
        return True


def test_what_is_sent_is_received(monkeypatch):
    monkeypatch.setattr(io, "comm", OneProcess(), raising=False)
    x = T.vector()
    assert theano.function([x], io.send(x, 0, 11))([1.0, 2.0]) is True
    received = theano.function([], io.recv((2,), "float64", 0, 11) * 2)()
    np.testing.assert_array_equal(received, [2.0, 4.0])


def test_schedules_start_early_and_wait_late():
    x = T.vector()
    request, sent = io.isend(x, 0, 7)
    wait = io.MPISendWait(7)(request, sent)
    assert io.mpi_send_wait_cmp(request.owner, wait.owner) == -1
    assert io.mpi_tag_cmp(request.owner, wait.owner) == 0
