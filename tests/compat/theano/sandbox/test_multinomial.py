"""`theano.sandbox.multinomial`: outcomes from uniform numbers."""

import pickle

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.sandbox import multinomial
from compat.theano.sandbox.multinomial import ChoiceFromUniform, MultinomialFromUniform
from graphopt.engine import native


def one_by_one(pvals, unis, n, *, replace):
    """Return counts, and choices, by the loops Theano's C code runs."""
    rows, outcomes = pvals.shape
    counts, choices, left = np.zeros((rows, outcomes), int), np.full((rows, n), -1), pvals.copy()
    for c in range(n):
        for r in range(rows):
            u = float(unis[c * rows + r])
            first = next((m for m, s in enumerate(np.cumsum(pvals[r], dtype="float64")) if s > u), None)
            if first is not None:
                counts[r, first] += 1
            total, taken = 0.0, None
            for m in range(outcomes):
                total += float(left[r, m])
                if total > u:
                    taken = m
                    break
            if taken is None:
                continue
            choices[r, c] = taken
            if not replace and c < n - 1:
                rest = left.dtype.type(total - float(left[r, taken]))
                left[r, taken] = 0
                for k in range(taken, outcomes):
                    rest = left.dtype.type(rest + left[r, k])
                left[r] /= rest
    return counts, choices


def without_kernels(*_, **__):
    return None


def with_kernels(kernels, pvals, unis, _):
    source = kernels.template
    for word, array in (("PVALS", pvals), ("UNIS", unis)):
        source = source.replace(word, multinomial._REALS[array.dtype.char])
    return native.build(source, kernels.entry)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("kernel", [without_kernels, *([with_kernels] if native.available() == "c" else [])])
def test_loops_over_arrays_are_loops_over_numbers(kernel, replace, dtype, monkeypatch):
    monkeypatch.setattr(multinomial, "_kernel", kernel)
    p, u, n = T.matrix(dtype=dtype), T.vector(dtype=dtype), T.iscalar()
    f = theano.function(
        [p, u, n], [MultinomialFromUniform("int64")(p, u, n), ChoiceFromUniform("auto", replace)(p, u, n)]
    )
    rng = np.random.RandomState(4)
    for rows, outcomes in ((1, 1), (3, 7), (12, 40)):
        pvals = rng.rand(rows, outcomes) * (rng.rand(rows, outcomes) > 0.2) + 1e-4
        pvals = (pvals / pvals.sum(axis=1, keepdims=True)).astype(dtype)
        trials = outcomes // 2 + 1
        unis = rng.rand(rows * trials).astype(dtype)
        counts, choices = one_by_one(pvals, unis, trials, replace=replace)
        got_counts, got_choices = f(pvals, unis, trials)
        np.testing.assert_array_equal(got_counts, counts)
        np.testing.assert_array_equal(got_choices, choices)


def test_many_outcomes_are_searched(monkeypatch):
    monkeypatch.setattr(multinomial, "LARGEST_TABLE", 10)
    rng = np.random.RandomState(2)
    pvals, unis = rng.dirichlet(np.ones(9), 4), rng.rand(12)
    expected, _ = one_by_one(pvals, unis, 3, replace=True)
    np.testing.assert_array_equal(multinomial._counts(pvals, unis, 3), expected)


def test_no_outcome_above_the_number():
    p = np.array([[-2.0, 2.0], [0.3, 0.3], [np.nan, 1.0]])
    u = np.full(3, 0.9)
    assert theano.function([], MultinomialFromUniform("int8")(p, u))().tolist() == [[0, 0]] * 3
    assert theano.function([], ChoiceFromUniform("auto")(p, u))().tolist() == [[-1]] * 3


def test_types():
    p, u = T.fmatrix(), T.fvector()
    assert MultinomialFromUniform("auto")(p, u).dtype == "float32"
    assert MultinomialFromUniform("float64")(p, u).dtype == "float64"
    assert ChoiceFromUniform("auto")(p, u).dtype == "int64"
    assert MultinomialFromUniform("auto")(T.fcol(), u).broadcastable == (False, True)
    for wrong in ((u, u), (p, p)):
        with pytest.raises(NotImplementedError, match="ndim should be"):
            MultinomialFromUniform("auto")(*wrong)


def test_numbers_that_do_not_fit():
    p, u, n = T.dmatrix(), T.dvector(), T.iscalar()
    f = theano.function([p, u, n], ChoiceFromUniform("auto")(p, u, n))
    with pytest.raises(ValueError, match="bigger than the size of the distribution"):
        f(np.full((1, 2), 0.5), np.full(3, 0.5), 3)
    with pytest.raises(ValueError, match=r"unis\.shape"):
        f(np.full((2, 2), 0.5), np.full(3, 0.5), 1)


def test_gradient_is_zero():
    p, u = T.dmatrix(), T.dvector()
    g = theano.grad(MultinomialFromUniform("auto")(p, u).sum(), [p, u])
    gp, gu = theano.function([p, u], g)(np.full((2, 2), 0.5), np.full(2, 0.2))
    assert not gp.any()
    assert not gu.any()


def test_pickles_and_the_old_name():
    with pytest.warns(DeprecationWarning, match="ChoiceFromUniform"):
        op = multinomial.MultinomialWOReplacementFromUniform("auto")
    assert isinstance(op, ChoiceFromUniform)
    assert pickle.loads(pickle.dumps(ChoiceFromUniform("int32", True))) == ChoiceFromUniform("int32", True)
    assert str(MultinomialFromUniform("int64")) == "MultinomialFromUniform{int64}"
    old = pickle.loads(pickle.dumps(MultinomialFromUniform.__new__(MultinomialFromUniform)))
    assert old.odtype == "auto"  # pickled before there was a dtype to choose
