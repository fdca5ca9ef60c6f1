"""Expressions of constants that take all memory there is when they are computed, and functions of them.

    THEANO_FLAGS=cxx=,optimizer=None,linker=py,traceback.limit=0 python growing_theano.py

writes growing.pkl.gz: name -> (expression, function). Recorded with Theano 1.0.5 on Python 3.7.
"""

import gzip
import pickle

import theano
import theano.tensor as T

numbers = T.arange(10**11)
expressions = {
    "alloc": T.alloc(0.0, 10**6, 10**6),
    "alloc of a computed length": T.alloc(0.0, numbers.sum()),
    "arange": numbers.sum(),
    "eye": T.eye(10**6).sum(),
    "outer product": T.outer(T.arange(10**5), T.arange(10**5)),
    "broadcast sum": (T.zeros((10**6, 1)) + T.zeros((1, 10**6))).sum(),
    "tile": T.tile(T.zeros((10**4, 10**4)), (100, 100)),
    "repeat": T.repeat(T.arange(10), 10**10),
    "index": T.arange(10)[numbers[3] :],
}
with gzip.open("growing.pkl.gz", "wb") as stream:
    pickle.dump({name: (x, theano.function([], x)) for name, x in expressions.items()}, stream, 2)
