"""Draws of Theano's random streams: what is drawn, one row each, and the script that recorded it.

Run with a Python that has Theano 1.0.5 (here 3.7, with NumPy 1.19.5 and THEANO_FLAGS=mode=FAST_COMPILE,
floatX=float64); it writes theano_random.npz beside this file: ``keys``, sorted, and the arrays k0000, k0001,
... in that order. `draws` runs on any implementation, so that the tests call it with ours.
"""

import importlib
import sys
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_suffix(".npz")
SEEDS = [1, 42, 234, 12345]
MRG_SEEDS = [*SEEDS, [10, 20, 30, 40, 50, 60], 2147462578]


def array(*numbers):
    return np.asarray(numbers)


# name in the key -> (method, arguments)
RANDOM_STREAMS = {
    "uniform(size=(3,4))": ("uniform", {"size": (3, 4)}),
    "uniform(size=(5,),low=-2,high=3,dtype=float32)": (
        "uniform",
        {"size": (5,), "low": -2, "high": 3, "dtype": "float32"},
    ),
    "uniform(size=(5,),low=-2,high=3,dtype=float64)": (
        "uniform",
        {"size": (5,), "low": -2, "high": 3, "dtype": "float64"},
    ),
    "uniform(low=[0,10],high=[1,20])": ("uniform", {"low": array(0.0, 10.0), "high": array(1.0, 20.0)}),
    "uniform()": ("uniform", {}),
    "normal(size=(3,4))": ("normal", {"size": (3, 4)}),
    "normal(size=(5,),avg=2,std=0.5,dtype=float32)": (
        "normal",
        {"size": (5,), "avg": 2.0, "std": 0.5, "dtype": "float32"},
    ),
    "normal(size=(2,3),avg=[[-1],[1]],std=[1,2,3])": (
        "normal",
        {"size": (2, 3), "avg": array([-1.0], [1.0]), "std": array(1.0, 2.0, 3.0)},
    ),
    "binomial(size=(3,4),n=1,p=0.3)": ("binomial", {"size": (3, 4), "n": 1, "p": 0.3}),
    "binomial(size=(6,),n=10,p=0.7,dtype=int32)": (
        "binomial",
        {"size": (6,), "n": 10, "p": 0.7, "dtype": "int32"},
    ),
    "random_integers(size=(3,4),low=0,high=10)": ("random_integers", {"size": (3, 4), "low": 0, "high": 10}),
    "random_integers(size=(7,),low=-5,high=5,dtype=int8)": (
        "random_integers",
        {"size": (7,), "low": -5, "high": 5, "dtype": "int8"},
    ),
    "choice(size=(6,),a=10)": ("choice", {"size": (6,), "a": 10}),
    "choice(size=(4,),a=[2,3,5,7,11],replace=False)": (
        "choice",
        {"size": (4,), "a": array(2, 3, 5, 7, 11), "replace": False},
    ),
    "choice(size=(6,),a=3,p=[.1,.2,.7])": ("choice", {"size": (6,), "a": 3, "p": [0.1, 0.2, 0.7]}),
    "poisson(size=(6,),lam=3.5)": ("poisson", {"size": (6,), "lam": 3.5}),
    "permutation(size=(2,),n=6)": ("permutation", {"size": (2,), "n": 6}),
    "permutation(size=None,n=6)": ("permutation", {"size": None, "n": 6}),
    "multinomial(size=(4,),n=5,pvals=[.2,.3,.5])": (
        "multinomial",
        {"size": (4,), "n": 5, "pvals": array(0.2, 0.3, 0.5)},
    ),
    "multinomial(n=1,pvals=[[.2,.8],[.9,.1],[.5,.5]])": (
        "multinomial",
        {"n": 1, "pvals": array([0.2, 0.8], [0.9, 0.1], [0.5, 0.5])},
    ),
    "shuffle_row_elements(arange(12).reshape(3,4))": (
        "shuffle_row_elements",
        {"input": np.arange(12).reshape(3, 4)},
    ),
}
RAW = {
    "uniform": {"size": (2, 3)},
    "normal": {"size": (2, 3), "avg": 1.0, "std": 2.0},
    "binomial": {"size": (4,), "n": 3, "p": 0.5},
    "random_integers": {"size": (4,), "low": 1, "high": 6},
    "poisson": {"size": (4,), "lam": 2.0},
    "permutation": {"size": (2,), "n": 4},
}
MRG = {
    "uniform(size=(7,))": ("uniform", {"size": (7,)}),
    "uniform(size=(3,4),dtype=float32)": ("uniform", {"size": (3, 4), "dtype": "float32"}),
    "uniform(size=(3,4),dtype=float64)": ("uniform", {"size": (3, 4), "dtype": "float64"}),
    "uniform(size=(2,3,4),low=-1,high=1)": ("uniform", {"size": (2, 3, 4), "low": -1.0, "high": 1.0}),
    "uniform(size=(10,),nstreams=3)": ("uniform", {"size": (10,), "nstreams": 3}),
    "uniform(size=(200,100))": ("uniform", {"size": (200, 100)}),
    "uniform(size=(1,))": ("uniform", {"size": (1,)}),
    "uniform(size=(3,4),dtype=float16)": ("uniform", {"size": (3, 4), "dtype": "float16"}),
    "normal(size=(3,4))": ("normal", {"size": (3, 4)}),
    "normal(size=(3,3),avg=1,std=2,dtype=float32)": (
        "normal",
        {"size": (3, 3), "avg": 1.0, "std": 2.0, "dtype": "float32"},
    ),
    "normal(size=(2,3),avg=[1,2,3],std=[.1,.2,.3])": (
        "normal",
        {"size": (2, 3), "avg": array(1.0, 2.0, 3.0), "std": array(0.1, 0.2, 0.3)},
    ),
    "truncated_normal(size=(3,4))": ("truncated_normal", {"size": (3, 4)}),
    "binomial(size=(3,4),n=1,p=0.3)": ("binomial", {"size": (3, 4), "n": 1, "p": 0.3}),
    "binomial(size=(20,),p=0.8,dtype=float32)": ("binomial", {"size": (20,), "p": 0.8, "dtype": "float32"}),
    "multinomial(n=1,pvals=[[.2,.8],[.9,.1],[.5,.5]])": (
        "multinomial",
        {"n": 1, "pvals": array([0.2, 0.8], [0.9, 0.1], [0.5, 0.5])},
    ),
    "multinomial(n=6,pvals=[[.2,.3,.5],[.1,.1,.8]])": (
        "multinomial",
        {"n": 6, "pvals": array([0.2, 0.3, 0.5], [0.1, 0.1, 0.8])},
    ),
    "choice(size=2,replace=False,p=[[.2,.3,.1,.4],[.25,.25,.25,.25]])": (
        "choice",
        {"size": 2, "replace": False, "p": array([0.2, 0.3, 0.1, 0.4], [0.25] * 4)},
    ),
}


def recorded():
    """Return {key: array}, as the real Theano drew them."""
    with np.load(FILE) as file:
        return {key: file[f"k{i:04d}"] for i, key in enumerate(file["keys"])}


def module(theano, name):
    """Return the module of `theano` of that name below it."""
    return importlib.import_module(theano.__name__ + "." + name)


def draws(theano):
    """Yield (key, array) for all that is recorded, drawn by `theano`."""
    for seed in SEEDS:
        yield from random_streams_draws(theano, seed)
    for seed in SEEDS:
        yield from raw_draws(theano, seed)
    for seed in MRG_SEEDS:
        yield from mrg_draws(theano, seed)


def random_streams_draws(theano, seed):
    """Yield what `RandomStreams` draws; each key begins with a stream of its own."""
    streams = module(theano, "tensor.shared_randomstreams")

    def stream():
        return streams.RandomStreams(seed=seed)

    tag = f"RS|seed={seed}|"
    yield from _table(theano, tag, stream, RANDOM_STREAMS)
    yield from _three_variables(theano, tag, stream())
    f = theano.function([], stream().uniform(size=(3,)), no_default_updates=True)
    for call in range(2):
        yield f"{tag}uniform(3) no_default_updates|call{call}", f()
    u = stream().uniform(size=(3,))
    yield tag + "uniform(3) u and u+0 of one call", np.asarray(theano.function([], [u, u + 0])())
    n = theano.tensor.lscalar()
    f = theano.function([n], stream().uniform(size=(n, 2), ndim=2))
    yield tag + "uniform(size=(n,2),ndim=2) n=3", f(3)
    state = stream().uniform(size=(3,)).rng.get_value(borrow=True).get_state()
    yield tag + "state of first variable, keys", state[1]
    yield tag + "state of first variable, pos", np.asarray(state[2])


def raw_draws(theano, seed):
    """Yield what the functions of `raw_random` draw from a state, and from the state they return."""
    raw_random = module(theano, "tensor.raw_random")
    state = raw_random.random_state_type()
    for name, arguments in RAW.items():
        f = theano.function([state], getattr(raw_random, name)(state, **arguments))
        text = ",".join(f"{k}={arguments[k]}" for k in sorted(arguments))
        current = np.random.RandomState(seed)
        for call in range(2):
            current, sample = f(current)
            yield f"RAW|RandomState({seed})|{name}({text})|call{call}", sample


def mrg_draws(theano, seed):
    """Yield what `MRG_RandomStreams` draws, and its states."""
    streams = module(theano, "sandbox.rng_mrg")

    def stream():
        return streams.MRG_RandomStreams(seed=seed)

    tag = f"MRG|seed={','.join(map(str, seed)) if isinstance(seed, list) else seed}|"
    yield from _table(theano, tag, stream, MRG)
    yield from _three_variables(theano, tag, stream())
    n = theano.tensor.lscalar()
    yield tag + "uniform(size=(n,2)) n=3", theano.function([n], stream().uniform(size=(n, 2)))(3)
    s = stream()
    s.uniform(size=(5,))
    yield tag + "rstate of the generator after one uniform(5)", np.asarray(s.rstate)
    yield tag + "state array of the first uniform(5)", s.state_updates[0][0].get_value()
    yield tag + "get_substream_rstates(4,float32)", stream().get_substream_rstates(4, "float32")


def _table(theano, tag, stream, table):
    """Yield two calls of each row."""
    for name, (method, arguments) in table.items():
        s = stream()
        tensors = (
            ("input", "pvals", "p") if method in ("shuffle_row_elements", "multinomial", "choice") else ()
        )
        arguments = {
            k: theano.tensor.constant(v) if k in tensors and isinstance(v, np.ndarray) else v
            for k, v in arguments.items()
        }
        f = theano.function([], getattr(s, method)(**arguments))
        for call in range(2):
            yield f"{tag}{name}|call{call}", f()


def _three_variables(theano, tag, s):
    """Yield two calls of one function of three variables, and one after a new seed."""
    f = theano.function([], [s.uniform(size=(4,)), s.normal(size=(4,)), s.uniform(size=(4,))])
    what = tag + "three variables"
    for call in range(2):
        for name, sample in zip("uvw", f()):
            yield f"{what} u=uniform(4) v=normal(4) w=uniform(4)|{name}|call{call}", sample
    s.seed(888)
    for name, sample in zip("uvw", f()):
        yield f"{what}, after .seed(888)|{name}", sample


if __name__ == "__main__":
    import theano

    drawn = {key: np.asarray(sample) for key, sample in draws(theano)}
    keys = sorted(drawn)
    np.savez_compressed(FILE if len(sys.argv) < 2 else sys.argv[1], keys=np.asarray(keys),
                        **{f"k{i:04d}": drawn[key] for i, key in enumerate(keys)})  # fmt: skip
