"""The porter: exact text out, comments and layout kept, and rest when there is nothing to do."""

from __future__ import annotations

import importlib.util

import pytest

from compat.porting import port

needs_fissix = pytest.mark.skipif(
    importlib.util.find_spec("fissix") is None, reason='needs pip install "graphopt[port]"'
)
HEAD = "import theano\nimport theano.tensor as T\n"
NEW_HEAD = "import pytensor\nimport pytensor.tensor as T\n"

REWRITTEN = {
    "imports and uses": (
        HEAD
        + "x = T.dmatrix()  # the input\nf = theano.function([x], T.inv(x),\n                    name='f')\n",
        NEW_HEAD + "x = T.dmatrix()  # the input\nf = pytensor.function([x], T.reciprocal(x),\n"
        "                    name='f')\n",
    ),
    "from imports": (
        "from theano import tensor as T, function, shared\nf = function([], T.exp(shared(1.)))\n",
        "from pytensor import tensor as T, function, shared\nf = function([], T.exp(shared(1.)))\n",
    ),
    "a module that is gone, its functions are not": (
        "import theano.tensor as T\nimport theano.tensor.nnet as nnet\ny = nnet.sigmoid(T.scalar())\n",
        "import pytensor.tensor as T\ny = T.sigmoid(T.scalar())\n",
    ),
    "a function that moved": (
        HEAD + "y = theano.clone(T.dot(a, b), replace=r)\n",
        NEW_HEAD + "y = pytensor.graph.replace.clone_replace(T.dot(a, b), replace=r)\n",
    ),
    "softmax of rows": (
        HEAD + "p = T.nnet.softmax(T.dot(x, W) + b)\n",
        NEW_HEAD + "p = T.special.softmax(T.dot(x, W) + b, axis=-1)\n",
    ),
    "relu": (HEAD + "h = T.nnet.relu(T.dot(x, W))\n", NEW_HEAD + "h = T.maximum(T.dot(x, W), 0)\n"),
    "leaky relu": (HEAD + "h = T.nnet.relu(a, .1)\n", NEW_HEAD + "h = T.switch(a > 0, a, .1 * a)\n"),
    "cross-entropy": (
        HEAD + "L = T.nnet.binary_crossentropy(p, t).mean()\n",
        NEW_HEAD + "L = (-(t * T.log(p) + (1 - t) * T.log(1 - p))).mean()\n",
    ),
    "arguments": (
        HEAD + "a = T.stack(x, y)\nb = T.flatten(x, outdim=2)\nc = x.flatten(outdim=2)\n",
        NEW_HEAD + "a = T.stack([x, y])\nb = T.flatten(x, ndim=2)\nc = x.flatten(ndim=2)\n",
    ),
    "flags": (
        "import os\nos.environ['THEANO_FLAGS'] = 'device=gpu,floatX=float32,blas.ldflags='\nimport theano\n"
        "theano.config.device = 'gpu'\n",
        'import os\nos.environ["PYTENSOR_FLAGS"] = "floatX=float32,blas__ldflags="\nimport pytensor\n'
        "pass  # theano.config.device = 'gpu'\n",
    ),
    "names that NumPy has dropped": (
        "import numpy as np\nimport theano\nx = np.product(np.asarray(y, dtype=np.float))  # y\n",
        "import numpy as np\nimport pytensor\nx = np.prod(np.asarray(y, dtype=float))  # y\n",
    ),
    "an optional parameter": (
        "import theano\ndef f(W=None):\n    if not W:\n        W = theano.shared(0)\n    return W\n",
        "import pytensor\ndef f(W=None):\n    if W is None:\n        W = pytensor.shared(0)\n    return W\n",
    ),
    "what only this package has": (
        "import theano\nfrom theano.tensor.nnet import conv2d\nf = theano.function([x], conv2d(x, w))\n",
        "from compat.theano.tensor.nnet import conv2d\nfrom compat.theano import function\n"
        "f = function([x], conv2d(x, w))\n",
    ),
}
PYTHON2 = {
    "print": (
        "print 'a', b,  # c\nprint\nprint >>f, a\n",
        "print('a', b, end=\" \")  # c\nprint()\nprint(a, file=f)\n",
    ),
    "print in parentheses": (
        "print 'x'\nprint ('a %d') % 3\nprint ('b')\n",
        "print('x')\nprint(('a %d') % 3)\nprint('b')\n",
    ),
    "raise and except": (
        "try:\n    raise E, 'a'\nexcept E, e:\n    raise F, (1, 2), tb\n",
        "try:\n    raise E('a')\nexcept E as e:\n    raise F(1, 2).with_traceback(tb)\n",
    ),
    "exec and backticks": (
        "exec c in n\nx = `a`\nif a <> 0777L: pass\n",
        "exec(c, n)\nx = repr(a)\nif a != 0o777: pass\n",
    ),
    "tuple parameters": (
        "def f((a, b), c):\n    print a\ng = lambda (k, v): v + k\n",
        "def f(a_b, c):\n    (a, b) = a_b; print(a)\ng = lambda k_v: k_v[1] + k_v[0]\n",
    ),
    "names": (
        "for i in xrange(3): print unicode(i), raw_input()\n",
        "for i in range(3): print(str(i), input())\n",
    ),
    "reduce": (
        "import os\nprint reduce(f, x)\n",
        "import os\nfrom functools import reduce\nprint(reduce(f, x))\n",
    ),
    "dicts": (
        "for k, v in d.iteritems(): print d.has_key(k), it.next()\nif d.has_key(1): print d.keys()[0]\n",
        "for k, v in d.items(): print((k in d), next(it))\nif 1 in d: print(list(d.keys())[0])\n",
    ),
    "lists": (
        "a = map(f, x)\nr = range(9)\nrandom.shuffle(r)\nprint range(2) + a, sum(map(f, x))\n"
        "for i in range(3): print i\n",
        "a = list(map(f, x))\nr = list(range(9))\nrandom.shuffle(r)\n"
        "print(list(range(2)) + a, sum(map(f, x)))\n"
        "for i in range(3): print(i)\n",
    ),
    "division": (
        "n = len(x) / 2\nfor i in range(m / 3): print i / 2.0, n / 2, x.shape[0] / 4\n",
        "n = len(x) // 2\nfor i in range(m // 3): print(i / 2.0, n // 2, x.shape[0] // 4)\n",
    ),
    "modules": (
        "import cPickle, time\nfrom itertools import izip\nprint cPickle.load(open(p))\n"
        "for a, b in izip(c, d): pass\n"
        "print time.clock()\n",
        'import pickle, time\nprint(pickle.load(open(p, "rb"), encoding="latin1"))\n'
        "for a, b in zip(c, d): pass\n"
        "print(time.process_time())\n",
    ),
    "special methods": (
        "class A:\n    def __nonzero__(self): return `1`\n    def __div__(self, o): pass\n",
        "class A:\n    def __bool__(self): return repr(1)\n    def __truediv__(self, o): pass\n",
    ),
    "sorting": (
        "print sorted(x, lambda a, b: cmp(a, b))\nx.sort(cmp=f)\n",
        "from functools import cmp_to_key\n"
        "print(sorted(x, key=cmp_to_key(lambda a, b: ((a > b) - (a < b)))))\n"
        "x.sort(key=cmp_to_key(f))\n",
    ),
}


@pytest.mark.parametrize("idea", REWRITTEN)
def test_rewritten(idea):
    old, new = REWRITTEN[idea]
    assert port(old).text == new


@needs_fissix
@pytest.mark.parametrize("idea", PYTHON2)
def test_python2_is_rewritten(idea):
    old, new = PYTHON2[idea]
    assert port(old).text == new


CASES = [*REWRITTEN.values(), *PYTHON2.values()]


@needs_fissix
@pytest.mark.parametrize("old", [old for old, _ in CASES], ids=[*REWRITTEN, *PYTHON2])
def test_a_ported_program_is_left_alone(old):
    once = port(old).text
    assert port(once).text == once
    compile(once, "ported", "exec")


@pytest.mark.parametrize(
    "text",
    [
        "label = 'theano.tensor'  # theano.tensor\n",
        "import numpy as np\nprint(np.dot(a, b) / 2)\n",
        "def theano(x): return x\ntheano(1)\n",
        "from .theano import function\nfunction()\n",
        "import pytensor.tensor as pt\nx = pt.vector()\n",
    ],
)
def test_unchanged(text):
    assert port(text) == port(text).__class__(text)


def test_findings_say_where_and_what():
    text = HEAD + "y = T.nnet.h_softmax(a)\nf = theano.function([theano.In(x, value=1)], {'y': y})\n"
    findings = {(f.line, f.message) for f in port(text).findings}
    assert {line for line, _ in findings} >= {3, 4}
    assert any("default" in message for _, message in findings)
    assert any("outputs as a list" in message for _, message in findings)


@needs_fissix
def test_a_quotient_that_may_be_of_integers_is_a_finding():
    found = port("print a / b\n").findings
    assert [(f.line, "//" in f.message) for f in found] == [(1, True)]


def test_what_is_no_python_is_refused():
    pytest.importorskip("fissix")
    with pytest.raises(SyntaxError):
        port("x = = 1\n")


def test_a_ported_program_computes_the_same(tmp_path):
    """The gradient of sum(sigmoid(2 x)) at 0 is 0.5 in each coordinate."""
    text = HEAD + (
        "x = T.dvector()\n"
        "f = theano.function([x], T.grad(T.nnet.sigmoid(2 * x).sum(), x), mode='FAST_COMPILE')\n"
    )
    namespace = {}
    exec(compile(port(text).text, "ported", "exec"), namespace)
    assert namespace["f"]([0.0, 0.0]).tolist() == [0.5, 0.5]
