"""NumPy's functions as old programs knew them; values are those of NumPy 1.16 and 1.19."""

import ast

import numpy as np
import pytest

from compat.revived.changed import HELPERS, revive_tree


def value(text):
    """Return the value of an expression of a launched program."""
    found = {"np": np, "numpy": np, **HELPERS}
    exec(compile(revive_tree(ast.parse(f"value = {text}")), "<program>", "exec"), found)
    return found["value"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("np.sum(n for n in range(4))", 6),
        ("np.sum([[1, 2], [3, 4]], axis=0)", [4, 6]),
        ("np.arange(4).sum()", 6),
        ("np.histogram([1, 2, 3, 3], bins=2, normed=True)[0]", [0.25, 0.75]),
        ("np.histogram([1, 2, 3, 3], bins=2)[0]", [1, 3]),
        ("numpy.percentile([1, 2, 4], 60, interpolation='lower')", 2),
        ("np.percentile([1, 2, 4], 50)", 2),
        ("np.bincount([1, 2], minlength=None)", [0, 1, 1]),
        ("np.bincount([1], [0.5], 3)", [0, 0.5, 0]),
        ("np.unique([[1, 2], [2, 1]])", [1, 2]),
        ("np.unique([[1, 2], [2, 1]], return_inverse=True)[1]", [0, 1, 1, 0]),
        ("np.unique([[3, 2], [2, 3]], True, True, True)[2]", [1, 0, 0, 1]),
        ("np.unique([[3, 2], [2, 3]], True, True, True)[3]", [2, 2]),
        ("np.array([-1, 300], 'uint8')", [255, 44]),
        ("np.vstack(np.ones(2) for _ in range(2)).shape", [2, 2]),
    ],
)
def test_functions(text, expected):
    assert np.asarray(value(text)).tolist() == expected


@pytest.mark.parametrize("text", ["np.meshgrid([1, 2], [3])", "np.broadcast_arrays([1, 2], [3])"])
def test_several_arrays_are_a_list(text):
    assert [type(value(text)), len(value(text))] == [list, 2]


def test_other_objects_keep_their_own():
    class Table:
        def unique(self):
            return "its own"

    found = {"table": Table(), **HELPERS}
    exec(compile(revive_tree(ast.parse("value = table.unique()")), "<program>", "exec"), found)
    assert found["value"] == "its own"
