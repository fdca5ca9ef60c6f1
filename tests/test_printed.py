"""The comparison of printed texts tells what is the same from what is not."""

from __future__ import annotations

import pytest

from printed import same_line


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("cost 0.123456", "cost 0.123457", True),
        ("cost 0.123456", "cost 0.123459", False),
        ("[ 1.  2.5]", "[1.  2.5]", True),
        ("epoch 1", "epoch 2", False),
        ("cost nan", "cost 1.0", False),
        ("1e-3", "1.0e-3", True),
        ("shape (2, 3)", "shape (2, 3, 1)", False),
        ("float32 x2", "float64 x2", False),
    ],
)
def test_what_counts_as_the_same_line(ours, theirs, same):
    assert same_line(ours, theirs, 1e-7) is same
