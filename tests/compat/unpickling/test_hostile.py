"""Hostile pickles are refused before anything is called, imported, written or allocated.

Each is a pickle that Python's own loader would obey, or choke on. Sources: the warning in the documentation
of `pickle`, the instructions listed by `pickletools`, and the formats of zip and gzip.
"""

import builtins
import contextlib
import functools
import gzip
import io
import os
import pickle
import struct
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest

from compat import unpickle

MOST_MEMORY = 96 << 20  # bytes; the largest allowance is Limits.free_bytes, 64 MiB, and its copy in parts


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function, *args, state=None):
        self.call = (function, args) if state is None else (function, args, state)

    def __reduce__(self):
        return self.call


def text(value: str) -> bytes:
    """Return the instruction that pushes a string."""
    content = value.encode()
    return b"X" + struct.pack("<I", len(content)) + content


def calls(module: str, name: str, *args: str) -> bytes:
    """Return the protocol-0 pickle of ``module.name(*args)`` with strings as arguments."""
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n(" + b"".join(map(text, args)) + b"tR."


def stack_global(module: str, name: str, *args: str) -> bytes:
    """Return the same in protocol 4, where the name is computed on the stack."""
    return b"\x80\x04" + text(module) + text(name) + b"\x93(" + b"".join(map(text, args)) + b"tR."


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip file with `members`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def lone_member(content: bytes) -> bytes:
    """Return a zip file with `content` as its pickle."""
    return zipped({"pkl": content})


def array_of(shape: str, code: str, content: bytes) -> bytes:
    """Return the pickle of an array with `content`, whatever shape and dtype it claims."""
    dtype = b"cnumpy\ndtype\n(" + text(code) + b"I0\nI1\ntR"
    made = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntC\x01btR"
    return (
        made
        + b"(I1\n"
        + shape.encode()
        + dtype
        + b"I00\nB"
        + struct.pack("<I", len(content))
        + content
        + b"tb."
    )


def object_array(item: bytes) -> bytes:
    """Return the pickle of an object array of one element, made by the instructions `item`."""
    dtype = b"cnumpy\ndtype\n(" + text("O8") + b"I0\nI1\ntR"
    made = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntC\x01btR"
    return made + b"(I1\n(I1\nt" + dtype + b"I00\n]" + item + b"atb."


def nested_tuples(levels: int) -> bytes:
    """Return the instructions for tuples of which each holds the last one twice: 2 ** levels leaves."""
    return b")" + b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(levels))


def npy_with_objects(marker) -> bytes:
    """Return a file of NumPy's format whose objects are a pickle that creates `marker`."""
    out = io.BytesIO()
    held = np.empty(1, object)
    held[0] = Calls(os.mkdir, str(marker))
    np.lib.format.write_array(out, held, allow_pickle=True)
    return out.getvalue()


@functools.cache
def bomb(pack) -> bytes:
    """Return 128 MiB of zeros, packed."""
    return pack(bytes(128 << 20))


@functools.cache
def falsified_bomb() -> bytes:
    """Return a zip file whose pickle is 128 MiB of zeros, announced as one byte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("pkl", "w") as member:
        for _ in range(128):
            member.write(bytes(1 << 20))
    data = bytearray(out.getvalue())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 1)
    return bytes(data)


def hostile(marker) -> dict[str, bytes]:
    """Return name -> pickle; obeying one of the first kind creates the directory `marker`."""
    m, command = str(marker), f"mkdir {marker}"
    mkdir = b"cos\nmkdir\n(" + text(m) + b"tR"
    persistent = b"\x80\x02" + text("ndarray.W") + b"Q."
    return {
        # calls
        "os.system": calls("os", "system", command),
        "posix.system": calls("posix", "system", command),
        "os.mkdir by STACK_GLOBAL": stack_global("os", "mkdir", m),
        "dotted name": stack_global("theano", "os.mkdir", m),
        "subprocess": pickle.dumps(Calls(subprocess.check_call, ["mkdir", m])),
        "eval": calls("__builtin__", "eval", f"__import__('os').mkdir({m!r})"),
        "exec": pickle.dumps(Calls(exec, f"import os; os.mkdir({m!r})")),
        "open for writing": pickle.dumps(Calls(builtins.open, m, "w")),
        "getattr chain": calls("__builtin__", "getattr", "os", "mkdir")[:-1] + b"(" + text(m) + b"tR.",
        "functools.partial": pickle.dumps(functools.partial(os.mkdir, m))[:-1] + b")R.",
        "__import__": calls("__builtin__", "__import__", "antigravity"),
        "old-style class": b"(" + text(m) + b"ios\nmkdir\n.",
        "OBJ": b"(cos\nmkdir\n" + text(m) + b"o.",
        "copy_reg of a built-in": b"ccopy_reg\n_reconstructor\n(cos\nmkdir\nc__builtin__\nobject\nNtR.",
        "call of a result": calls("collections", "OrderedDict")[:-1] + b"(" + text(m) + b"tR.",
        "extension registry": b"\x80\x02\x82\x01.",
        "state of a function": b"cnumpy.core.multiarray\n_reconstruct\n}" + text("__code__") + b"Nsb.",
        "state of a class": b"cnumpy\nndarray\n}" + text("x") + b"Nsb.",
        "object array with a call": object_array(mkdir),
        "np.load of a pickle": calls("numpy", "load", m),
        "numpy.lib.npyio": calls("numpy.lib.npyio", "load", m),
        "theano function as a call": calls("theano.tensor.io", "load", m),
        "theano module attribute": calls("theano.gof.cmodule", "os", m),
        "ctypes": calls("ctypes", "CDLL", "libc.so.6"),
        "runpy": calls("runpy", "run_path", m),
        "pickle in a pickle": calls("pickle", "loads", "cos\nmkdir\n."),
        "type of three arguments": calls("__builtin__", "type", "X"),
        "defaultdict of a function": b"ccollections\ndefaultdict\n(cos\ngetcwd\ntR.",
        "user class": calls("__main__", "Model"),
        "object array in a zip": zipped({"pkl": persistent, "W": npy_with_objects(marker)}),
        # references out of the file
        "PERSID": b"Pndarray.W\n.",
        "BINPERSID": persistent,
        "zip slip": zipped({"pkl": b"\x80\x02" + text("ndarray.../../etc/passwd") + b"Q.", "../evil": b"x"}),
        "zip with another kind": zipped({"pkl": b"\x80\x02" + text("module.os") + b"Q."}),
        "buffer outside": b"\x80\x05\x97.",
        # huge
        "bytearray of a length": b"c__builtin__\nbytearray\n(I999999999999\ntR.",
        "array of a huge shape": array_of("(I99999999\nI99999999\nt", "f8", b"x" * 8),
        "array of a negative shape": array_of("(I-1\nI-8\nt", "i1", b"x" * 8),
        "dtype of a huge size": array_of("(I1\nt", "V999999999", b""),
        "empty array of a huge dtype": array_of("(I0\nt", "V999999999", b"x"),
        "scalar of a huge dtype": b"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n("
        + text("V999999999")
        + b"tRtR.",
        "memo far out": b"]r\xff\xff\xff\x7f.",
        "string of two gigabytes": b"T\xff\xff\xff\x7fabc.",
        "bytes of 2**63": b"\x8e" + b"\xff" * 7 + b"\x7f.",
        "marks in marks": b"(" * 1_000_000 + b".",
        "lists in lists": b"]" * 30_000 + b"a" * 29_999 + b".",
        "tuples in tuples by memo": b")" + b"\x85" * 30_000 + b".",
        "key with 2**200 leaves": b"}" + nested_tuples(200) + b"Ns.",
        "set with 2**200 leaves": b"\x80\x04\x8f(" + nested_tuples(200) + b"\x90.",
        "gzip bomb": bomb(gzip.compress),
        "zip bomb": bomb(lone_member),
        "zip bomb with a false size": falsified_bomb(),
        # NumPy and SciPy trust these
        "random state beyond its key": random_state(position=10**6),
        "sparse matrix pointing outside": sparse_outside(),
        # damaged
        "empty": b"",
        "truncated": pickle.dumps(np.arange(100.0))[:-40],
        "no STOP": b"]",
        "not a pickle": b"hello, world",
        "empty stack": b"a.",
        "unknown memo": b"h\x07.",
        "later protocol": b"\x80\x09N.",
        "key without a value": b"}(Nu.",
        "broken zip": zipped({"pkl": b"N."})[:-30],
        "zip without a pickle": zipped({"W": b""}),
        "list that is its own tuple": b"(K\x01tq\x00h\x00\x85q\x00\x85R.",
    }


def random_state(position: int) -> bytes:
    """Return the pickle of a Mersenne twister at `position`."""
    made = np.random.RandomState(0)
    key = made.get_state()[1]
    return pickle.dumps(
        Calls(np.random.__RandomState_ctor, state=("MT19937", key, position, 0, 0.0)), protocol=2
    )


def sparse_outside() -> bytes:
    """Return the pickle of a CSR matrix whose column index is far beyond its shape."""
    import scipy.sparse

    made = scipy.sparse.csr_matrix(np.eye(3))
    made.indices[1] = 10**6
    return pickle.dumps(made, protocol=2)


NAMES = list(hostile("/nowhere/marker"))


@pytest.mark.parametrize("name", NAMES)
def test_is_refused_without_side_effects(name, tmp_path, monkeypatch):
    marker = tmp_path / "marker"
    data = hostile(marker)[name]
    called = []
    for module, function in [(os, "system"), (os, "mkdir"), (subprocess, "Popen")]:
        monkeypatch.setattr(module, function, lambda *a, f=function, **k: called.append(f))
    modules = set(sys.modules)
    tracemalloc.start()
    try:
        with pytest.raises(pickle.UnpicklingError):
            unpickle.loads(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert called == []
    assert list(tmp_path.iterdir()) == []
    assert {
        m for m in set(sys.modules) - modules if m.partition(".")[0] in ("antigravity", "ctypes", "runpy")
    } == set()
    assert peak < MOST_MEMORY


@pytest.mark.parametrize("name", NAMES)
def test_inspecting_calls_nothing(name, tmp_path):
    data = hostile(tmp_path / "marker")[name]
    with contextlib.suppress(pickle.UnpicklingError):  # it may succeed
        unpickle.inspect(io.BytesIO(data))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("limits", "data"),
    [
        ({"bytes": 10}, b"]" * 11 + b"."),
        ({"instructions": 10}, b"N" * 11 + b"."),
        ({"objects": 10}, b"]" * 11 + b"."),
        ({"memo": 10}, b"]" + b"".join(b"q" + bytes([i]) for i in range(11)) + b"."),
        ({"depth": 10}, b"(" * 11 + b"."),
        ({"depth": 10}, b"]" * 12 + b"a" * 11 + b"."),
    ],
)
def test_each_limit_holds(limits, data):
    with pytest.raises(unpickle.Refused, match=f"{next(iter(limits))}, more than the limit of 10"):
        unpickle.loads(data, limits=unpickle.Limits(**limits))


def test_there_are_enough():
    assert len(NAMES) > 60


def test_python_would_obey(tmp_path):
    """The calls are real: Python's own loader makes the directory."""
    marker = tmp_path / "marker"
    pickle.loads(hostile(marker)["os.mkdir by STACK_GLOBAL"])
    assert marker.is_dir()


def test_the_error_names_the_class_and_the_way_out():
    with pytest.raises(unpickle.Refused, match=r"__main__\.Model.*classes=.*inspect\(file\)"):
        unpickle.loads(calls("__main__", "Model"))


def test_a_hostile_name_is_not_shown_as_it_is():
    with pytest.raises(unpickle.Refused) as caught:
        unpickle.loads(stack_global("evil\n\x1b[31m", "x" * 10_000))
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 600
