"""The old place of `theano.tensor.nnet.conv`; only the notice is left."""

import sys

print(
    "DEPRECATION: theano.sandbox.conv no longer provides conv. "
    "They have been moved to theano.tensor.nnet.conv",
    file=sys.stderr,
)
