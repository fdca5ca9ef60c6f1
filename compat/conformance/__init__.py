"""Theano's own tests, from its source distribution, run against `compat.theano`.

pip download --no-deps --no-binary :all: Theano==1.0.5 && tar xzf Theano-1.0.5.tar.gz
python -m compat conformance --root Theano-1.0.5 --jobs 2
"""

from .command import main

__all__ = ["main"]
