"""The old place of `theano.tensor.nnet.nnet.softsign`."""

import sys

from ..tensor.nnet.nnet import softsign

__all__ = ["softsign"]

print(
    "DEPRECATION WARNING: softsign was moved from theano.sandbox.softsign to theano.tensor.nnet.nnet ",
    file=sys.stderr,
)
