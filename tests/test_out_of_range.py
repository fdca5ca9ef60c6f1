"""An index or label out of range is an error in every tier: never a silent read, a wrong loss or a crash.

Each tier runs in a process of its own, so that damaged memory cannot pass for a result. The program draws
thousands of index arrays, some in range, some not, for every way a graph can point into an array; NumPy says
what is right.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

CALLS = 2000  # of 1 to 9 indices each: about 10 000 a way
ROWS, COLUMNS = 7, 3


def ways(tier):
    """Yield ``(name, function, reference, wraps)`` for each way to point into an array.

    `function` and `reference` take (table, indices); the reference is NumPy's, and raises where the index is
    out of range. `wraps`: whether indices from -n on count from the end, as in NumPy; class labels and
    embeddings do not.
    """
    import pytensor
    import pytensor.tensor as pt

    import graphopt as go
    from graphopt import ops
    from graphopt.nn import layers, losses

    x = pt.tensor("x", shape=(ROWS, COLUMNS), dtype="float64")
    free = pt.dmatrix("free")
    i = pt.lvector("i")
    one = pt.lscalar("one")
    p = pt.dmatrix("p")  # one row of probabilities for each label

    def compiled(inputs, output):
        return go.engine.compile(inputs, output, tier=tier)

    def grown(table, indices, by):
        table = table.copy()
        np.add.at(table, indices, by)
        return table

    def replaced(table, indices):
        table = table.copy()
        table[indices] = -1.0
        return table

    def probabilities(table, indices):
        return np.abs(np.resize(table, (len(indices), ROWS))) + 0.1

    def on_rows(function):
        return lambda table, indices: function(probabilities(table, indices), indices)

    def picked(rows, labels):
        return rows[np.arange(len(labels)), labels]

    def slope(rows, labels):
        gradient = np.zeros_like(rows)
        np.add.at(gradient, (np.arange(len(labels)), labels), 1.0 / picked(rows, labels))
        return gradient

    def scalar(function):
        return lambda table, indices: function(table, indices[0])

    yield "rows of a static table", compiled([x, i], x[i]), lambda t, k: t[k], True
    yield "rows of a table of any size", compiled([free, i], free[i]), lambda t, k: t[k], True
    yield "columns", compiled([x, i], x[:, i]), lambda t, k: t[:, k], True
    yield "a single row", scalar(compiled([x, one], x[one])), scalar(lambda t, k: t[k]), True
    yield "a single element", scalar(compiled([x, one], x[one, 1])), scalar(lambda t, k: t[k, 1]), True
    yield "take", compiled([x, i], pt.take(x, i, axis=0)), lambda t, k: t[k], True
    yield "gradient of rows", compiled([x, i], pt.grad(pt.sum(x[i] ** 2), x)), (
        lambda t, k: grown(np.zeros_like(t), k, 2 * t[k])
    ), True  # fmt: skip
    yield "set rows", compiled([x, i], pt.set_subtensor(x[i], -1.0)), replaced, True
    yield "add to rows", compiled([x, i], pt.inc_subtensor(x[i], 2.0)), lambda t, k: grown(t, k, 2.0), True
    yield (
        "set a single row",
        scalar(compiled([x, one], pt.set_subtensor(x[one], -1.0))),
        scalar(replaced),
        True,
    )
    yield "add to a single row", scalar(compiled([x, one], pt.inc_subtensor(x[one], 2.0))), (
        scalar(lambda t, k: grown(t, k, 2.0))
    ), True  # fmt: skip
    yield "add to elements", compiled([x, i], pt.inc_subtensor(x[i, i % COLUMNS], 2.0)), (
        lambda t, k: grown(t, (k, k % COLUMNS), 2.0)
    ), True  # fmt: skip
    yield "log(p)[arange(n), y]", on_rows(compiled([p, i], pt.log(p)[pt.arange(i.shape[0]), i])), (
        on_rows(lambda r, k: np.log(picked(r, k)))
    ), True  # fmt: skip
    cost = pt.sum(pt.log(p)[pt.arange(i.shape[0]), i])
    yield (
        "gradient of log(p)[arange(n), y]",
        on_rows(compiled([p, i], pt.grad(cost, p))),
        on_rows(slope),
        True,
    )
    yield "ops.pick_labels", on_rows(compiled([p, i], ops.pick_labels(p, i))), on_rows(picked), False
    yield "ops.take_rows", compiled([x, i], ops.take_rows(x, i)), lambda t, k: t[k], False
    yield "gradient of ops.take_rows", compiled([x, i], pt.grad(pt.sum(ops.take_rows(x, i) ** 2), x)), (
        lambda t, k: grown(np.zeros_like(t), k, 2 * t[k])
    ), False  # fmt: skip
    loss = losses.get("sparse_categorical_crossentropy")(i, p / pt.sum(p, axis=1, keepdims=True))
    yield "sparse_categorical_crossentropy", on_rows(compiled([p, i], loss)), (
        on_rows(lambda r, k: -np.log(picked(r / r.sum(axis=1, keepdims=True), k)))
    ), False  # fmt: skip

    weights = layers.Embedding(ROWS, COLUMNS)
    network = go.Sequential([layers.Input(1, dtype="int64"), weights], seed=0)

    def embed(table, indices):
        network.set_weights([table])
        return network.predict(indices[:, None], tier=tier)[:, 0]

    yield "Embedding", embed, lambda t, k: t[k], False

    memory = pytensor.shared(np.zeros((ROWS, COLUMNS)), name="memory", shape=(ROWS, COLUMNS))
    row = pt.lscalar("row")
    step = go.engine.compile_loop(
        [row], [memory[row, 0]], updates={memory: pt.inc_subtensor(memory[row], 1.0)}, tier=tier
    )

    def looped(table, indices):
        memory.set_value(table)
        step([indices])
        return memory.get_value()

    yield "a loop whose rows are indices", looped, lambda t, k: grown(t, k, 1.0), True

    number = pt.dvector("number")
    total = go.engine.compile_loop([number], [pt.sum(number)], updates={}, tier=tier)
    yield "order of a loop", lambda t, k: total([t], order=k)[0], lambda t, k: t[k].sum(axis=1), False


def draw(rng):
    """Return 1 to 9 indices: near the range, far outside, or all inside."""
    low, high = ((-ROWS, ROWS), (-2 * ROWS, 2 * ROWS), (0, ROWS), (0, ROWS + 1), (-(2**40), 2**40))[
        rng.integers(5)
    ]
    return rng.integers(low, high, size=rng.integers(1, 10))


def run(tier):
    """Return, for each way, how many calls were right, refused, and what went wrong first."""
    report = {}
    for name, function, reference, wraps in ways(tier):
        rng = np.random.default_rng(20)
        counts = {"values": 0, "refused": 0, "indices": 0, "wrong": None}
        for _ in range(CALLS):
            table, indices = rng.standard_normal((ROWS, COLUMNS)), draw(rng)
            counts["indices"] += len(indices)
            used = (
                indices[:1] if name.startswith(("a single", "set a single", "add to a single")) else indices
            )
            try:
                expected = reference(table, used)
            except IndexError:
                expected = None
            if not wraps and np.any(used < 0):
                expected = None
            try:
                got = function(table, used)
            except (IndexError, ValueError) as error:
                counts["refused"] += 1
                if expected is not None:
                    counts["wrong"] = (
                        f"{used.tolist()} is in range and was refused: {type(error).__name__}: {error}"
                    )
                    break
                continue
            except Exception as error:
                counts["wrong"] = f"{used.tolist()} gave {type(error).__name__}: {error}"
                break
            counts["values"] += 1
            if expected is None or not np.allclose(got, expected, rtol=1e-12, atol=1e-12):
                counts["wrong"] = f"{used.tolist()} gave {np.asarray(got).tolist()}, expected {expected}"
                break
        report[name] = counts
    return report


@pytest.mark.parametrize("tier", ["now", "fast", "auto"])
def test_out_of_range_is_an_error_and_in_range_is_right(tier):
    done = subprocess.run([sys.executable, __file__, tier], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert {name: counts["wrong"] for name, counts in report.items() if counts["wrong"]} == {}
    for name, counts in report.items():
        assert counts["values"] > 100, name
        assert counts["refused"] > 300, name
        assert counts["indices"] > 9000, name


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
