"""One-element arrays are numbers where a program asks for one; values are those of NumPy 1.16 and 1.19."""

import ast
import math

import numpy as np
import pytest

from compat.python2.arithmetic import round_half_away
from compat.python2.printing import percent as percent2
from compat.revived import promotion
from compat.revived.changed import HELPERS, revive_tree

promotion.learn_types(np)


def names():
    return {
        "np": np, "math": math, "a": np.array([1.5]), "b": np.array([[7]]), "many": np.ones(2), "fmt": "%.2f",
        **HELPERS,
    }  # fmt: skip


def run(text):
    """Return the names after the program `text`, as a module of a launched program runs."""
    found = names()
    exec(compile(revive_tree(ast.parse(text)), "<program>", "exec"), found)
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("float(a)", 1.5),
        ("int(a)", 1),
        ("int(b)", 7),
        ("complex(b)", 7 + 0j),
        ("int('12')", 12),
        ("float(np.float32(0.5))", 0.5),
        ("'%.3f' % a", "1.500"),
        ("'%d' % a", "1"),
        ("'%5d|' % b", "    7|"),
        ("'%s %d' % (a, b)", "[1.5] 7"),
        ("'%s' % a", "[1.5]"),
        ("'%*d %%, %.*f' % (4, b, 1, a)", "   7 %, 1.5"),
        ("'%(loss)5.2f after %(epoch)d' % {'loss': a, 'epoch': 3}", " 1.50 after 3"),
        ("fmt % a", "1.50"),
        ("(fmt + ' %i') % (a, b)", "1.50 7"),
        ("(b % 4).tolist()", [[3]]),
        ("7 % 4", 3),
        ("math.floor(a) + math.hypot(3, np.array([4.0]))", 6.0),
    ],
)
def test_numbers_and_texts(text, value):
    assert run(f"value = {text}")["value"] == value


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("float(many)", TypeError, "converted to Python scalar"),
        ("'%d' % many", TypeError, "real number is required"),
        ("'%d %d' % a", TypeError, "not enough arguments"),
        ("'%(b)d' % {'a': 1}", KeyError, "b"),
        ("float('one')", ValueError, "could not convert"),
    ],
)
def test_what_was_an_error_is_one(text, error, message):
    with pytest.raises(error, match=message):
        run(text)


def test_a_name_of_the_program_is_the_programs():
    assert run("def float(x): return 'mine', x\nvalue = float(a)")["value"][0] == "mine"


def test_python_2():
    assert percent2("%s %.1f", (0.1 + 0.2, np.array([1.5]))) == "0.3 1.5"
    assert round_half_away(np.array([2.5])) == 3.0
