"""What Keras 3 recorded for every layer: see ``tests/recorded/keras_layers.py``."""

import json
from pathlib import Path

import numpy as np
import pytest

RECORDED = Path(__file__).parents[1] / "recorded" / "keras_layers.npz"


@pytest.fixture(scope="session")
def keras_values():
    """Return the index of what was recorded, and the arrays."""
    with np.load(RECORDED, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    return json.loads(str(arrays.pop("index"))), arrays
