"""`theano._asarray`."""

import numpy as np

from ..configdefaults import config

__docformat__ = "restructuredtext en"


def _asarray(a, dtype, order=None):
    """Return `a` as an array of exactly `dtype`, which may be 'floatX'."""
    dtype = np.dtype(config.floatX if str(dtype) == "floatX" else dtype)
    array = np.asarray(a, dtype=dtype, order=order)
    # int64 may be NumPy's `long` or its `long long`: the same numbers under another type code
    return array if array.dtype.num == dtype.num else array.view(dtype)
