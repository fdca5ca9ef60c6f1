"""Functions that matplotlib has dropped."""

from __future__ import annotations

from typing import Any

import numpy as np


def find(condition: Any) -> np.ndarray:
    """Return where the flat `condition` holds."""
    return np.nonzero(np.ravel(condition))[0]
