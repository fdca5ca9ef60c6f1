"""Pickles of models."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.misc.pkl_utils import (
    CompatUnpickler,
    PersistentNdarrayID,
    PersistentNdarrayLoad,
    PersistentSharedVariableID,
    StripPickler,
    dump,
    load,
)


def test_arrays_have_files_of_their_own(tmp_path):
    path = tmp_path / "model.zip"
    variables = [theano.shared(np.full(2, n), name="foo") for n in range(3)]
    with open(path, "wb") as file:
        dump((*variables, np.array(3)), file)
    saved = np.load(path)
    assert list(saved) == ["foo", "foo_2", "foo_3", "array_0", "pkl"]  # as Theano named them
    np.testing.assert_array_equal(saved["foo_3"], [2, 2])
    with open(path, "rb") as file:
        *loaded, array = load(file)
    assert [v.name for v in loaded] == ["foo"] * 3
    assert [list(v.get_value()) for v in loaded] == [[0, 0], [1, 1], [2, 2]]
    assert array == 3


def test_an_array_is_written_once():
    a = np.ones(3)
    file = io.BytesIO()
    dump([a, a], file, persistent_id=PersistentNdarrayID)
    assert sorted(zipfile.ZipFile(file).namelist()) == ["array_0", "pkl"]
    first, second = load(file)
    assert first is second


def test_names_that_are_asked_for():
    w = theano.shared(np.ones(2))
    with pytest.raises(ValueError, match="unnamed shared variable"):
        dump(w, io.BytesIO(), persistent_id=lambda z: PersistentSharedVariableID(z, allow_unnamed=False))
    pair = [theano.shared(np.ones(2), "w"), theano.shared(np.ones(2), "w")]
    with pytest.raises(ValueError, match="multiple shared variables with the name `w`"):
        dump(
            pair, io.BytesIO(), persistent_id=lambda z: PersistentSharedVariableID(z, allow_duplicates=False)
        )


def test_strip_pickler():
    x = T.matrix("x")
    x.tag.test_value, x.tag.note = np.ones((2, 2)), "kept"
    y = T.exp(x)
    assert hasattr(y.tag, "trace")
    file = io.BytesIO()
    StripPickler(file, protocol=2, extra_tag_to_remove=["nothing"]).dump(y)
    loaded = pickle.loads(file.getvalue())
    assert not hasattr(loaded.tag, "trace")
    tag = loaded.owner.inputs[0].tag
    assert (tag.note, hasattr(tag, "test_value")) == ("kept", False)


def test_an_array_of_python_2():
    # pickle.dumps(numpy.arange(3, dtype='int8'), 2) of Python 2.7 and NumPy 1.16
    data = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85q\x03U\x01bq\x04\x87q"
        b"\x05Rq\x06(K\x01K\x03\x85q\x07cnumpy\ndtype\nq\x08U\x02i1q\tK\x00K\x01\x87q\nRq\x0b(K\x03U\x01|q\x0cNNNJ"
        b"\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\rb\x89U\x03\x00\x01\x02q\x0etq\x0fb."
    )
    loaded = CompatUnpickler(io.BytesIO(data), encoding="latin1").load()
    np.testing.assert_array_equal(loaded, np.arange(3, dtype="int8"))


class Bytes:
    """Made from bytes only."""

    def __init__(self, data):
        self.data = bytes(data)


def test_a_call_that_wants_bytes():
    data = b"\x80\x02c" + f"{__name__}\nBytes\n".encode() + b"U\x02\xe9a\x85R."
    assert CompatUnpickler(io.BytesIO(data), encoding="latin1").load().data == b"\xe9a"


def test_an_array_of_a_gpu():
    array = io.BytesIO()
    np.save(array, np.arange(2.0))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writing:
        writing.writestr("a", pickle.dumps("dev0") + array.getvalue())
    with zipfile.ZipFile(file) as reading:
        with pytest.raises(ImportError, match="Cannot unpickle GpuArray"):
            PersistentNdarrayLoad(reading)("gpuarray.a")
        flag = theano.change_flags({"experimental.unpickle_gpu_on_cpu": True})
        with flag, pytest.warns(UserWarning, match="Unpickling GpuArray as numpy.ndarray"):
            np.testing.assert_array_equal(PersistentNdarrayLoad(reading)("gpuarray.a"), [0, 1])


@pytest.mark.parametrize("python", ["py27", "py37"])
def test_the_real_theanos_graphs_and_functions_are_read(python):
    """Values: drawn by the real Theano beside the pickles (tests/compat/recorded/pickles)."""
    folder = Path(__file__).parents[2] / "recorded" / "pickles"
    expected = np.load(folder / f"{python}_expected.npz")
    with open(folder / f"{python}_graph.pkl", "rb") as file:
        x, y, _ = CompatUnpickler(file, encoding="latin1").load()
    np.testing.assert_allclose(y.eval({x: expected["graph/in"]}), expected["graph/out"], rtol=1e-6)
    with open(folder / f"{python}_function.pkl", "rb") as file:
        assert isinstance(CompatUnpickler(file, encoding="latin1").load(), theano.compile.Function)
