"""Copies of graphs, and the parts of loops."""

import copy

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.scan_module import scan_op, scan_utils

a, b, c = T.dscalars("a", "b", "c")
v = T.dvector("v")


def value(expression, values):
    return theano.function(list(values), expression, on_unused_input="ignore")(*values.values())


def test_clone_replaces():
    assert value(theano.clone(a + b, replace={a: c * 2}), {b: 1.0, c: 3.0}) == 7
    assert value(theano.clone([a, a * b], replace=[(b, a)])[1], {a: 3.0}) == 9
    with pytest.raises(ValueError, match="neither a dictionary"):
        theano.clone(a, replace=3)
    with pytest.warns(UserWarning, match="share_inputs"):
        copied = theano.clone(a + b, copy_inputs=False)
    assert not {a, b} & set(copied.owner.inputs)


def test_what_a_step_returns_is_sorted():
    shared = theano.shared(1.0)
    stop = scan_utils.until(a > 1)
    parse = scan_utils.get_updates_and_outputs
    assert parse(a) == (None, [a], {})
    assert parse([a, b]) == (None, [a, b], {})
    assert parse({shared: b}) == (None, [], {shared: b})
    assert parse([(shared, b)]) == (None, [], {shared: b})
    assert parse(([a, b], {shared: b})) == (None, [a, b], {shared: b})
    assert parse((a, {shared: b}, stop)) == (stop.condition, [a], {shared: b})
    assert parse(({shared: b}, stop)) == (stop.condition, [], {shared: b})
    with pytest.raises(ValueError, match="has been restricted"):
        parse(({shared: b}, [a]))
    with pytest.warns(UserWarning, match="non-deterministic"):
        parse({shared: b, theano.shared(2.0): b})


@pytest.mark.parametrize(
    ("x", "answer"), [(None, True), (np.nan, True), (np.inf, True), ("s", True), (3, False), (a, False)]
)
def test_missing_numbers_of_steps(x, answer):
    assert scan_utils.isNaN_or_Inf_or_None(x) is answer


def test_forced_replace():
    out = T.nnet.sigmoid(a) * (1 - T.nnet.sigmoid(a))
    assert value(scan_utils.forced_replace(out, T.nnet.sigmoid(a), b), {b: 0.25}) == 0.1875
    assert scan_utils.forced_replace(None, a, b) is None


def test_map_variables_reaches_into_loops():
    outer, shared = T.dscalar("outer"), theano.shared(1.0)
    scale = outer * (shared + 1)

    def step(x, total):
        new = total + x
        new.tag.replacement = scale * (total - x)
        return new

    rows, _ = theano.scan(step, v, T.zeros((), dtype="float64"))
    (mapped,) = scan_utils.map_variables(lambda w: getattr(w.tag, "replacement", w), [scale * rows])
    np.testing.assert_allclose(value([rows, mapped], {v: np.arange(1.0, 4), outer: 0.5})[1], [-1, -3, -6])
    shared.update = shared + 1
    with pytest.raises(NotImplementedError, match="not currently supported"):
        scan_utils.map_variables(lambda w: getattr(w.tag, "replacement", w), [rows])


def test_the_parts_of_a_loop_make_the_loop_again():
    rows, _ = theano.scan(lambda x, p: p * 0.5 + x, v, T.zeros((), dtype="float64"))
    node = next(n for n in theano.gof.graph.ops([v], [rows]) if isinstance(n.op, scan_op.Scan))
    parts = scan_utils.scan_args(node.inputs, node.outputs, node.op.inputs, node.op.outputs, node.op.info)
    parts = copy.copy(parts)
    again = scan_op.Scan(parts.inner_inputs, parts.inner_outputs, parts.info)(*parts.outer_inputs)
    np.testing.assert_allclose(value(again[1:], {v: np.ones(3)}), [1, 1.5, 1.75])


def test_loops_answer_theanos_questions():
    rows, _ = theano.scan(lambda x, p, k: p * k + x, v, T.zeros((), dtype="float64"), [a])
    node = next(n for n in theano.gof.graph.ops([v, a], [rows]) if isinstance(n.op, scan_op.Scan))
    op = node.op
    assert (op.n_seqs, op.n_sit_sot, op.n_nit_sot, op.n_mit_sot, op.n_shared_outs) == (1, 1, 0, 0, 0)
    assert op.tap_array == [[-1]]
    assert len(op.inputs) == 3
    assert op.inner_seqs(op.inputs) == [op.inputs[0]]
    assert op.outer_non_seqs(node) == [a]
    assert op.var_mappings["outer_inp_from_outer_out"] == {0: 2}
