"""Pickles of the real Theano load and compute the values recorded with them.

`make_theano_pickles.py` wrote those of Theano 1.0.5 on Python 2.7 and 3.7, `older_theano.py` those of 0.7.
"""

import io
import pickle
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from compat import theano, unpickle

HERE = Path(__file__).parent / "recorded" / "pickles"
TAGS = ("py27", "py37")


@pytest.fixture(params=TAGS)
def recorded(request):
    """Return functions that load a pickle of one Python, and give a value expected of it."""
    values = np.load(HERE / f"{request.param}_expected.npz")
    return lambda what: unpickle.load(HERE / f"{request.param}_{what}.pkl"), values.__getitem__


def same(got, expected):
    """Check value, dtype and shape."""
    got = np.asarray(got)
    assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(got, expected, rtol=1e-6 if got.dtype.itemsize == 4 else 1e-12, atol=1e-12)


def test_shared(recorded):
    load, expected = recorded
    shared = load("shared")
    assert isinstance(shared, OrderedDict)
    assert shared.pop("generic").get_value() == {"a": 1, "b": [1, 2]}
    assert len(shared) == 12
    for name, variable in shared.items():
        same(variable.get_value(), expected("shared/" + name))
        assert variable.name == (None if name == "noname" else name)
    assert shared["bcast_row"].broadcastable == (True, False)
    assert isinstance(shared["pyint"], theano.tensor.sharedvar.ScalarSharedVariable)
    assert shared["fortran"].get_value(borrow=True).flags.f_contiguous
    shared["f64_matrix"].set_value(np.zeros((5, 5)))


def test_params(recorded):
    load, expected = recorded
    for variable in load("params"):
        same(variable.get_value(), expected("params/" + variable.name))


def test_graph(recorded):
    load, expected = recorded
    x, y, params = load("graph")
    f = theano.function([x], y)
    same(f(expected("graph/in")), expected("graph/out"))
    params[0].set_value(np.zeros((4, 3), "float32"))  # the graph's own W
    assert np.ptp(f(expected("graph/in")), axis=0).max() == 0


def test_graph_of_subtensors_and_reductions(recorded):
    load, expected = recorded
    z, i, g = load("graph2")
    same(theano.function([z, i], g)(expected("graph2/z"), expected("graph2/i")), expected("graph2/out"))


def test_convolution_pooling_and_their_gradient(recorded):
    load, expected = recorded
    x4, c, cost, gradient, F = load("convgraph")
    values = theano.function([x4], [c, cost, gradient, theano.grad(cost, F)])(expected("convgraph/in"))
    for value, name in zip(values, ("c", "cost", "gF", "gF")):
        same(value, expected("convgraph/" + name))


def test_scan(recorded):
    load, expected = recorded
    a, n, r = load("scan")
    same(theano.function([a, n], r)(expected("scan/a"), expected("scan/n")), expected("scan/out"))


def test_types(recorded):
    load, _ = recorded
    matrix, row, integer, generic, csr, constant, number = load("types")
    assert matrix == theano.tensor.dmatrix
    assert row == theano.tensor.frow
    assert integer == theano.tensor.lscalar
    assert generic is theano.gof.generic
    assert csr is theano.sparse.csr_matrix
    assert constant.data.tolist() == [0, 1, 2]
    assert number == theano.scalar.float64


def test_random_state_and_its_default_update(recorded):
    load, expected = recorded
    rng = load("randomstate")
    new_rng, draw = rng.default_update.owner.outputs
    f = theano.function([], draw, updates=[(rng, new_rng)])
    same(f(), expected("randomstate/next3"))
    assert not np.allclose(f(), expected("randomstate/next3"))


def test_function(recorded):
    load, expected = recorded
    f = load("function")
    (rate,) = (v for v in f.get_shared() if v.name == "lr")
    same(rate.get_value(), expected("function/lr_before"))
    same(f(expected("function/in")), expected("function/out"))
    same(rate.get_value(), expected("function/lr_after"))
    assert f.name == "f"


def test_sparse(recorded):
    load, expected = recorded
    S = load("sparse")
    same(S.get_value().toarray(), expected("sparse/dense"))
    assert S.type == theano.sparse.SparseType("csr", "float64")
    same(theano.function([], theano.sparse.dense_from_sparse(S))(), expected("sparse/dense"))


def test_updates(recorded):
    """The update that was pickled is the one built here from the graph: W - lr * d y[:, 0].sum() / dW."""
    load, expected = recorded
    ((W, new_W),) = load("updates").items()
    (x,) = (v for v in theano.gof.graph.inputs([new_W]) if v.name == "x")
    theano.function([x], [], updates=[(W, new_W)])(expected("graph/in"))
    x, y, (W_before, *_) = load("graph")
    gradient = theano.function([x], theano.grad(y[:, 0].sum(), W_before))(expected("graph/in"))
    same(W.get_value(), expected("params/W") - expected("function/lr_after") * gradient)


def test_plain_arrays(recorded):
    load, expected = recorded
    for value, name in zip(load("numpy_list"), ("W", "b", "W2")):
        same(value, expected("params/" + name))
        assert value.flags.writeable


@pytest.mark.parametrize("tag", TAGS)
def test_zip_file(tag):
    expected = np.load(HERE / f"{tag}_expected.npz")
    W, b, y = unpickle.load(HERE / f"{tag}_pkl_utils.zip")
    same(W.get_value(), expected["params/W"])
    same(b.get_value(), expected["params/b"])
    (x,) = (v for v in theano.gof.graph.inputs([y]) if v.name == "x")
    same(theano.function([x], y)(expected["graph/in"]), expected["graph/out"])


@pytest.mark.parametrize(
    "what",
    ["network", "elementwise", "shapes", "indexing", "matrices", "images", "loops", "others", "draws"],
)
def test_graphs_of_theano_07(what):
    expected = np.load(HERE / "theano07_expected.npz")
    inputs, outputs = unpickle.load(HERE / f"theano07_{what}.pkl.gz")
    values = [expected[f"{what}/in{i}"] for i in range(len(inputs))]
    for i, value in enumerate(theano.function(inputs, outputs)(*values)):
        same(value, expected[f"{what}/out{i}"])


def test_functions_of_theano_07():
    """`older_theano.py` called the counting function and the summing one once before it pickled them."""
    functions = unpickle.load(HERE / "theano07_functions.pkl.gz")
    ones = np.ones((2, 2))
    twice, counted = functions["counting"](ones)
    assert (twice == 2).all()
    assert counted == 4
    assert functions["counting"](ones)[1] == 8
    assert (functions["default"](ones) == 3).all()
    assert (functions["default"](ones, 5.0) == 5).all()
    assert [float(functions["summing"]()) for _ in range(2)] == [22.0, 24.0]


def test_a_file_object_bytes_and_a_path_are_the_same():
    path = HERE / "py27_numpy_list.pkl"
    data = path.read_bytes()
    with path.open("rb") as stream:
        loaded = [
            unpickle.load(stream),
            unpickle.load(str(path)),
            unpickle.loads(data),
            unpickle.load(io.BytesIO(data)),
        ]
    for other in loaded[1:]:
        for a, b in zip(loaded[0], other):
            np.testing.assert_array_equal(a, b)


def test_a_text_file_is_refused():
    with pytest.raises(TypeError, match="binary mode"):
        unpickle.load(io.StringIO("x"))


def test_what_was_shared_stays_shared():
    """A list and a dict of parameters in one pickle hold the same variables."""
    a, b = unpickle.loads(in_old_words(b"(lp0\n", PARAMETER, b"p1\nag1\na."))
    assert a is b


#: a shared variable as protocol 0 spells it
PARAMETER = (
    b"ccopy_reg\n_reconstructor\n(ctheano.tensor.sharedvar\nTensorSharedVariable\nc__builtin__\nobject\nNtR(dp5\n"
    b"S'name'\nS'W'\nsS'type'\nccopy_reg\n_reconstructor\n(ctheano.tensor.type\nTensorType\nc__builtin__\nobject\nNtR"
    b"(dS'dtype'\nS'float64'\nsS'broadcastable'\n(I00\ntsbsS'container'\nccopy_reg\n_reconstructor\n"
    b"(ctheano.gof.link\nContainer\nc__builtin__\nobject\nNtR(dS'storage'\n(lcnumpy.core.multiarray\n_reconstruct\n"
    b"(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I1\ntcnumpy\ndtype\n(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb"
    b"I00\nS'\\x00\\x00\\x00\\x00\\x00\\x00\\xf0?'\ntbasbsb"
)


def in_old_words(*parts):
    """Return the pickle made of `parts`."""
    return b"".join(parts)


def test_protocol_zero_of_python_2():
    variable = unpickle.loads(in_old_words(PARAMETER, b"."))
    assert variable.name == "W"
    assert variable.get_value().tolist() == [1.0]


GPU_PARAMETER = (
    PARAMETER.replace(b"theano.tensor.sharedvar\nTensorShared", b"theano.sandbox.cuda.var\nCudaNdarrayShared")
    .replace(b"theano.tensor.type\nTensorType", b"theano.sandbox.cuda.type\nCudaNdarrayType")
    .replace(b"S'dtype'\nS'float64'\ns", b"")
    .replace(b"(lcnumpy", b"(lctheano.sandbox.cuda.type\nCudaNdarray_unpickler\n(cnumpy")
    .replace(b"\\xf0?'\ntba", b"\\xf0?'\ntbtRa")
)


def test_variables_of_a_gpu_become_arrays_in_memory():
    variable = unpickle.loads(in_old_words(GPU_PARAMETER, b"."))
    assert variable.type == theano.tensor.fvector
    assert variable.get_value().tolist() == [1.0]


def test_arrays_of_a_gpu_in_a_zip_file():
    """`pkl_utils` wrote the name of the GPU, pickled, before the array."""
    packed, array = io.BytesIO(), io.BytesIO()
    np.save(array, np.arange(3.0))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("pkl", b"U\x0agpuarray.WQ.")
        archive.writestr("W", pickle.dumps("dev0", 2) + array.getvalue())
    assert unpickle.loads(packed.getvalue()).tolist() == [0, 1, 2]


class Model:
    """A class of a user's program."""

    def __init__(self):
        self.layers, self.parent = [1, 2], self


class Table(dict):
    """One that is a dict too."""


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_classes_the_caller_trusts(protocol):
    made = Model()
    made.table = Table(a=np.arange(3))
    made.table.note = "x"
    data = pickle.dumps(made, protocol=protocol)
    classes = {f"{kind.__module__}.{kind.__qualname__}": kind for kind in (Model, Table)}
    with pytest.raises(unpickle.Refused, match="Model"):
        unpickle.loads(data)
    got = unpickle.loads(data, classes=classes)
    assert isinstance(got, Model)
    assert got.parent is got
    assert got.layers == [1, 2]
    assert got.table["a"].tolist() == [0, 1, 2]
    assert got.table.note == "x"


def test_records_show_what_nobody_can_make():
    record = unpickle.inspect(io.BytesIO(b"cmodels.mlp\nNet\n)\x81}X\x01\x00\x00\x00WK\x05sb."))
    assert str(record.kind) == "models.mlp.Net"
    assert record.attribute("W") == 5


def test_an_unknown_part_of_theano_is_named():
    with pytest.raises(pickle.UnpicklingError, match=r"theano\.nowhere\.Thing.*classes="):
        unpickle.loads(b"ctheano.nowhere\nThing\n)\x81.")


def test_functions_that_build_expressions_are_values():
    assert unpickle.loads(b"ctheano.tensor.nnet.nnet\nsoftmax\n.") is theano.tensor.nnet.nnet.softmax
    for name in (
        b"theano.tensor.io\nload",
        b"theano.compile.function\nfunction",
        b"theano.tensor.basic\nnumpy",
    ):
        with pytest.raises(pickle.UnpicklingError):
            unpickle.loads(b"c" + name + b"\n.")


def test_tags_survive_and_unknown_ones_do_no_harm():
    scratchpad = b"ccopy_reg\n_reconstructor\n(ctheano.gof.utils\nscratchpad\nc__builtin__\nobject\nNtR"
    tag = b"S'tag'\n" + scratchpad + b"(dS'note'\nS'mine'\nsS'gone'\n(itheano.nowhere\nThing\nsb"
    variable = unpickle.loads(PARAMETER.replace(b"S'name'\n", tag + b"sS'name'\n", 1) + b".")
    assert variable.tag.note == "mine"
    assert not hasattr(variable.tag, "gone")


def test_deep_graphs_need_no_recursion():
    """A chain of 1 500 sums, as unrolled loops made them."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(800)
    try:
        x, y = unpickle.loads(deep_sum(1500))
    finally:
        sys.setrecursionlimit(limit)
    sums = 0
    while y.owner is not None:
        assert y.owner.inputs[1] is x
        y, sums = y.owner.inputs[0], sums + 1
    assert sums == 1500


def text(value):
    """Return the instruction that pushes a string."""
    return b"U" + bytes([len(value)]) + value.encode()


def new(module, class_, **attributes):
    """Return the instructions for an instance, given those for its attributes."""
    state = b"".join(text(key) + made for key, made in attributes.items())
    return b"c" + module.encode() + b"\n" + class_.encode() + b"\n)\x81}(" + state + b"ub"


def deep_sum(n):
    """Return the pickle of ``[x, x + ... + x]``, `n` sums; memo 0 is the type, 1 the Op, 2 x, 3 the sum."""
    kind = new("theano.tensor.type", "TensorType", dtype=text("float64"), broadcastable=b"I00\n\x85")
    add = new("theano.scalar.basic", "Add", name=text("add"))
    made = kind + b"q\x000" + new("theano.tensor.elemwise", "Elemwise", scalar_op=add) + b"q\x010"
    made += variable_of(b"N", text("x"), b"N") + b"q\x02q\x030"
    for _ in range(n):
        node = new("theano.gof.graph", "Apply", op=b"h\x01", inputs=b"](h\x03h\x02e")
        made += variable_of(node, b"N", b"K\x00") + b"q\x030"
    return made + b"](h\x02h\x03e."


def variable_of(owner, name, index):
    """Return the instructions for a vector."""
    return new("theano.tensor.var", "TensorVariable", type=b"h\x00", owner=owner, name=name, index=index)
