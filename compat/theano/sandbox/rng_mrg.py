"""`MRG_RandomStreams`: random variables drawn by the MRG31k3p generator, the same numbers as Theano's.

The generator itself is in `mrg31k3p`; here are the Op and the distributions.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import in2out, node_rewriter

from graphopt.engine.lines.linker import numpy_funcify

from ...belonging import belong_to
from .. import gof, tensor
from ..compile.sharedvalue import shared
from ..configdefaults import config
from ..configparser import change_flags
from ..gradient import grad_undefined, undefined_grad
from ..scalar import upcast
from ..tensor.advance import funcify_draw
from . import mrg31k3p, mrg_ops, mrg_recurrence, multinomial
from .mrg_ops import Size, mrg_random_make_inplace, mrg_uniform, mrg_uniform_base
from .mrg_recurrence import (
    M1,
    M2,
    MASK2,
    MASK12,
    MASK13,
    MULT2,
    NORM,
    A1p72,
    A1p134,
    A2p72,
    A2p134,
    ff_2p72,
    ff_2p134,
    matVecModM,
    mrg_next_value,
    multMatVect,
    np_int32_vals,
)

belong_to(__name__, mrg_recurrence, mrg_ops)


Integer = (int, np.integer)


MOST_STREAMS = 60 * 256


class DotModulo(gof.Op):
    """``A s mod m`` and ``A2 s2 mod m2``, one behind the other."""

    __props__ = ()

    def make_node(self, A, s, m, A2, s2, m2):
        return Apply(self, [A, s, m, A2, s2, m2], [s.type()])

    def perform(self, node, inputs, outputs):
        A, s, m, A2, s2, m2 = inputs
        outputs[0][0] = np.concatenate([matVecModM(A, s, m), matVecModM(A2, s2, m2)])


def guess_n_streams(size: Size, warn: bool = False) -> int:
    """Return how many streams a draw of `size` is spread over: a sixth of its samples, at most 60 * 256.

    Where the size is not known there are as many; with `warn` that is said.
    """
    if isinstance(size, tuple | list) and all(isinstance(i, int) for i in size):
        samples = math.prod(size)
        return min(samples // 6 if samples > 6 else samples, MOST_STREAMS)
    if warn:
        warnings.warn(
            f"MRG_RandomStreams Can't determine #streams from size ({size}), guessing 60*256", stacklevel=3
        )
    return MOST_STREAMS


class MRG_RandomStreams:
    """Makes random variables; each owns a matrix of MRG31k3p states.

    Parameters
    ----------
    seed : int or six ints
        Not 0 and less than M2 = 2147462579. Of six, the first three must be less than M1 = 2147483647, the
        last three less than M2, and neither three all 0.
    use_cuda : bool, optional
        An argument of older versions; there is no GPU.

    Attributes
    ----------
    state_updates : list of (states, new states, size, number of streams)
        One entry for each draw made so far.
    rstate : numpy.ndarray of int32, (6,)
        The stream the next draw begins with.
    """

    def __init__(self, seed: int | Sequence[int] = 12345, use_cuda: bool | None = None) -> None:
        super().__init__()
        self.state_updates: list[tuple] = []
        self.default_instance_seed = seed
        self.set_rstate(seed)

    def updates(self) -> list[tuple]:
        """Return the entries of `state_updates` in a list of their own."""
        return list(self.state_updates)

    def set_rstate(self, seed: int | Sequence[int]) -> None:
        """Let the next draw begin with the stream of `seed`.

        Raises
        ------
        ValueError
            If a number is 0 or too large.
        TypeError
            If `seed` is neither one number nor six.
        """
        if isinstance(seed, Integer):
            if seed == 0:
                raise ValueError("seed should not be 0", seed)
            if seed >= M2:
                raise ValueError(f"seed should be less than {M2}", seed)
            seed = [seed] * 6
        elif len(seed) != 6:
            raise TypeError("seed should be 1 integer or 6 integers")
        for which, part, limit in (("first", seed[:3], M1), ("last", seed[3:], M2)):
            if all(number == 0 for number in part):
                raise ValueError(f"The {which} 3 values of seed should not be all 0", seed)
            if any(number >= limit for number in part):
                raise ValueError(f"The {which} 3 values of seed should be less than {limit}", seed)
        self.rstate = np.asarray(seed, dtype="int32")

    def seed(self, seed: int | Sequence[int] | None = None) -> None:
        """Put every draw made so far back to the states that `seed`, by default the first, gives it."""
        self.set_rstate(self.default_instance_seed if seed is None else seed)
        for states, new_states, size, nstreams in self.state_updates:
            if nstreams is None:
                nstreams = self.n_streams(size)
            fresh = self.get_substream_rstates(nstreams, new_states.owner.outputs[1].dtype)
            assert states.get_value(borrow=True, return_internal_type=True).shape == fresh.shape
            states.set_value(fresh, borrow=True)

    def inc_rstate(self) -> None:
        """Move `rstate` to the next stream, 2**134 steps ahead."""
        self.rstate = ff_2p134(self.rstate)

    @change_flags(compute_test_value="off")
    def get_substream_rstates(self, n_streams: int, dtype: str, inc_rstate: bool = True) -> np.ndarray:
        """Return the states of `n_streams` substreams of the current stream; move on to the next stream."""
        assert isinstance(dtype, str)
        assert 0 < n_streams < 2**72
        states = mrg31k3p.substreams(self.rstate, n_streams)
        if inc_rstate:
            self.inc_rstate()
        return states

    def n_streams(self, size: Size) -> int:
        """Return how many streams a draw of `size` gets when nobody says."""
        return guess_n_streams(size)

    def pretty_return(
        self, node_rstate: Variable, new_rstate: Variable, sample: Variable, size: Size, nstreams: int | None
    ) -> Variable:
        """Return `sample`, and note how its states are updated."""
        sample.rstate = node_rstate
        sample.update = (node_rstate, new_rstate)
        self.state_updates.append((node_rstate, new_rstate, size, nstreams))
        node_rstate.default_update = new_rstate
        return sample

    def uniform(self, size, low=0.0, high=1.0, ndim=None, dtype=None, nstreams=None, **kwargs):
        """Return numbers between `low` and `high`, both excluded.

        Parameters
        ----------
        size : tuple of int and scalar variables, or integer vector
        ndim : int, optional
            How many dimensions a `size` of unknown length stands for.
        dtype : str, optional
            By default that of `low` and `high`, and no less than floatX.
        nstreams : int, optional
            How many streams to draw from; the numbers depend on it. See `guess_n_streams`.

        Raises
        ------
        ValueError
            If a length is not positive.
        TypeError
            If `size` is something else.
        NotImplementedError
            If `low` and `high` have more dimensions than `size` says.
        """
        low, high = tensor.as_tensor_variable(low), tensor.as_tensor_variable(high)
        if dtype is None:
            dtype = upcast(config.floatX, low.dtype, high.dtype)
        low, high = (undefined_grad(tensor.cast(bound, dtype=dtype)) for bound in (low, high))
        if isinstance(size, tuple):
            message = "size must be a tuple of int or a Theano variable"
            assert all(isinstance(i, (*Integer, Variable)) for i in size), message
            _refuse_empty(size)
        elif not (isinstance(size, Variable) and size.ndim == 1):
            raise TypeError(
                f"size must be a tuple of int or a Theano Variable with 1 dimension, got {size} "
                f"of type {type(size)}"
            )
        target = {"target": kwargs.pop("target")} if "target" in kwargs else {}
        if kwargs:
            raise TypeError(f"uniform() got unexpected keyword arguments {list(kwargs)}")
        states = self.get_substream_rstates(nstreams or self.n_streams(size), dtype)
        states = shared(states, **target)
        new_states, sample = mrg_uniform.new(states, ndim, dtype, size)
        self.pretty_return(states, new_states, sample, size=size, nstreams=nstreams)
        states.tag.is_rng = True
        scaled = sample * (high - low) + low
        if scaled.type.broadcastable != sample.type.broadcastable:
            raise NotImplementedError(
                "Increase the size to match the broadcasting pattern of `low` and `high` arguments"
            )
        assert scaled.dtype == dtype
        return scaled

    def binomial(self, size=None, n=1, p=0.5, ndim=None, dtype="int64", nstreams=None, **kwargs):
        """Return 1 with probability `p`, else 0; more than one trial (`n`) is not implemented."""
        if n != 1:
            raise NotImplementedError("MRG_RandomStreams.binomial with n > 1")
        p = undefined_grad(tensor.as_tensor_variable(p))
        return tensor.cast(self.uniform(size=size, nstreams=nstreams, **kwargs) < p, dtype)

    def multinomial(self, size=None, n=1, pvals=None, ndim=None, dtype="int64", nstreams=None, **kwargs):
        """Return how often each outcome comes in `n` trials, one row for each row of the matrix `pvals`.

        `size` and `ndim` must be None. Whether `pvals` are probabilities is not checked.
        """
        if pvals is None:
            raise TypeError("You have to specify pvals")
        pvals = undefined_grad(tensor.as_tensor_variable(pvals))
        if size is not None:
            _refuse_empty(size)
        for name, value in (("a size", size), ("an ndim", ndim)):
            if value is not None:
                raise ValueError(
                    f"Provided {name} argument to MRG_RandomStreams.multinomial, which does not use the "
                    f"{name.split()[1]} argument."
                )
        if pvals.ndim != 2:
            raise NotImplementedError("MRG_RandomStreams.multinomial only implemented for pvals.ndim = 2")
        unis = self.uniform(size=pvals[:, 0].shape * n, ndim=1, nstreams=nstreams, **kwargs)
        return multinomial.MultinomialFromUniform(dtype)(pvals, unis, tensor.as_tensor_variable(n))

    def choice(self, size=1, a=None, replace=True, p=None, ndim=None, dtype="int64", nstreams=None, **kwargs):
        """Return `size` different outcomes for each row of the matrix of probabilities `p`.

        Only ``replace=False``, ``a=None`` and ``ndim=None`` are implemented.
        """
        if replace:
            raise NotImplementedError("MRG_RandomStreams.choice only works without replacement for now.")
        if a is not None:
            raise TypeError(
                "For now, a has to be None in MRG_RandomStreams.choice. Sampled values are between 0 and "
                "p.shape[1]-1"
            )
        if p is None:
            raise TypeError("For now, p has to be specified in MRG_RandomStreams.choice.")
        p = undefined_grad(tensor.as_tensor_variable(p))
        if ndim is not None:
            raise ValueError("ndim argument to MRG_RandomStreams.choice is not used.")
        if p.ndim != 2:
            raise NotImplementedError("MRG_RandomStreams.choice is only implemented for p.ndim = 2")
        unis = self.uniform(size=p[:, 0].shape * size, ndim=1, nstreams=nstreams, **kwargs)
        return multinomial.ChoiceFromUniform(odtype=dtype)(p, unis, tensor.as_tensor_variable(size))

    def multinomial_wo_replacement(
        self, size=None, n=1, pvals=None, ndim=None, dtype="int64", nstreams=None, **kwargs
    ):
        """Return `n` different outcomes for each row of `pvals`: the old name of `choice`."""
        warnings.warn(
            "MRG_RandomStreams.multinomial_wo_replacement() is deprecated and will be removed in the next "
            "release of Theano. Please use MRG_RandomStreams.choice() instead.",
            stacklevel=2,
        )
        assert size is None
        return self.choice(
            size=n, a=None, replace=False, p=pvals, dtype=dtype, nstreams=nstreams, ndim=ndim, **kwargs
        )

    def normal(self, size, avg=0.0, std=1.0, ndim=None, dtype=None, nstreams=None, truncate=False, **kwargs):
        """Return numbers from the normal distribution around `avg` with standard deviation `std`.

        With `truncate` what lies more than two standard deviations away is drawn again. The other arguments
        are those of `uniform`.
        """
        size = _check_size(size)
        avg, std = (undefined_grad(tensor.as_tensor_variable(a)) for a in (avg, std))
        if dtype is None:
            dtype = upcast(config.floatX, avg.dtype, std.dtype)
        avg, std = (tensor.cast(a, dtype=dtype) for a in (avg, std))

        def uniform(count, low=0.0):
            return self.uniform((count,), low=low, high=1.0, ndim=1, dtype=dtype, nstreams=nstreams, **kwargs)

        # Box and Muller: two normal numbers from two uniform ones
        count = tensor.prod(size, dtype="int64")
        even = count + count % 2
        pairs = uniform(even)
        radius = tensor.sqrt(-2.0 * tensor.log(pairs[: even // 2]))
        angle = np.array(2.0 * np.pi, dtype=dtype) * pairs[even // 2 :]
        cosine, sine = tensor.cos(angle), tensor.sin(angle)
        halves = [radius * cosine, radius * sine]
        if truncate:
            outside = [(z < -2.0) | (z > 2.0) for z in halves]
            inside = [z[tensor.nonzero(~o)] for z, o in zip(halves, outside)]
            again = [tensor.nonzero(o)[0] for o in outside]
            # with the same angle a radius below 2 keeps both numbers inside
            lower = tensor.constant(1.0 / np.e**2, dtype=dtype)
            radius = tensor.sqrt(-2.0 * tensor.log(uniform(again[0].size + again[1].size, low=lower)))
            n_first = again[0].size
            first, second = radius[:n_first] * cosine[again[0]], radius[n_first:] * sine[again[1]]
            halves = [inside[0], first, inside[1], second]
        samples = tensor.join(0, *halves)[:count]
        return tensor.reshape(samples, newshape=size, ndim=ndim) * std + avg

    def truncated_normal(self, size, avg=0.0, std=1.0, ndim=None, dtype=None, nstreams=None, **kwargs):
        """Return numbers from a normal distribution cut off on both sides; `std` is theirs, after the cut.

        See Also
        --------
        normal
        """
        std = std / tensor.constant(0.87962566103423978)  # that of the standard normal cut off at -2 and 2
        return self.normal(
            size=size, avg=avg, std=std, truncate=True, ndim=ndim, dtype=dtype, nstreams=nstreams, **kwargs
        )


def _refuse_empty(size: Sequence) -> None:
    """Raise if a length in `size` is a number that is not positive."""
    if any(isinstance(i, Integer) and i <= 0 for i in size):
        raise ValueError("The specified size contains a dimension with value <= 0", size)


def _check_size(size: Any) -> Variable:
    """Return `size`, an integer, a tuple or list, or a variable, as an integer vector.

    Raises
    ------
    ValueError
        If it is something else, or a length is not positive.
    """
    if isinstance(size, Variable):
        if size.ndim > 1:
            raise ValueError("Theano variable must have 1 dimension to be a valid size.", size)
        return size if size.ndim == 1 else tensor.stack([size])
    if isinstance(size, Integer):
        return tensor.constant([size], ndim=1)
    if not isinstance(size, tuple | list):
        raise ValueError("Size must be a int, tuple, list or Theano variable.", size)
    for i in size:
        if isinstance(i, Variable):
            if i.ndim != 0:
                raise ValueError("Non-scalar Theano variable in size", size, i)
        elif not isinstance(i, Integer):
            raise ValueError("Only Theano variables and integers are allowed in a size-tuple.", size, i)
        elif i <= 0:
            raise ValueError("Non-positive dimensions not allowed in size.", size, i)
    return tensor.as_tensor_variable(size, ndim=1) if size else tensor.constant([], ndim=1, dtype="int64")
