"""What functions of theano.tensor and theano.tensor.nnet returned under Theano 1.0.5, and their gradients.

To record again, in an environment that has it:

THEANO_FLAGS=cxx= python tests/compat/recorded/theano_functions.py
"""

import warnings
from pathlib import Path

import numpy as np


def arguments():
    """Return the values of the inputs by name; some rows of `x` make a softmax underflow."""
    rng = np.random.RandomState(3)
    x = rng.randn(4, 5)
    x[0] *= 1000
    x[1, 2] = -2000
    square = rng.randn(4, 4) + 4 * np.eye(4)
    return {
        "x": x,
        "y": np.array([2, 0, 4, 1]),
        "d": rng.rand(4, 5),
        "b": rng.randn(5),
        "v": x[2],
        "m": square,
        "s": square.dot(square.T),
        "a": rng.randn(3, 4, 5),
        "k": np.array([3, 1, 1, 7, 0]),
        "r": rng.rand(2, 3, 4, 4) + 0.5,
    }


def expressions(theano):
    """Return (inputs by name, expressions by name), built with the module `theano`."""
    T = theano.tensor
    extra_ops, nlinalg, slinalg, nnet = T.extra_ops, T.nlinalg, T.slinalg, T.nnet
    bn = nnet.bn
    inputs = {
        "x": T.dmatrix("x"),
        "y": T.lvector("y"),
        "d": T.dmatrix("d"),
        "b": T.dvector("b"),
        "v": T.dvector("v"),
        "m": T.dmatrix("m"),
        "s": T.dmatrix("s"),
        "a": T.dtensor3("a"),
        "k": T.lvector("k"),
        "r": T.dtensor4("r"),
    }
    x, y, d, b, v, m, s, a, k, r = (inputs[name] for name in "xydbvmsakr")
    p, biased = nnet.softmax(x), nnet.softmax(x + b)
    rows = T.arange(y.shape[0])
    train = bn.batch_normalization_train(x, b, b, running_mean=b, running_var=T.exp(b))
    spatial = bn.batch_normalization_train(
        r, r[:1, :, :1, :1], r[:1, :, :1, :1], axes="spatial", epsilon=1e-3
    )
    w, vectors = nlinalg.eigh(s)
    q, triangle = nlinalg.qr(m)
    return inputs, {
        "softmax/matrix": (p * d).sum(),
        "softmax/vector": nnet.softmax(v),
        "softmax/log": (T.log(p) * d).sum(),
        "softmax/logsoftmax": (nnet.logsoftmax(x) * d).sum(),
        "softmax/entropy": -(p[1:] * T.log(p[1:] + 1e-30)).sum(),
        "softmax/with bias": (nnet.softmax_with_bias(x, b) * d).sum(),
        "softmax/graph": (nnet.softmax_graph(x / 1000) * d).sum(),
        "softmax/argmax": T.argmax(p, axis=1),
        "crossentropy/mean of picked logs": -T.mean(T.log(p)[rows, y]),
        "crossentropy/logs of picked": -T.sum(T.log(p[rows, y])),
        "crossentropy/biased": -T.mean(T.log(biased)[rows, y]),
        "crossentropy/labels": nnet.categorical_crossentropy(p, y).mean(),
        "crossentropy/biased labels": nnet.categorical_crossentropy(biased, y).sum(),
        "crossentropy/distributions": nnet.categorical_crossentropy(p, d).mean(),
        "crossentropy/clipped": nnet.categorical_crossentropy(T.clip(p, 1e-7, 1 - 1e-7), y).mean(),
        "crossentropy/1hot": nnet.crossentropy_softmax_1hot(x, y)[0].sum(),
        "crossentropy/1hot with bias": (nnet.crossentropy_softmax_1hot_with_bias(x, b, y)[1] * d).sum(),
        "crossentropy/max": nnet.crossentropy_softmax_max_and_argmax_1hot(x, y)[2],
        "crossentropy/binary": nnet.binary_crossentropy(nnet.sigmoid(x), d).mean(),
        "crossentropy/sigmoid": nnet.sigmoid_binary_crossentropy(x, d).sum(),
        "activation/relu": nnet.relu(x).sum(),
        "activation/leaky relu": nnet.relu(x, 0.1).sum(),
        "activation/elu": nnet.elu(x, 0.5).sum(),
        "activation/selu": nnet.selu(x).sum(),
        "activation/softsign": nnet.softsign(x).sum(),
        "activation/sigmoid": (nnet.sigmoid(x) * d).sum(),
        "activation/log of 1 - sigmoid": T.log(1 - nnet.sigmoid(x)).sum(),
        "activation/hard sigmoid": (nnet.hard_sigmoid(x) * d).sum(),
        "activation/ultra fast sigmoid": nnet.ultra_fast_sigmoid(x),
        "activation/softplus": nnet.softplus(x).sum(),
        "normalisation/given": (nnet.batch_normalization(x, b, b, b, T.exp(b)) * d).sum(),
        "normalisation/given, high_mem": nnet.batch_normalization(
            x, b, b, b, T.exp(b), mode="high_mem"
        ).sum(),
        "normalisation/train": (train[0] * d).sum(),
        "normalisation/statistics": T.stack(list(train[1:])),
        "normalisation/spatial": (spatial[0] ** 3).sum(),
        "normalisation/test": (bn.batch_normalization_test(x, b, b, b, T.exp(b)) * d).sum(),
        "linear/inverse": (nlinalg.matrix_inverse(m) ** 2).sum(),
        "linear/pinv": (nlinalg.pinv(x[1:] / 10) ** 2).sum(),
        "linear/det": nlinalg.det(m),
        "linear/eigh": (w**2).sum() + (abs(vectors) * w).sum(),
        "linear/qr": T.stack([abs(q), abs(triangle)]),
        "linear/singular values": nlinalg.svd(m, compute_uv=False),
        "linear/norms": T.stack([nlinalg.norm(m, o) for o in (None, "fro", "inf", "-inf", 1, -1)]),
        "linear/vector norms": T.stack([nlinalg.norm(b, o) for o in (None, "inf", "-inf", 2, 4)]),
        "linear/trace": nlinalg.trace(m),
        "linear/power": nlinalg.matrix_power(m, 3).sum(),
        "linear/cholesky": (slinalg.cholesky(s) ** 2 * T.arange(4)).sum(),
        "linear/upper cholesky": (slinalg.Cholesky(lower=False)(s) * T.arange(4)).sum(),
        "linear/solve": (slinalg.solve(m, x[:, :2] / 100) ** 2).sum(),
        "linear/solve triangular": (slinalg.solve_lower_triangular(m, b[:4]) ** 2).sum(),
        "linear/eigvalsh": (slinalg.eigvalsh(s, s + T.eye(4)) * T.arange(4)).sum(),
        "linear/kron": slinalg.kron(m, x[1:3, :2]),
        "linear/expm": (slinalg.expm(m / 10) * T.arange(4)).sum(),
        "sorting/sort": (T.sort(a, axis=1) * T.arange(4).dimshuffle(0, "x")).sum(),
        "sorting/flat": T.sort(d, axis=None),
        "sorting/argsort": T.argsort(a, axis=0),
        "sorting/topk": T.sort(T.topk(a, 2, axis=1, sorted=False), axis=1),
        "sorting/smallest": T.sort(T.topk(a, -3, axis=-1, sorted=False), axis=-1),
        "sorting/gradient of topk": (T.topk(a, 2, axis=1, sorted=False) ** 2).sum(),
        "extra/cumsum": (extra_ops.cumsum(a, axis=1) ** 2).sum(),
        "extra/cumprod": (extra_ops.cumprod(d) * T.arange(20)).sum(),
        "extra/diff": (extra_ops.diff(b, n=2) ** 2).sum(),
        "extra/bincount": extra_ops.bincount(k, minlength=10),
        "extra/weights": extra_ops.bincount(k, weights=b),
        "extra/repeat": (extra_ops.repeat(d, 3, axis=1) ** 2).sum(),
        "extra/repeat each": extra_ops.repeat(b, k),
        "extra/compress": extra_ops.compress(T.as_tensor_variable([0, 1, 1]), a, axis=0),
        "extra/bartlett": extra_ops.bartlett(k[3]),
        "extra/fill_diagonal": (extra_ops.fill_diagonal(d, b[0]) ** 2).sum(),
        "extra/fill_diagonal_offset": (extra_ops.fill_diagonal_offset(d, b[0], -1) ** 2).sum(),
        "extra/one hot": extra_ops.to_one_hot(k, 8),
        "extra/unique": extra_ops.Unique()(k),
        "extra/unravel": T.stack(list(extra_ops.unravel_index(k, (2, 4)))),
        "extra/ravel": extra_ops.ravel_multi_index([k % 2, k // 2], (2, 4)),
        "extra/searchsorted": extra_ops.searchsorted(T.sort(b), v, side="right"),
    }


def recorded(theano):
    """Yield the name and the value of each expression, and of the gradients of those that are numbers."""
    inputs, outputs = expressions(theano)
    values = arguments()
    for name, output in outputs.items():
        wanted = {name: output}
        if output.ndim == 0:
            for letter in "xdbvmsar":
                gradient = theano.grad(output, inputs[letter], disconnected_inputs="ignore")
                wanted[name + ", gradient " + letter] = gradient
        function = theano.function(list(inputs.values()), list(wanted.values()), on_unused_input="ignore")
        for label, value in zip(wanted, function(*values.values())):
            if label == name or np.any(value):
                yield label, np.asarray(value)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    import theano
    import theano.tensor.slinalg

    np.savez_compressed(Path(__file__).with_suffix(".npz"), **dict(recorded(theano)))
