"""Programs are made smaller without a change of their values."""

from __future__ import annotations

import numpy as np

from graphopt.structure import Form, Group, Program
from graphopt.structure.forms import group_form, joined, taken
from graphopt.structure.lowering.simplification import levelled, simplified, without_idle

RNG = np.random.default_rng(0)


def two_branches():
    """Two chains of tanh and relu over 3 decisions; the outputs leave some elements of each unused."""
    groups = [Group("input", 3)]
    ends = []
    for _ in range(2):
        form = Form(RNG.normal(size=4), {0: RNG.normal(size=(4, 3))})
        for function in ("tanh", "relu"):
            groups.append(Group(function, form.size, (form,)))
            form = Form(RNG.normal(size=5), {len(groups) - 1: RNG.normal(size=(5, form.size))})
        ends.append(form)
    first, second = ends
    unused = Group("exp", 2, (taken(first, [0, 1]),))
    return Program((*groups, unused), (joined([first, taken(second, [3])]), group_form(1, 4)))


def check_equal(program, other):
    x = RNG.normal(size=(6, program.size))
    for expected, found in zip(program(x), other(x), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


def test_groups_of_one_level_are_joined():
    program = two_branches()
    found = levelled(program)
    check_equal(program, found)
    assert [(g.function, g.size) for g in found.groups] == [
        ("input", 3),
        ("tanh", 8),
        ("relu", 10),
        ("exp", 2),
    ]


def test_what_nothing_needs_is_left_out():
    program = two_branches().only([0])
    first = Program(program.groups, (taken(program.outputs[0], [0]),))
    sparse = Form(np.zeros(1), {2: np.array([[0.0, 1.0, 0.0, 0.0, 0.0]])})
    one = Program(program.groups, (sparse,))
    for cut in (first, one):
        check_equal(cut, without_idle(cut))
        check_equal(cut, simplified(cut))
    assert [(g.function, g.size) for g in without_idle(one).groups] == [
        ("input", 3),
        ("tanh", 4),
        ("relu", 1),
    ]


def test_decisions_always_stay():
    program = Program((Group("input", 3),), (Form(np.ones(2)),))
    assert simplified(program).size == 3
