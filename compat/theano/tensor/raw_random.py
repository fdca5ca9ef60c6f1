"""Random draws as functions of a `numpy.random.RandomState`: each takes a state and returns the next one.

``new_state, sample = uniform(state, size=(3, 4))`` draws what ``RandomState.uniform`` does, bit for bit.
`theano.tensor.shared_randomstreams.RandomStreams` keeps the states for you.
"""

from __future__ import annotations

import sys

import numpy as np

from ... import theano
from ...belonging import belong_to
from .. import tensor
from . import random_function, random_shapes
from .random_function import RandomFunction
from .random_function import RandomStateType as RandomStateType
from .random_function import random_make_inplace as random_make_inplace
from .random_function import random_state_type as random_state_type
from .random_shapes import Shape as Shape
from .random_shapes import _fitted, _generate_broadcasting_indices, _infer_ndim_bcast

belong_to(__name__, random_function, random_shapes)


def uniform(random_state, size=None, low=0.0, high=1.0, ndim=None, dtype=None):
    """Draw between `low` and `high`.

    Without a `size` the sample has the shape of the arguments. `ndim` says how many dimensions a symbolic
    `size` stands for. Without a `dtype` it is that of the arguments, and no less than floatX.
    """
    return _draw_real("uniform", random_state, size, low, high, ndim, dtype)


def normal(random_state, size=None, avg=0.0, std=1.0, ndim=None, dtype=None):
    """Draw from the normal distribution around `avg` with standard deviation `std`; see `uniform`."""
    return _draw_real("normal", random_state, size, avg, std, ndim, dtype)


def _draw_real(fn, random_state, size, first, second, ndim, dtype):
    first, second = tensor.as_tensor_variable(first), tensor.as_tensor_variable(second)
    if dtype is None:
        dtype = theano.scalar.upcast(theano.config.floatX, first.dtype, second.dtype)
    ndim, size, bcast = _infer_ndim_bcast(ndim, size, first, second)
    op = RandomFunction(fn, tensor.TensorType(dtype=dtype, broadcastable=bcast))
    return op(random_state, size, first, second)


def binomial(random_state, size=None, n=1, p=0.5, ndim=None, dtype="int64", prob=None):
    """Draw how many of `n` trials succeed, each with probability `p`; `prob` is the old name of `p`."""
    if prob is not None:
        p = prob
        print(_PROB_IS_P, file=sys.stderr)
    n, p = tensor.as_tensor_variable(n), tensor.as_tensor_variable(p)
    ndim, size, _ = _infer_ndim_bcast(ndim, size, n, p)
    op = RandomFunction("binomial", tensor.TensorType(dtype=dtype, broadcastable=(False,) * ndim))
    return op(random_state, size, n, p)


_PROB_IS_P = "DEPRECATION WARNING: the parameter prob of binomial has been renamed to p, as in NumPy."


def random_integers_helper(random_state, low, high, size):
    """Return integers from `low` to `high`, both included, of any shapes that broadcast to `size`."""
    out_ndim = len(size) if size is not None else max(low.ndim, high.ndim)
    low, high = _fitted("low", low, out_ndim, size), _fitted("high", high, out_ndim, size)
    out_size = tuple(size) if size is not None else tuple(map(max, low.shape, high.shape))
    low, high = (np.broadcast_to(bound.astype(np.int64), out_size) for bound in (low, high))
    return random_state.randint(low, high + 1, dtype=np.int64).astype(np.float64)


def random_integers(random_state, size=None, low=0, high=1, ndim=None, dtype="int64"):
    """Draw integers from `low` to `high`, both included."""
    low, high = tensor.as_tensor_variable(low), tensor.as_tensor_variable(high)
    ndim, size, bcast = _infer_ndim_bcast(ndim, size, low, high)
    op = RandomFunction(random_integers_helper, tensor.TensorType(dtype=dtype, broadcastable=bcast))
    return op(random_state, size, low, high)


def choice_helper(random_state, a, replace, p, size):
    """Return ``random_state.choice``; an empty `p` stands for None."""
    if a.ndim > 1:
        raise ValueError(f"a.ndim ({a.ndim}) must be 0 or 1")
    if p.ndim != 1:
        raise ValueError(f"p.ndim ({p.ndim}) must be 1")
    return random_state.choice(a, size, bool(replace), p if p.size else None)


def choice(random_state, size=None, a=2, replace=True, p=None, ndim=None, dtype="int64"):
    """Draw values of the vector `a`, or of 0, ..., a - 1, with probabilities `p`."""
    a = tensor.as_tensor_variable(a)
    if isinstance(replace, bool):
        replace = tensor.constant(replace, dtype="int8")
    else:
        replace = tensor.as_tensor_variable(replace)
    no_p = p is None or (np.isscalar(p) and not p)
    p = tensor.as_tensor_variable([] if no_p else p)
    ndim, size, bcast = _infer_ndim_bcast(ndim, size)
    op = RandomFunction(choice_helper, tensor.TensorType(dtype=dtype, broadcastable=bcast))
    return op(random_state, size, a, replace, p)


def poisson(random_state, size=None, lam=1.0, ndim=None, dtype="int64"):
    """Draw counts from the Poisson distribution with mean `lam`; `size` or `ndim` must be given."""
    lam = tensor.as_tensor_variable(lam)
    ndim, size, bcast = _infer_ndim_bcast(ndim, size)
    op = RandomFunction("poisson", tensor.TensorType(dtype=dtype, broadcastable=bcast))
    return op(random_state, size, lam)


def permutation_helper(random_state, n, shape):
    """Return as many permutations of 0, ..., n - 1 as `shape` asks for: ``(*shape, n)``."""
    assert n.shape == ()
    n = int(n.item())
    shape = () if shape is None else tuple(shape)
    out = np.empty((*shape, n), int)
    for i in np.ndindex(*shape):
        out[i] = random_state.permutation(n)
    return out


def permutation(random_state, size=None, n=1, ndim=None, dtype="int64"):
    """Draw permutations of 0, ..., n - 1, as many as `size` asks for; the sample has one dimension more."""
    if size is None or (isinstance(size, tuple) and not size):
        if ndim not in (None, 1):
            raise TypeError("You asked for just one permutation but asked for more then 1 dimensions.")
        ndim, size, bcast = 1, (), ()
    else:
        ndim, size, bcast = _infer_ndim_bcast(ndim, size)
    outtype = tensor.TensorType(dtype=dtype, broadcastable=(*bcast, False))
    return RandomFunction(permutation_helper, outtype, ndim_added=1)(random_state, size, n)


def multinomial_helper(random_state, n, pvals, size):
    """Return counts of outcomes for `n` and rows of `pvals` of any shapes that broadcast to `size`."""
    ndim = len(size) if size is not None else max(n.ndim, pvals.ndim - 1)
    n, pvals = _fitted("n", n, ndim, size), _fitted("pvals", pvals, ndim, size, extra=1)
    out_size = tuple(size) if size is not None else tuple(map(max, n.shape, pvals.shape[:-1]))
    out = np.empty((*out_size, pvals.shape[-1]))
    assert pvals.min() >= 0
    for mi, ni, pi in zip(*_generate_broadcasting_indices(out_size, n.shape, pvals.shape[:-1])):
        row = pvals[pi]
        total = np.sum(row)
        # NumPy refuses rows that rounding has left a little above 1
        if 1.0 < total < 1.0 + 1e-5 or row[-1] < 5e-5:
            row = row * (1.0 - 5e-5)
            total = np.sum(row)
        assert total <= 1.0, total
        out[mi] = random_state.multinomial(n=n[ni], pvals=row.astype("float64"))
    return out


def multinomial(random_state, size=None, n=1, pvals=(0.5, 0.5), ndim=None, dtype="int64"):
    """Draw how often each outcome comes in `n` trials whose probabilities are the last axis of `pvals`.

    The sample has the shape `size`, or that of `n` and of `pvals` without its last axis; then that axis.
    An entry -1 of `size` is the length that `pvals` has there.
    """
    n, pvals = tensor.as_tensor_variable(n), tensor.as_tensor_variable(pvals)
    rows = pvals.T[0].T  # of the shape without the last axis
    ndim, size, bcast = _infer_ndim_bcast(ndim, size, n, rows)
    outtype = tensor.TensorType(dtype=dtype, broadcastable=(*bcast, pvals.type.broadcastable[-1]))
    return RandomFunction(multinomial_helper, outtype, ndim_added=1)(random_state, size, n, pvals)


class RandomStreamsBase:
    """The draws of this module as methods; the subclass knows the state: ``gen(draw, *args, **kwargs)``."""

    def binomial(self, size=None, n=1, p=0.5, ndim=None, dtype="int64", prob=None):
        """Return how many of `n` trials succeed, each with probability `p`."""
        if prob is not None:
            p = prob
            print(_PROB_IS_P, file=sys.stderr)
        return self.gen(binomial, size, n, p, ndim=ndim, dtype=dtype)

    def uniform(self, size=None, low=0.0, high=1.0, ndim=None, dtype=None):
        """Return numbers between `low` and `high`."""
        return self.gen(uniform, size, low, high, ndim=ndim, dtype=dtype)

    def normal(self, size=None, avg=0.0, std=1.0, ndim=None, dtype=None):
        """Return numbers from the normal distribution around `avg` with standard deviation `std`."""
        return self.gen(normal, size, avg, std, ndim=ndim, dtype=dtype)

    def random_integers(self, size=None, low=0, high=1, ndim=None, dtype="int64"):
        """Return integers from `low` to `high`, both included."""
        return self.gen(random_integers, size, low, high, ndim=ndim, dtype=dtype)

    def choice(self, size=None, a=2, replace=True, p=None, ndim=None, dtype="int64"):
        """Return values of the vector `a`, or of 0, ..., a - 1, with probabilities `p`."""
        return self.gen(choice, size, a, replace, p, ndim=ndim, dtype=dtype)

    def poisson(self, size=None, lam=None, ndim=None, dtype="int64"):
        """Return counts from the Poisson distribution with mean `lam`."""
        return self.gen(poisson, size, lam, ndim=ndim, dtype=dtype)

    def permutation(self, size=None, n=1, ndim=None, dtype="int64"):
        """Return permutations of 0, ..., n - 1."""
        return self.gen(permutation, size, n, ndim=ndim, dtype=dtype)

    def multinomial(self, size=None, n=1, pvals=(0.5, 0.5), ndim=None, dtype="int64"):
        """Return how often each outcome comes in `n` trials with probabilities `pvals`."""
        return self.gen(multinomial, size, n, pvals, ndim=ndim, dtype=dtype)

    def shuffle_row_elements(self, input):
        """Return `input` with each row (last axis) shuffled by its attribute `permutation`."""
        perm = self.permutation(size=input.shape[:-1], n=input.shape[-1], ndim=input.ndim - 1)
        shuffled = tensor.permute_row_elements(input, perm)
        shuffled.permutation = perm
        return shuffled
