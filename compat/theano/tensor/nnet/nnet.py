"""The operations of neural networks, gathered under the module name they have always had."""

from __future__ import annotations

from . import activations, crossentropies, hierarchical, prepending, softmaxes, stability
from .activations import *  # noqa: F403
from .blocksparse import sparse_block_dot  # noqa: F401
from .crossentropies import *  # noqa: F403
from .hierarchical import *  # noqa: F403
from .prepending import *  # noqa: F403
from .sigm import sigmoid, softplus  # noqa: F401
from .softmaxes import *  # noqa: F403
from .stability import *  # noqa: F403

_PARTS = (activations, crossentropies, hierarchical, prepending, softmaxes, stability)
__all__ = sorted({"sigmoid", "softplus"}.union(*(part.__all__ for part in _PARTS)))
