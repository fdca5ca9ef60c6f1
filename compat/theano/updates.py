"""`OrderedUpdates`: what a function changes, in the order in which it was said."""

import logging
from collections import OrderedDict

from .compile.sharedvalue import SharedVariable

__docformat__ = "restructuredtext en"

logger = logging.getLogger("theano.updates")


class OrderedUpdates(OrderedDict):
    """A dict from shared variables to their new expressions; ``a + b`` is the union of two.

    A variable that `update` or ``+`` would give two different expressions is a KeyError.
    """

    def __init__(self, *key, **kwargs):
        super().__init__(*key, **kwargs)
        for variable in self:
            _check(variable)

    def __setitem__(self, key, value):
        _check(key)
        super().__setitem__(key, value)

    def update(self, other=None):
        for key, value in OrderedDict(other or {}).items():
            if key not in self:
                self[key] = value
            elif self[key] != value:
                raise KeyError("Collision", key)

    def __add__(self, other):
        union = OrderedUpdates()
        union.update(self)
        union.update(other)
        return union

    def __radd__(self, other):
        return OrderedUpdates() + other + self


def _check(key):
    """Raise TypeError if `key` is nothing a function could update."""
    if not isinstance(key, SharedVariable):
        raise TypeError("OrderedUpdates keys must inherit from SharedVariable", key)
