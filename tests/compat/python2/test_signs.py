"""Which Python a source was written for."""

from __future__ import annotations

import pytest

from compat.python2.signs import Verdict, judge

PYTHON2 = [
    "print 'a'",
    "print('a')\nfor i in xrange(3): pass",
    "import cPickle",
    "from itertools import izip",
    "d = {}\nfor k, v in d.iteritems(): pass",
    "n = len(x) / 2\nfor i in range(n): pass",
    "for i in range(len(x) / batch): pass",
    "idx = range(10)\nrandom.shuffle(idx)",
    "print(d.keys()[0])",
    "k = d.keys()\nk.sort()",
    "x = map(f, y)\nprint(len(x))",
    "r = range(3) + [1]",
    "x = reduce(f, y)",
    "s = raw_input()",
    "print ('epoch %d') % 3",
    "print ('a'), b",
    "sys.maxint",
    "#!/usr/bin/env python2\nprint('a')",
    "class A:\n    def __nonzero__(self): return 1",
    "x = 0777",
    "rows.sort(cmp=f)",
]
PYTHON3 = [
    "print(f'{x}')",
    "print('a', end='')",
    "def f(x: int): pass",
    "class A(metaclass=M): pass",
    "raise E from e",
    "def f():\n    super().__init__()",
    "#!/usr/bin/python3\nx = 1",
    "a, *b = c",
]
EITHER = [
    "print('a')\nx = 1 / 2",
    "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle",
    "try:\n    xrange\nexcept NameError:\n    xrange = range\nfor i in xrange(3): pass",
    "import sys\nif sys.version_info[0] < 3:\n    text = unicode\nelse:\n    text = str",
    "from six.moves import xrange, cPickle\nfor i in xrange(3): pass",
    "import six\nfor k, v in six.iteritems(d): pass",
    "from functools import reduce\nreduce(f, x)",
    "class It:\n    def next(self): pass\n    __next__ = next\nIt().next()",
    "from __future__ import division\nn = a / 2\nrange(int(n))",
    "n = int(a / 2)\nrange(n)",
    "n = a / 2.0\nrange(n)",
    "for k in sorted(d.keys()): print(k)",
    "x = list(map(f, y))\nlen(x)",
    "def f(file): return file.read()",
]
CASES = [
    *((text, Verdict.PYTHON2) for text in PYTHON2),
    *((text, Verdict.PYTHON3) for text in PYTHON3),
    *((text, Verdict.EITHER) for text in EITHER),
]


@pytest.mark.parametrize(("text", "verdict"), CASES, ids=[text.replace("\n", "; ") for text, _ in CASES])
def test_verdict(text, verdict):
    assert judge(text + "\n").verdict is verdict


def test_a_verdict_says_where_it_rests():
    assert judge("x = 1\nfor i in xrange(3): pass\n").signs == ((2, "xrange"),)
