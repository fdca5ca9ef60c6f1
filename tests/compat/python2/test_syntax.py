"""Python 2's syntax, rewritten line for line; the right-hand sides are Python 3's grammar."""

from __future__ import annotations

import ast

import pytest

pytest.importorskip("fissix")

from compat.python2.syntax import number, string, to_python3

REWRITTEN = [
    ("print\n", "__print2__(None, True)\n"),
    ("print 'a', b,\n", "__print2__(None, False, 'a', b)\n"),
    ("print >>f, a  # why\n", "__print2__(f, True, a)  # why\n"),
    ("print >>f\n", "__print2__(f, True)\n"),
    ("print ('a'), b\n", "__print2__(None, True, ('a'), b)\n"),
    ("if x: print 1; print 2,\n", "if x: __print2__(None, True, 1); __print2__(None, False, 2)\n"),
    ("try: f()\nexcept E, e: pass\n", "try: f()\nexcept E as e: pass\n"),
    ("try: f()\nexcept E,e: pass\n", "try: f()\nexcept E as e: pass\n"),
    ("x = 7L.bit_length()\n", "x = (7).bit_length()\n"),
    ("raise E, 'x'\n", "raise __raise2__( E, 'x')\n"),
    ("raise E\n", "raise E\n"),
    ("x = `a` + `1, 2`\n", "x = repr(a) + repr((1, 2))\n"),
    ("a <> 0777L\n", "a != 0o777\n"),
    ("[x for x in 1, 2]\n", "[x for x in (1, 2)]\n"),
    ("if 1:\n\tx = 1\n        y = 2\n", "if 1:\n        x = 1\n        y = 2\n"),
    ("async = 1\n", "async_ = 1\n"),
]


@pytest.mark.parametrize(("old", "new"), REWRITTEN, ids=[old.strip() for old, _ in REWRITTEN])
def test_rewritten(old, new):
    assert to_python3(old).text == new
    ast.parse(new)


def test_lines_keep_their_numbers():
    old = 'print "a", \\\n   b\ndef f(x, (y, z)):\n    """\n\ttab"""\n    exec "p" in ns\n    return `x`\n'
    new = to_python3(old).text
    assert len(new.splitlines()) == len(old.splitlines())
    assert '"""\n\ttab"""' in new  # a string is not indentation


def test_tuple_parameters_are_named_and_noted():
    translated = to_python3("def f(a, (b, (c, d))): pass\n")
    assert translated.text == "def f(a, __tuple0__): pass\n"
    assert translated.patterns == {"__tuple0__": "(b, (c, d))"}


def test_print_stays_a_function_where_it_is_one():
    text = "from __future__ import print_function\nprint('a', end='')\nprint\n"
    assert to_python3(text).text == text


@pytest.mark.parametrize(
    ("old", "new"), [("0777", "0o777"), ("10L", "10"), ("0", "0"), ("00", "00"), ("1e5", "1e5")]
)
def test_numbers_keep_their_value(old, new):
    assert number(old) == new


def test_strings_keep_their_value():
    assert ast.literal_eval(string(r"'C:\Users\n'")) == "C:\\Users\n"
    assert ast.literal_eval(string(r"ur'\d\u20ac'")) == "\\d€"
    assert ast.literal_eval(string(r"u'\u20ac'")) == "€"


def test_what_is_no_python_is_refused_at_its_place():
    with pytest.raises(SyntaxError) as caught:
        to_python3("x = 1\nprint 'a' b\n", "script.py")
    assert (caught.value.filename, caught.value.lineno) == ("script.py", 2)
