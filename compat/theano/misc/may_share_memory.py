"""Whether two values may share memory, dense or sparse."""

import numpy as np
import scipy.sparse

__docformat__ = "restructuredtext en"


def _parts(value):
    """Return the arrays that hold `value`; None if it is neither dense nor sparse."""
    if isinstance(value, np.ndarray):
        return [value]
    if scipy.sparse.issparse(value):
        return [getattr(value, name) for name in ("data", "indices", "indptr") if hasattr(value, name)]
    return None


def may_share_memory(a, b, raise_other_type=True):
    """Return whether the arrays or sparse matrices `a` and `b` may have memory in common."""
    ours, theirs = _parts(a), _parts(b)
    if ours is None or theirs is None:
        if raise_other_type:
            raise TypeError("may_share_memory support only ndarray and scipy.sparse or GpuArray type")
        return False
    return any(np.may_share_memory(x, y) for x in ours for y in theirs)
