"""Lists as indices, and what is assigned to elements; values are those of NumPy 1.16 and 1.19."""

import ast

import numpy as np
import pytest

from compat.revived import promotion
from compat.revived.changed import HELPERS, revive_tree

promotion.learn_types(np)

START = """
x = np.arange(12.0).reshape(3, 4)
rows, columns = np.arange(3), [0, 2, 1]
index = [rows, columns]
a, b, many = np.array([1.5]), np.array([[7]]), np.ones(2)
pixels, shorts = np.zeros(2, "uint8"), np.zeros(2, "int16")
items, table = [10, 20], {}
class holder: x = x
"""


def run(text):
    """Return the names after the program `text`, as a module of a launched program runs."""
    found = {"np": np, **HELPERS}
    exec(compile(revive_tree(ast.parse(START + text)), "<program>", "exec"), found)
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x[[rows, columns]]", [0, 6, 9]),
        ("x[index]", [0, 6, 9]),
        ("holder.x[index]", [0, 6, 9]),
        ("x[[slice(0, 2), slice(0, 1)]]", [[0], [4]]),
        ("x[[[0, 1], [1, 2]]]", [1, 6]),
        ("x[[np.array(1), np.array(2)]]", 6),
        ("x[[Ellipsis, 0]]", [0, 4, 8]),
        ("x[columns][:, 0]", [0, 8, 4]),
        ("x[[2, 0]][:, 0]", [8, 0]),
        ("x[[np.int64(2), 0]][:, 0]", [8, 0]),
        ("x[rows, columns]", [0, 6, 9]),
        ("np.array([(1, 2.0)], 'i4,f8')[['f0']].dtype.names", ("f0",)),
    ],
)
def test_lists_pick(text, value):
    picked = run(f"value = {text}")["value"]
    assert (picked if isinstance(picked, tuple) else np.asarray(picked).tolist()) == value


@pytest.mark.parametrize(
    "statement", ["x[[rows, columns]] = -1", "x[index] = -1", "x[index] *= 0; x[index] -= 1"]
)
def test_lists_are_assigned_to(statement):
    assert np.argwhere(run(statement)["x"] == -1).tolist() == [[0, 0], [1, 2], [2, 1]]


def test_elements_take_arrays_of_one():
    found = run("x[0, 1] = a\nx[-1][0] = b\nitems[1] = a\ntable['a'] = table[a.size] = a")
    assert (found["x"][0, 1], found["x"][2, 0]) == (1.5, 7)
    assert found["items"][1] is found["table"]["a"] is found["table"][1] is found["a"]


def test_integers_lose_their_first_bits():
    found = run("pixels[0] = 300; pixels[1] = -1; shorts[0] = 40000; value = np.array([-1, 300], 'uint8')")
    assert (found["pixels"].tolist(), found["shorts"][0]) == ([44, 255], -25536)
    assert found["value"].tolist() == [255, 44]


def test_the_value_comes_before_the_place():
    found = run("log = []\ndef say(n):\n    log.append(n)\n    return n\nitems[say(1)] = say(2)")
    assert (found["log"], found["items"][1]) == ([2, 1], 2)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x[0, 0] = many", ValueError),
        ("items[5] = a", IndexError),
        ("x[[rows, [0, 1]]]", IndexError),
        ("items[index]", TypeError),
        ("pixels[0] = 'one'", ValueError),
    ],
)
def test_what_was_an_error_is_one(text, error):
    with pytest.raises(error):
        run(text)
