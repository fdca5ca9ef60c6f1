"""The small modules of `theano.misc`, and `theano.compat`, `theano.pathparse`, `theano.version`."""

import os
import pickle
import sys

import numpy as np
import pytest
import scipy.sparse

from compat import theano
from compat.theano import compat, pathparse, version
from compat.theano.misc import cpucount, strutil, windows
from compat.theano.misc.doubleop import DoubleOp
from compat.theano.misc.frozendict import FrozenOrderedDict, frozendict
from compat.theano.misc.may_share_memory import may_share_memory
from compat.theano.misc.ordered_set import OrderedSet
from compat.theano.misc.safe_asarray import _asarray


def test_version():
    assert theano.__version__ == version.version == version.full_version == version.short_version == "1.0.5"
    assert version.release


def test_ordered_set():
    s = OrderedSet([3, 1])
    s.update([2, 1])
    assert list(s) == [3, 1, 2]
    assert list(reversed(s)) == [2, 1, 3]
    assert repr(s) == "OrderedSet([3, 1, 2])"
    assert repr(OrderedSet()) == "OrderedSet()"
    assert list(s.union([5])) == [3, 1, 2, 5]
    assert list(s.copy().difference_update([1])) == [3, 2]
    assert list(s.copy().intersection_update([2, 3])) == [3, 2]
    assert s.pop() == 2
    assert s.pop(last=False) == 3
    assert s == OrderedSet([1]) != OrderedSet([2])
    assert pickle.loads(pickle.dumps(s)) == s


def test_ordered_set_of_theano():
    # pickle.dumps(theano.misc.ordered_set.OrderedSet(["b", "a"]), 2) of Theano 1.0.5
    data = (
        b"\x80\x02ctheano.misc.ordered_set\nOrderedSet\nq\x00)\x81q\x01}q\x02(X\x11\x00\x00\x00_Ordere"
        b"dSet__rootq\x03ctheano.misc.ordered_set\nLink\nq\x04)\x81q\x05]q\x06(h\x04)\x81q\x07]q"
        b"\x08(h\x04)\x81q\t]q\n(h\x05h\x07X\x01\x00\x00\x00bq\x0bebh\x05X\x01\x00\x00\x00aq\x0cebh\tebX\x10\x00\x00\x00_OrderedSet__"
        b"mapq\r}q\x0e(h\x0bh\th\x0ch\x07uub."
    )
    assert list(pickle.loads(data.replace(b"ctheano.", b"ccompat.theano."))) == ["b", "a"]


def test_ordered_set_wants_an_order():
    with pytest.raises(AssertionError, match="not ordered"):
        OrderedSet({1, 2})
    with pytest.raises(TypeError, match="cannot be made symmetric"):
        OrderedSet() == set()  # noqa: B015
    with pytest.raises(KeyError, match="set is empty"):
        OrderedSet().pop()


def test_frozendict():
    d = frozendict(a=1)
    assert {d: 2}[frozendict(a=1)] == 2
    assert d.copy(b=2) == {"a": 1, "b": 2}
    assert repr(d) == "<frozendict {'a': 1}>"
    assert list(FrozenOrderedDict([("z", 1), ("a", 2)])) == ["z", "a"]
    with pytest.raises(TypeError):
        d["a"] = 2


def test_strutil():
    assert strutil.render_string("%(a)s %(b)s", {"a": 1, "b": 2}) == "1 2"
    with pytest.raises(Exception, match=r"^%\(a\)s %\(c\)<<<< caused exception 'c'$"):
        strutil.render_string("%(a)s %(c)s and more", {"a": 1})
    assert strutil.pretty_format("if {\n  a;\n}\nb;") == "if {\n    a;\n}\nb;"


def test_asarray():
    assert _asarray([1, 2], "floatX").dtype == theano.config.floatX
    a = np.ones(2, dtype=np.longlong)
    assert _asarray(a, "int64").dtype.num == np.dtype("int64").num
    assert np.shares_memory(a, _asarray(a, "int64"))


def test_may_share_memory():
    a = np.arange(6.0)
    sparse = scipy.sparse.csr_matrix(np.eye(3))
    assert may_share_memory(a, a[2:])
    assert not may_share_memory(a, a.copy())
    assert may_share_memory(sparse, sparse.data)
    assert not may_share_memory(sparse, sparse.copy())
    assert may_share_memory(1, a, raise_other_type=False) is False
    with pytest.raises(TypeError, match="support only ndarray"):
        may_share_memory(1, a)


def test_double_op():
    x = theano.tensor.dvector()
    y = DoubleOp()(x)
    f = theano.function([x], [y, theano.tensor.grad((y**2).sum(), x), y.shape])
    value, gradient, shape = f([1, 2])
    np.testing.assert_array_equal(value, [2, 4])
    np.testing.assert_array_equal(gradient, [8, 16])
    assert shape == [2]


def test_child_processes():
    command = [sys.executable, "-c", "import sys; print('out'); sys.exit(3)"]
    assert windows.call_subprocess_Popen(command) == 3
    assert windows.output_subprocess_Popen(command) == (b"out\n", b"", 3)
    with pytest.raises(TypeError, match="don't use stderr or stdout"):
        windows.call_subprocess_Popen(command, stdout=None)


def test_processors():
    assert cpucount.cpuCount() == (os.cpu_count() or -1)


def test_paths(monkeypatch, tmp_path):
    monkeypatch.setattr(pathparse.PathParser, "paths", set())
    monkeypatch.setenv("PATH", "/usr/bin")
    pathparse.PathParser(str(tmp_path)).add("/bin")
    assert set(os.environ["PATH"].split(os.pathsep)) == {str(tmp_path), "/bin", "/usr/bin"}
    compat.maybe_add_to_os_environ_pathlist("PATH", "/first")
    assert os.environ["PATH"].startswith("/first" + os.pathsep)


def test_theano_compat():
    assert compat.PY3
    assert compat.b("é") == b"\xe9"
    assert [compat.cmp(1, 2), compat.cmp(2, 2), compat.cmp(3, 2)] == [-1, 0, 1]
    assert compat.exc_message(ValueError(ValueError("inner"))) == "inner"
    assert list(compat.decode_iter([b"a"])) == [compat.decode(b"a")] == [compat.decode_with(b"a", "ascii")]
    d = compat.DefaultOrderedDict(list)
    d["z"].append(1)
    d["a"].append(2)
    assert list(d) == list(d.copy()) == list(pickle.loads(pickle.dumps(d))) == ["z", "a"]
    with pytest.raises(KeyError):
        compat.DefaultOrderedDict()["x"]
