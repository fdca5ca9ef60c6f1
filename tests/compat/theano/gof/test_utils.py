"""`theano.gof.utils`."""

import hashlib

import pytest

from compat import theano
from compat.theano.gof import utils


def test_lists():
    assert utils.uniq([3, 1, 3, 2, 1]) == [3, 1, 2]
    assert utils.difference([1, 2, 3, 4], [2, 4]) == [1, 3]
    assert utils.difference([[1], [2]], [[2]]) == [[1]]
    assert utils.flatten([1, (2, [3])]) == [1, 2, 3]
    assert utils.remove(lambda x: x % 2 == 0, [1, 2, 3, 4]) == [1, 3]
    assert utils.hist("abca") == {"a": 2, "b": 1, "c": 1}
    assert utils.unique([1, 2])
    assert not utils.unique([1, 1])
    assert utils.to_return_values([1]) == 1
    assert utils.from_return_values(1) == [1]


def test_toposort():
    order = utils.toposort({"d": {"b", "c"}, "b": {"a"}, "c": {"a"}, "a": set()})
    assert order == ["a", "b", "c", "d"]
    with pytest.raises(Exception, match="there might be cycles"):
        utils.toposort({"a": {"b"}, "b": {"a"}})


def test_hashes():
    assert utils.hash_from_code("code") == "m" + hashlib.sha256(b"code").hexdigest()


def test_props_make_equality_hash_and_text():
    class Point(utils.object2):
        __props__ = ("x", "y")

        def __init__(self, x, y):
            self.x, self.y = x, y

    assert Point(1, 2) == Point(1, 2) != Point(1, 3)
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    assert str(Point(1, "a")) == "Point{x=1, y='a'}"
    assert Point(1, 2)._props_dict() == {"x": 1, "y": 2}
    with pytest.raises(TypeError, match="__props__ has to be a tuple"):
        type(Point)("Wrong", (utils.object2,), {"__props__": ["x"]})


def test_deprecated_tells_once(capsys):
    @utils.deprecated("module", "Use another.")
    def old(x):
        return x + 1

    assert [old(1), old(2)] == [2, 3]
    assert capsys.readouterr().out == "WARNING: module.old deprecated. Use another.\n"


def test_memoize():
    calls = []
    remembering = utils.memoize(lambda x: calls.append(x) or x * 2)
    assert [remembering(2), remembering(2), remembering(3)] == [4, 4, 6]
    assert calls == [2, 3]


def test_guards():
    namespace = {"utils": utils}
    exec(
        "def join(a, b): return 'old'\n"
        "@utils.comm_guard(int, str)\n"
        "def join(a, b):\n"
        "    'New.'\n"
        "    return utils.FALL_THROUGH if a == 0 else f'{a}{b}'\n"
        "@utils.type_guard(list)\n"
        "def join(a, b): return [*a, b]\n",
        namespace,
    )
    join = namespace["join"]
    assert [join(1, "x"), join("x", 1), join(0, "x"), join(1, 2), join([1], 2)] == [
        "1x", "1x", "old", "old", [1, 2],
    ]  # fmt: skip


def test_traces_begin_where_the_user_is():
    x = theano.tensor.vector()
    y = utils.add_tag_trace(theano.tensor.exp(x))
    filename, _, function, line = y.tag.trace[0][-1]
    assert filename == __file__
    assert (function, line) == (
        "test_traces_begin_where_the_user_is",
        "y = utils.add_tag_trace(theano.tensor.exp(x))",
    )
    text = utils.get_variable_trace_string(y)
    assert text.startswith(" \nBacktrace when that variable is created:\n\n")
    assert "add_tag_trace(theano.tensor.exp(x))" in text
    z = theano.tensor.exp(x).sum()
    assert utils.user_frames(z.tag.trace[0])[-1][3] == "z = theano.tensor.exp(x).sum()"
    assert "compat/theano/tensor" not in utils.get_variable_trace_string(z)
    del y.tag.trace
    assert utils.get_variable_trace_string(y) == ""


def test_names_for_variables(capsys):
    a, b = theano.tensor.vectors("aa")
    c = theano.tensor.vector()
    utils.give_variables_names([a, b, c])
    assert [v.name for v in (a, b, c)] == ["a_0", "a_1", "_2"]


def test_tags():
    tag = utils.scratchpad()
    tag.note = 1
    assert str(tag) == repr(tag) == "scratchpad{'note': 1}"
    tag.clear()
    assert not hasattr(tag, "note")
