"""Convolutions, pooling and neighbourhoods of images: the cases, and the script that recorded them.

Run with a Python that has Theano 1.0.5 and g++ (here 3.7, with NumPy 1.19.5 and THEANO_FLAGS=floatX=float64).
It writes theano_images.npz beside this file: the outputs of each case, NAME/0, NAME/1, ... `cases` runs on
any implementation, so that the tests call it with ours.
"""

import importlib
import warnings
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_suffix(".npz")

CONV2D = [
    ({}, (2, 3, 6, 5), (4, 3, 3, 2)),
    ({"border_mode": "half", "subsample": (2, 1)}, (2, 3, 6, 5), (4, 3, 3, 2)),
    ({"border_mode": "full", "filter_flip": False}, (2, 2, 4, 5), (3, 2, 3, 2)),
    ({"border_mode": 1, "filter_dilation": (2, 1)}, (2, 2, 6, 5), (3, 2, 3, 2)),
    ({"border_mode": (2, 0), "subsample": (3, 2)}, (2, 2, 6, 5), (3, 2, 3, 2)),
    ({"border_mode": ((0, 2), (1, 0))}, (2, 2, 4, 5), (3, 2, 3, 2)),
    ({"num_groups": 2, "border_mode": "half"}, (2, 4, 5, 5), (6, 2, 3, 3)),
    ({"unshared": True}, (2, 2, 4, 4), (3, 2, 3, 2, 3, 2)),
    ({"unshared": True, "subsample": (2, 2), "filter_flip": False}, (2, 2, 5, 4), (3, 2, 2, 2, 2, 2)),
]
CONV3D = [
    ({}, (2, 2, 4, 3, 4), (3, 2, 2, 2, 3)),
    ({"border_mode": "full", "subsample": (2, 1, 2)}, (1, 2, 4, 3, 4), (3, 2, 2, 2, 3)),
    (
        {"border_mode": (1, 0, 2), "filter_dilation": (1, 2, 1), "num_groups": 2},
        (1, 4, 4, 5, 3),
        (2, 2, 2, 2, 3),
    ),
]
TRANSPOSED = [
    ({"input_dilation": (2, 2)}, (2, 3, 3, 2), (3, 2, 3, 2), (2, 2, 7, 4)),
    ({"input_dilation": (2, 3), "border_mode": (1, 0)}, (2, 3, 3, 2), (3, 2, 3, 2), (None, 2, 6, 6)),
]
POOL = [
    ((2, 2), (2, 2), (0, 0), True),
    ((2, 2), (2, 2), (0, 0), False),
    ((3, 2), (2, 1), (0, 0), False),
    ((3, 3), (1, 2), (1, 2), True),
    ((2, 3), (3, 4), (1, 0), True),
]
MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")
NEIGHBOURS = [
    ("valid", (2, 3), None),
    ("valid", (2, 2), (2, 1)),
    ("ignore_borders", (3, 4), None),
    ("half", (3, 3), (1, 1)),
    ("full", (2, 2), (1, 1)),
    ("wrap_centered", (3, 3), (1, 2)),
]


def array(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape)


def with_gradients(T, y, variables):
    """Return `y` and the gradients of the sum of its cosines."""
    return [y, *T.grad(T.cos(y).sum(), variables)]


def cases(theano):
    """Yield (name, inputs, outputs, values) of each case."""
    T = importlib.import_module(theano.__name__ + ".tensor")
    module = lambda name: importlib.import_module(theano.__name__ + ".tensor." + name)  # noqa: E731
    nnet, pool, abstract = module("nnet"), module("signal.pool"), module("nnet.abstract_conv")
    tensor = lambda axes: T.TensorType("float64", (False,) * axes)()  # noqa: E731

    for k, (options, *shapes) in enumerate(CONV2D):
        x, w = (tensor(len(shape)) for shape in shapes)
        y = nnet.conv2d(x, w, **options)
        yield f"conv2d {k}", [x, w], with_gradients(T, y, [x, w]), [array(*shape) for shape in shapes]
    for k, (options, *shapes) in enumerate(CONV3D):
        x, w = tensor(5), tensor(5)
        y = nnet.conv3d(x, w, **options)
        yield f"conv3d {k}", [x, w], with_gradients(T, y, [x, w]), [array(*shape) for shape in shapes]
    for k, (options, *shapes, image) in enumerate(TRANSPOSED):
        x, w = tensor(4), tensor(4)
        y = nnet.conv2d_transpose(x, w, image, **options)
        yield f"transposed {k}", [x, w], with_gradients(T, y, [x, w]), [array(*shape) for shape in shapes]

    x, w, p = tensor(4), tensor(4), tensor(4)
    y = abstract.separable_conv2d(x, w, p, 2, border_mode="half", subsample=(2, 1))
    values = [array(1, 2, 5, 4), array(4, 1, 3, 3), array(3, 4, 1, 1)]
    yield "separable", [x, w, p], with_gradients(T, y, [x, w, p]), values
    x, w = tensor(3), tensor(3)
    y = abstract.causal_conv1d(x, w, filter_shape=(3, 2, 3), subsample=2, filter_dilation=2)
    yield "causal", [x, w], with_gradients(T, y, [x, w]), [array(2, 2, 9), array(3, 2, 3)]
    x = tensor(4)
    enlarged = [
        abstract.bilinear_upsampling(x, ratio=3),
        abstract.bilinear_upsampling(x, ratio=2, use_1D_kernel=False, batch_size=2, num_input_channels=1),
        abstract.bilinear_upsampling(x, frac_ratio=(3, 2), use_1D_kernel=False),
        abstract.bilinear_upsampling(x, frac_ratio=((6, 4), (5, 3)), use_1D_kernel=False),
    ]
    yield "upsampling", [x], enlarged, [array(2, 1, 3, 4)]

    for mode in MODES:
        for k, (window, stride, pad, ignore_border) in enumerate(POOL):
            x = tensor(4)
            y = pool.pool_2d(x, window, ignore_border, stride, pad, mode)
            outputs = [y] if mode == "average_exc_pad" and any(pad) else with_gradients(T, y, [x])
            yield f"pool {mode} {k}", [x], outputs, [array(2, 2, 7, 6)]
    x = tensor(5)
    y = pool.pool_3d(x, (2, 1, 2), True, (1, 2, 2))
    yield "pool 3d", [x], with_gradients(T, y, [x]), [array(1, 2, 4, 4, 5)]
    yield "same size", [x], [pool.max_pool_2d_same_size(x, (2, 2))], [array(1, 2, 1, 4, 5)]

    neighbours = module("nnet.neighbours")
    for k, (mode, shape, step) in enumerate(NEIGHBOURS):
        x = tensor(4)
        rows = neighbours.images2neibs(x, shape, step, mode)
        has_gradient = mode in ("valid", "ignore_borders")
        outputs = with_gradients(T, rows, [x]) if has_gradient else [rows]
        yield f"neighbours {k}", [x], outputs, [array(2, 2, 4, 6)]
    rows = T.dmatrix()
    images = neighbours.neibs2images(rows, (2, 3), (2, 1, 5, 6), "ignore_borders")
    yield "images", [rows], [images], [array(8, 6)]

    conv3d2d, conv, signal = module("nnet.conv3d2d"), module("nnet.conv"), module("signal.conv")
    x, w = tensor(5), tensor(5)
    for border in ("valid", "full", "half"):
        y = conv3d2d.conv3d(x, w, border_mode=border)
        yield (
            f"conv3d2d {border}",
            [x, w],
            with_gradients(T, y, [x, w]),
            [array(1, 4, 2, 5, 4), array(2, 3, 2, 3, 2)],
        )
    x, w = tensor(4), tensor(4)
    for border, step in (("valid", (1, 1)), ("full", (1, 1)), ("full", (2, 2))):
        y = conv.conv2d(x, w, (2, 3, 6, 5), (4, 3, 3, 2), border, step)
        yield (
            f"ConvOp {border} {step}",
            [x, w],
            with_gradients(T, y, [x, w]),
            [array(2, 3, 6, 5), array(4, 3, 3, 2)],
        )
    x, w = tensor(3), tensor(2)
    yield "signal", [x, w], [signal.conv2d(x, w, border_mode="full")], [array(2, 4, 5), array(2, 3)]


def outputs(theano):
    """Return {name: list of arrays} of all cases."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            name: theano.function(inputs, wanted)(*values) for name, inputs, wanted, values in cases(theano)
        }


if __name__ == "__main__":
    import theano

    found = outputs(theano)
    np.savez_compressed(
        FILE, **{f"{name}/{k}": v for name, several in found.items() for k, v in enumerate(several)}
    )
