"""Yesterday's Theano on today's Python: `compat.theano` is Theano 1.0.5 on top of PyTensor.

`install` makes ``import theano`` find it; ``python -m compat run script.py`` runs an old program unchanged.
"""

from .alias import install, uninstall

__all__ = ["install", "uninstall"]
