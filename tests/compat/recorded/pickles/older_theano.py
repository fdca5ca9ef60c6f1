"""Graphs and functions pickled by an old Theano on Python 2, and what they compute.

    THEANO_FLAGS=cxx=,mode=FAST_COMPILE,linker=py python2.7 older_theano.py TAG PROTOCOL

writes TAG_<what>.pkl.gz, each a pickle of (inputs, outputs), and TAG_expected.npz with the values given
(``<what>/in0``...) and computed (``<what>/out0``...). Recorded with Theano 0.7.0, NumPy 1.11.3, protocol 0.
"""

# ruff: noqa: C408, SIM905, UP010, UP031 (Python 2.7 runs it)
from __future__ import print_function

import gzip
import pickle
import sys

import numpy as np
import theano
import theano.sandbox.linalg as linalg
import theano.tensor as T
from theano.ifelse import ifelse
from theano.tensor.nnet import conv
from theano.tensor.shared_randomstreams import RandomStreams
from theano.tensor.signal.downsample import max_pool_2d

rng = np.random.RandomState(0)
MATRIX = rng.rand(4, 5)
VECTOR = rng.rand(5) + 0.1
IMAGES = rng.rand(2, 2, 8, 9)


def network():
    x, y = T.matrix("x"), T.ivector("y")
    W, b = theano.shared(rng.randn(5, 3), name="W"), theano.shared(np.zeros(3), name="b")
    p = T.nnet.softmax(T.nnet.sigmoid(T.dot(x, W) + b))
    picked = -T.mean(T.log(p)[T.arange(y.shape[0]), y])
    categorical = T.nnet.categorical_crossentropy(p, y).mean()
    is_best = T.eq(p.argmax(axis=1).dimshuffle(0, "x"), T.arange(3))
    binary = T.nnet.binary_crossentropy(p, is_best).sum()
    gradients = T.grad(picked, [W, b]) + [T.grad(categorical, W)]
    return [x, y], [picked, categorical, binary] + gradients, [MATRIX, np.array([0, 1, 2, 0], "int32")]


def elementwise():
    x, y = T.matrix("x"), T.vector("y")
    two = [x + y, x - y, x * y, x / y, x // y, x % y, x**y]
    two += [T.maximum(x, y), T.minimum(x, y), T.arctan2(x, y)]
    compared = [T.eq(x, y), T.lt(x, y), T.ge(x, y), T.isnan(x), T.switch(x > 0.5, x, y), T.clip(x, 0.2, 0.4)]
    names = "sqrt exp log1p floor ceil cosh tanh sqr erf erfc gammaln inv".split()
    one = [getattr(T, name)(x) for name in names]
    one += [T.nnet.softplus(x), T.sgn(x - 0.5), abs(x - 0.5), -x, 1 / x, T.cast(x * 10, "int32")]
    return [x, y], two + compared + one + [x.sum(), T.outer(y, y)], [MATRIX, VECTOR]


def shapes():
    x = T.matrix("x")
    moved = [x.T, x.reshape((5, 4)), x.flatten(), x.dimshuffle(1, "x", 0)]
    moved += [T.shape_padleft(x), x.swapaxes(0, 1), T.roll(x, 1, axis=0)]
    joined = [T.concatenate([x, x], axis=1), T.stack(x[0], x[1]), T.tile(x, (2, 2)), T.repeat(x, 2, axis=0)]
    made = [x.shape, x.shape[0], T.eye(3), T.arange(5), T.zeros_like(x)]
    made += [T.alloc(2.5, x.shape[0], 3), T.diag(x[:4, :4])]
    patterns = [T.addbroadcast(x[:1], 0) + x, T.unbroadcast(x.dimshuffle("x", 0, 1), 0)]
    reduced = [T.max(x, axis=1), T.argmax(x, axis=0), x.min(), x.std(), x.var(axis=0), x.prod(axis=0)]
    reduced += [x.mean(axis=1, keepdims=True), T.any(x > 0.5, axis=0), T.all(x > 0.1), x.norm(2)]
    ordered = [T.cumsum(x, axis=0), T.sort(x, axis=0), T.argsort(x, axis=1)]
    return [x], moved + joined + made + patterns + reduced + ordered, [MATRIX]


def indexing():
    x, i, v = T.matrix("x"), T.lscalar("i"), T.lvector("v")
    taken = [x[i], x[i:], x[::-1], x[1:3, 2], x[-1], x[:i, ::2], x[v], x[v, v], x[:, v], x[0, 0], x[i, i]]
    put = [T.set_subtensor(x[i], 0.0), T.inc_subtensor(x[1:i], 2.0), T.set_subtensor(x[v], 1.0)]
    put += [T.set_subtensor(x[:, i], x[:, 0]), T.grad(x[i:].sum(), x), T.grad((x[v] ** 2).sum(), x)]
    return [x, i, v], taken + put, [MATRIX, np.int64(2), np.array([0, 2, 1, 2])]


def matrices():
    x = T.matrix("x")
    A = T.dot(x, x.T) + T.eye(4)
    solved = [
        linalg.matrix_inverse(A),
        linalg.det(A),
        linalg.trace(A),
        linalg.cholesky(A),
        linalg.solve(A, x),
    ]
    return [x], solved + [T.tensordot(x, x, axes=[[1], [1]])], [MATRIX]


def images():
    x, W = T.tensor4("x"), theano.shared(rng.randn(3, 2, 3, 3))
    c = conv.conv2d(x, W)
    pooled = max_pool_2d(c, (2, 2), ignore_border=True)
    ragged = max_pool_2d(c, (3, 3), ignore_border=False)
    strided = conv.conv2d(x, W, border_mode="full", subsample=(2, 2))
    return [x], [c, pooled, ragged, strided, T.grad(pooled.sum(), W)], [IMAGES]


def loops():
    x, W = T.matrix("x"), theano.shared(rng.randn(5, 5) * 0.3, name="W")
    h, _ = theano.scan(lambda xt, h, W: T.tanh(xt + T.dot(h, W)), x, T.zeros((5,)), W)
    cost = (h[-1] ** 2).sum()
    start = dict(initial=T.ones((2,)), taps=[-2, -1])
    taps, _ = theano.scan(lambda a, b: a + b, outputs_info=[start], n_steps=6)
    stop = theano.scan_module.until
    doubled, _ = theano.scan(lambda s: (s * 2, stop(s > 10)), outputs_info=[T.constant(1.0)], n_steps=20)
    rows, _ = theano.map(lambda row: row.sum(), x)
    steps, _ = theano.scan(lambda a, b: a - b, sequences=[dict(input=x[:, 0], taps=[0, 1])])
    return [x], [h, cost, T.grad(cost, W), T.grad(cost, x), taps, doubled, rows, steps], [MATRIX]


def others():
    x, c = T.matrix("x"), T.lscalar("c")
    batches = T.batched_dot(x.dimshuffle(0, "x", 1), x.dimshuffle(0, 1, "x"))
    checked = T.opt.Assert("negative")(x, T.all(x > -1))
    counted = T.extra_ops.bincount(T.cast(x.flatten() * 5, "int64"))
    part = theano.OpFromGraph([x, c], [x * c])(x, c + 1)
    return [x, c], [ifelse(c, x, x * 2), batches, checked, counted, part], [MATRIX, np.int64(1)]


def draws():
    streams, x = RandomStreams(9), T.matrix("x")
    drawn = [x * streams.binomial(size=x.shape, p=0.5, dtype="float64"), streams.normal((3,), std=2.0)]
    return [x], drawn + [streams.random_integers((4,), low=0, high=9), streams.permutation(n=5)], [MATRIX]


def save(tag, name, protocol, value):
    with gzip.open("%s_%s.pkl.gz" % (tag, name), "wb") as stream:
        pickle.dump(value, stream, protocol)


def main(tag, protocol):
    sys.setrecursionlimit(20000)
    expected = {}
    for make in (network, elementwise, shapes, indexing, matrices, images, loops, others, draws):
        inputs, outputs, values = make()
        save(tag, make.__name__, protocol, (inputs, outputs))
        computed = theano.function(inputs, outputs)(*values)
        expected.update(("%s/in%d" % (make.__name__, i), v) for i, v in enumerate(values))
        expected.update(("%s/out%d" % (make.__name__, i), v) for i, v in enumerate(computed))
    x, a = T.matrix("x"), T.scalar("a")
    count = theano.shared(np.float64(0), name="count")
    counting = theano.function([x], [x * 2, (x * count).sum()], updates={count: count + 1})
    counting(MATRIX)
    default = theano.function([x, theano.Param(a, default=3.0)], x * a)
    summing = theano.function([theano.In(a, value=10.0, update=a + 1)], a * 2, name="summing")
    summing()
    save(tag, "functions", protocol, {"counting": counting, "default": default, "summing": summing})
    np.savez_compressed("%s_expected.npz" % tag, **expected)


main(sys.argv[1], int(sys.argv[2]))
