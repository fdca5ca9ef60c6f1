"""`disturb_mem` shifts the addresses of later objects, to expose what depends on them."""

from datetime import datetime

_ballast = []


def disturb_mem():
    """Keep a different number of lists alive after every call."""
    size, count = divmod(datetime.now().microsecond, 1000)
    _ballast[:] = [[0] * size for _ in range(count)]
