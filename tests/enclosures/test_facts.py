"""Facts about forms: what is copied, what is a slice."""

import numpy as np
import pytest

from graphopt.enclosures.facts import facts_of
from graphopt.structure.forms import Form, compact, group_form, taken


def test_copies_have_one_term_of_one_and_no_constant():
    matrix = np.array([[0.0, 1.0], [-1.0, 0.0], [2.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    form = Form(np.array([0.0, 0.0, 0.0, 0.0, 5.0, 0.0]), {3: matrix})
    (copies,) = facts_of(form).copies
    assert copies.group == 3
    assert copies.rows.tolist() == [0, 1]
    assert copies.columns.tolist() == [1, 0]
    assert copies.negative.tolist() == [False, True]
    assert facts_of(form).terms[3].tolist() == [1, 1, 1, 2, 1, 0]


def test_a_sum_of_two_groups_copies_neither():
    form = Form(np.zeros(2), {1: np.eye(2), 2: np.eye(2)})
    assert facts_of(form).copies == ()
    assert facts_of(form).slices == {1: slice(0, 2), 2: slice(0, 2)}


@pytest.mark.parametrize("size", [5, 200])
def test_slices_of_dense_and_sparse_forms(size):
    """A unit matrix is kept dense when it is small, and sparse when it is large."""
    whole = group_form(1, size)
    assert facts_of(whole).slices == {1: slice(0, size)}
    part = taken(whole, np.arange(1, size - 1))
    assert facts_of(part).slices == {1: slice(1, size - 1)}
    assert facts_of(taken(whole, np.array([2, 1]))).slices == {}
    assert facts_of(Form(part.constant, {1: compact(2.0 * part.terms[1])})).slices == {}


def test_facts_are_found_once():
    form = group_form(0, 3)
    assert facts_of(form) is facts_of(form)
