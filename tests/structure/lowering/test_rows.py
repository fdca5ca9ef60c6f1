"""What is seen of the elements of a form, small and dense or large and sparse."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from graphopt.structure import Form
from graphopt.structure.forms import scaled, taken
from graphopt.structure.lowering.rows import distinct_rows, moving_rows, ratio, sign_known

RNG = np.random.default_rng(0)


def random_form(size, width, kind):
    """Return a form over groups 1 and 2, half of whose coefficients are zero."""
    matrices = [RNG.normal(size=(size, width)) * (RNG.random((size, width)) < 0.5) for _ in range(2)]
    return Form(RNG.normal(size=size), {g: kind(m) for g, m in enumerate(matrices, 1)})


KINDS = pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])


@KINDS
def test_which_move(kind):
    matrix = np.array([[0.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    form = Form(np.ones(3), {1: kind(matrix), 2: kind(np.array([[0.0], [0.0], [-1.0]]))})
    assert moving_rows(form).tolist() == [False, True, True]


@KINDS
def test_distinct_elements(kind):
    form = random_form(6, 4, kind)
    index = np.array([3, 1, 3, 3, 0, 1])
    repeated = taken(form, index)
    first, number = distinct_rows([repeated, repeated])
    assert first.tolist() == [0, 1, 4]
    assert number.tolist() == [0, 1, 0, 0, 2, 1]
    other = Form(np.array([0.0, 0, 0, 1, 0, 0]))
    assert distinct_rows([repeated, other])[1].tolist() == [0, 1, 0, 2, 3, 1]


@KINDS
def test_the_ratio_of_proportional_elements(kind):
    form = random_form(5, 4, kind)
    factors = np.array([2.0, -0.3, 1.0, 1e6, 1.0])
    changed = Form(form.constant * factors + np.array([0, 0, 1e-3, 0, 0]), scaled(form, factors).terms)
    found = ratio(changed, form)
    np.testing.assert_allclose(found[[0, 1, 3, 4]], factors[[0, 1, 3, 4]], rtol=1e-14)
    assert np.isnan(found[2])
    assert np.isnan(ratio(form, random_form(5, 4, kind))).all()
    assert np.isnan(ratio(Form(np.zeros(5)), form)).all()


@KINDS
def test_signs_that_coefficients_show(kind):
    """Group 1 is never negative, group 2 may be."""
    first = kind(np.array([[1.0, 2.0], [1.0, -1.0], [-1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]))
    second = kind(np.array([[0.0], [0.0], [0.0], [1.0], [0.0]]))
    form = Form(np.array([0.5, 0.0, -1.0, 1.0, -0.1]), {1: first, 2: second})
    never_below, never_above = sign_known(form, {1})
    assert never_below.tolist() == [True, False, False, False, False]
    assert never_above.tolist() == [False, False, True, False, False]
