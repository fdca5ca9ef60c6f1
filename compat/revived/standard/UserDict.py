"""`UserDict`: dicts to inherit from."""

from collections import UserDict
from collections.abc import MutableMapping as DictMixin

IterableUserDict = UserDict

__all__ = ["DictMixin", "IterableUserDict", "UserDict"]
