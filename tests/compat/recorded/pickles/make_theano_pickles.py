"""Pickles made with the real Theano 1.0.5 (protocol 2), and expected values.

    python make_theano_pickles.py OUTDIR TAG

writes OUTDIR/TAG_<what>.pkl and OUTDIR/TAG_expected.npz.  Runs on Python 2.7 and 3."""

# ruff: noqa: E402, I001, UP010, UP031 (Python 2.7 runs it)
from __future__ import print_function
import collections
import os
import sys

import numpy as np
import theano
import theano.tensor as T
from theano import sparse
from theano.tensor.shared_randomstreams import RandomStreams

try:
    import cPickle as pickle
except ImportError:
    import pickle

out, tag = sys.argv[1], sys.argv[2]
exp = {}
rng = np.random.RandomState(7)


def dump(name, obj):
    with open(os.path.join(out, "%s_%s.pkl" % (tag, name)), "wb") as f:
        pickle.dump(obj, f, protocol=2)
    print(name, os.path.getsize(f.name))


# 1. shared variables, one per kind
vals = {
    "f64_matrix": rng.randn(3, 4),
    "f32_vector": rng.randn(5).astype("float32"),
    "i64_scalar": np.int64(7),
    "bool_vector": np.array([True, False, True]),
    "c128_vector": rng.randn(3) + 1j * rng.randn(3),
    "u8_4d": rng.randint(0, 255, (2, 1, 3, 2)).astype("uint8"),
    "fortran": np.asfortranarray(rng.randn(3, 2)),
    "empty": np.zeros((0, 3)),
}
shared = collections.OrderedDict((k, theano.shared(vals[k], name=k)) for k in sorted(vals))
shared["bcast_row"] = theano.shared(rng.randn(1, 4), name="bcast_row", broadcastable=(True, False))
shared["noname"] = theano.shared(rng.randn(2))
shared["generic"] = theano.shared({"a": 1, "b": [1, 2]}, name="generic")
shared["pyfloat"] = theano.shared(1.5, name="pyfloat")
shared["pyint"] = theano.shared(3, name="pyint")
dump("shared", shared)
for k, v in shared.items():
    if k != "generic":
        exp["shared/" + k] = np.asarray(v.get_value())
# 2. a list of parameters, as models used to be saved
W = theano.shared(rng.randn(4, 3).astype("float32"), name="W")
b = theano.shared(np.zeros(3, "float32") + 0.5, name="b")
W2 = theano.shared(rng.randn(3, 2).astype("float32"), name="W2")
dump("params", [W, b, W2])
for p in (W, b, W2):
    exp["params/" + p.name] = p.get_value()
# 3. a graph: (inputs, output, params)
x = T.fmatrix("x")
y = T.nnet.softmax(T.dot(T.tanh(T.dot(x, W) + b), W2))
xv = rng.randn(5, 4).astype("float32")
dump("graph", (x, y, [W, b, W2]))
exp["graph/in"], exp["graph/out"] = xv, theano.function([x], y)(xv)
# 4. a graph with subtensors, reductions, elemwise, switch, int cast
z = T.dmatrix("z")
i = T.lscalar("i")
g = (
    T.switch(z[i:, 0] > 0, T.exp(z[i:, 1]), T.sqr(z[i:, 2])).sum()
    + T.mean(z[::-1, 1:], axis=0).max()
    + T.cast(z.argmax(axis=1), "float64").sum()
    + T.concatenate([z[0], z[1]]).prod()
)
zv = rng.randn(4, 3)
dump("graph2", (z, i, g))
exp["graph2/z"], exp["graph2/i"], exp["graph2/out"] = zv, np.int64(1), theano.function([z, i], g)(zv, 1)
# 5. a graph with its gradient, with conv and pool
from theano.tensor.signal import pool

x4 = T.dtensor4("x4")
F = theano.shared(rng.randn(2, 1, 3, 3), name="F")
c = pool.pool_2d(T.nnet.conv2d(x4, F, border_mode="half"), (2, 2), ignore_border=True)
cost = T.nnet.relu(c).sum()
x4v = rng.randn(2, 1, 6, 6)
dump("convgraph", (x4, c, cost, theano.grad(cost, F), F))
o = theano.function([x4], [c, cost, theano.grad(cost, F)])(x4v)
exp["convgraph/in"], exp["convgraph/c"], exp["convgraph/cost"], exp["convgraph/gF"] = [x4v] + list(o)
# 6. a scan
n = T.iscalar("n")
a = T.dvector("a")
r, u = theano.scan(lambda p, a: p * a, outputs_info=T.ones_like(a), non_sequences=a, n_steps=n)
dump("scan", (a, n, r))
exp["scan/a"], exp["scan/n"] = np.array([1.0, 2.0, 3.0]), np.int32(4)
exp["scan/out"] = theano.function([a, n], r)(exp["scan/a"], 4)
# 7. types and constants
dump(
    "types",
    [
        T.dmatrix,
        T.TensorType("float32", (True, False)),
        T.lscalar,
        theano.gof.generic,
        sparse.csr_matrix,
        T.constant(np.arange(3.0)),
        theano.scalar.float64,
    ],
)
# 8. random streams
s = RandomStreams(234)
ru = s.uniform(size=(3,))
dump("randomstate", ru.rng)
exp["randomstate/next3"] = theano.function([], ru)()
# 9. a compiled function (its graph is pickled and recompiled on load)
lr = theano.shared(np.float32(0.1), name="lr")
f = theano.function([x], y, updates=[(lr, lr * np.float32(0.5))], name="f")
dump("function", f)
exp["function/in"], exp["function/out"] = xv, f(xv)
exp["function/lr_before"], exp["function/lr_after"] = np.float32(0.1), lr.get_value()
# 10. sparse shared, In/Param, updates dict
import scipy.sparse as sp

S = sp.csr_matrix(np.array([[0, 1.0, 0], [2.0, 0, 3.0]]))
dump("sparse", theano.shared(S, name="S"))
exp["sparse/dense"] = S.toarray()
dump("updates", collections.OrderedDict([(W, W - lr * T.grad(y[:, 0].sum(), W))]))
# 11. plain numpy weights, as most models were shipped
dump("numpy_list", [p.get_value() for p in (W, b, W2)])
# pkl_utils zip
from theano.misc.pkl_utils import dump as zdump

with open(os.path.join(out, tag + "_pkl_utils.zip"), "wb") as fh:
    zdump([W, b, y], fh)
np.savez(os.path.join(out, tag + "_expected.npz"), **exp)
print(sys.version.split()[0], theano.__version__, np.__version__)
