"""What a pickle holds as lines, and its arrays by name."""

from pathlib import Path

import numpy as np

from compat import unpickle
from compat.unpickling.listing import arrays, listing

RECORDED = Path(__file__).parents[1] / "recorded" / "pickles"


def test_parameters():
    lines = listing(unpickle.load(RECORDED / "py27_params.pkl")).splitlines()
    assert lines == [
        "list of 3",
        "  0: shared variable W: TensorType(float32, matrix), array float32 (4, 3)",
        "  1: shared variable b: TensorType(float32, vector), array float32 (3,)",
        "  2: shared variable W2: TensorType(float32, matrix), array float32 (3, 2)",
    ]


def test_graphs_and_functions():
    text = listing([unpickle.load(RECORDED / f"py37_{what}.pkl") for what in ("graph", "function", "types")])
    assert "input x: TensorType(float32, matrix)" in text
    assert "expression Softmax.0: TensorType(float32, matrix) (of x, W, b, W2)" in text
    assert "function f of (x), shared " in text
    assert "constant TensorType(float64, vector)" in text


def test_plain_data_is_short():
    loop = [1, {"a": "b" * 1000}, (1.5, None)]
    loop.append(loop)
    lines = listing(loop).splitlines()
    assert lines[0] == "list of 4"
    assert len(lines) == 6
    assert max(map(len, lines)) < 120
    assert len(listing([np.zeros(1)] * 10_000).splitlines()) == 501


def test_arrays_have_their_names():
    found = arrays({"params": unpickle.load(RECORDED / "py27_params.pkl"), "mean": np.ones(3)})
    assert list(found) == ["W", "b", "W2", "mean"]
    again = arrays([unpickle.load(RECORDED / "py27_params.pkl") for _ in range(2)])
    assert list(again) == ["W", "b", "W2", "W_2", "b_2", "W2_2"]
    assert set(arrays(unpickle.load(RECORDED / "py37_function.pkl"))) == {"W", "b", "W2", "lr"}
