"""Indices and labels outside their range raise in both tiers: never a crash, never silence."""

import subprocess
import sys

import pytest

PROGRAM = """
import numpy as np
import pytensor
import pytensor.tensor as pt
from graphopt import engine
from graphopt.nn import Dense, Embedding, Flatten, Input, Model, losses

tier = {tier!r}
rng = np.random.default_rng(0)
x = Input(1, dtype="int64")
net = Model(x, Dense(4, "softmax")(Flatten()(Embedding(6, 3)(x))), seed=0)
ids, labels = net.inputs[0], pt.lvector("labels")
loss = pt.sum(losses.get("sparse_categorical_crossentropy")(labels, net.expression(ids)))
slopes = pytensor.grad(loss, net.parameters)
step = engine.compile([ids, labels], [loss, *slopes], tier=tier)
table = net.predict(np.arange(6)[:, None])
draws = [int(n) for n in rng.choice([*range(-8, 12), 2**31, -(2**40), 10**15], size=20_000)]
raised = silent = wrong = 0
for index, label in zip(draws[::2], draws[1::2]):
    outside = not (0 <= index < 6 and 0 <= label < 4)
    try:
        value = step(np.array([[index]]), np.array([label]))[0]
    except (IndexError, ValueError):
        raised += 1
        wrong += not outside
        continue
    silent += outside
    if not outside:
        wrong += abs(value + np.log(table[index, label])) > 1e-6
print(len(draws) // 2, raised > 5000, silent, wrong)
"""


@pytest.mark.parametrize("tier", ["now", "fast"])
def test_ten_thousand_random_indices(tier):
    """A process of its own, so that damaged memory would show as a crash."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(tier=tier)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["10000", "True", "0", "0"]
    assert done.stderr == ""
