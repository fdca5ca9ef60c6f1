"""`collections` of Python 2: its dicts have Python 2's order."""

from __future__ import annotations

import collections as _collections

from ..unordered import Counter, defaultdict
from ._rest import rest_of

__all__ = ["Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"]
OrderedDict, deque, namedtuple = _collections.OrderedDict, _collections.deque, _collections.namedtuple
__getattr__ = rest_of(_collections)
