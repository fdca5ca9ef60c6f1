"""The command ``unpickle``: a line for each thing an old pickle holds, its arrays as ``.npz`` if asked."""

from __future__ import annotations

import pickle
import sys

REFUSED = 5
"""The exit code for a pickle that asks for what is not allowed."""


def unpickle(file: str, npz: str | None = None) -> int:
    """Print what the pickle `file` holds, save its arrays as `npz`, and return the exit code."""
    import numpy as np

    from ..unpickle import Refused, load
    from .listing import arrays, listing

    try:
        value = load(file)
    except OSError as error:
        print(f"theano-compat unpickle: {file}: {error.strerror}", file=sys.stderr)
        return 2
    except pickle.UnpicklingError as error:
        print(f"theano-compat unpickle: {file}: {error}", file=sys.stderr)
        return REFUSED if isinstance(error, Refused) else 2
    print(listing(value))
    if npz is not None:
        found = arrays(value)
        np.savez(npz, **found)  # type: ignore[arg-type]
        print(f"theano-compat unpickle: {len(found)} arrays are in {npz}", file=sys.stderr)
    return 0
