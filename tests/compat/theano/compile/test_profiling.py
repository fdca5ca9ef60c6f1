"""Profiles count calls, and time functions and their nodes, under the names of Theano's `ProfileStats`."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest

from compat import theano

T = theano.tensor


@pytest.fixture
def profiled():
    x = T.dmatrix("x")
    W = theano.shared(np.ones((3, 2)), "W")
    profile = theano.compile.ProfileStats(atexit_print=False, message="a title")
    f = theano.function([x], [T.tanh(T.dot(x, W)), T.tanh(x)], profile=profile)
    for _ in range(3):
        f(np.eye(3))
    return f


def test_calls_nodes_and_seconds_are_counted(profiled):
    profile = profiled.profile
    assert profile.fct_callcount == 3
    assert set(profile.apply_callcount.values()) == {3}
    assert sum(profile.class_nodes().values()) == profile.nb_nodes == 3
    assert sum(profile.op_time().values()) == pytest.approx(sum(profile.apply_time.values()))
    assert 0 < sum(profile.apply_time.values()) <= profile.vm_call_time <= profile.fct_call_time
    assert 0 < profile.optimizer_time <= profile.compile_time


def test_total_times_include_what_a_node_needs(profiled):
    totals = profiled.profile.compute_total_times()
    for node, seconds in totals.items():
        needed = [v.owner for v in node.inputs if v.owner is not None]
        assert seconds == pytest.approx(profiled.profile.apply_time[node] + sum(totals[n] for n in needed))


def test_summary_has_a_table_for_classes_ops_and_nodes(profiled):
    text = io.StringIO()
    profiled.profile.summary(file=text, n_ops_to_print=1)
    lines = text.getvalue().splitlines()
    assert "  Message: a title" in lines
    assert any(line.startswith("  Time in 3 calls to Function.__call__:") for line in lines)
    assert [line for line in lines if line in ("Class", "Ops", "Apply")] == ["Class", "Ops", "Apply"]
    assert any(line.startswith("   ... (remaining 1 Ops account for") for line in lines)
    assert sum(line.endswith(" Elemwise{tanh,no_inplace}(dot.0)") for line in lines) == 1


def test_a_profiled_function_computes_the_same_and_pickles(profiled):
    loaded = pickle.loads(pickle.dumps(profiled))
    np.testing.assert_array_equal(loaded(np.eye(3))[0], profiled(np.eye(3))[0])
    np.testing.assert_allclose(profiled(np.eye(3))[0], np.tanh(np.ones((3, 2))))
    assert loaded.profile is None
