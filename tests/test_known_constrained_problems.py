"""The formulas of the known problems against S2MPJ's translations of them: values and worst breaches."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from graphopt import engine
from known_constrained_problems import KNOWN_CONSTRAINED

RECORDED = json.loads((Path(__file__).parent / "recorded" / "s2mpj_values.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("known", KNOWN_CONSTRAINED, ids=lambda known: known.name)
def test_formulas_are_those_of_the_collection(known):
    problem, _ = known.problem()
    (variable,) = problem.variables
    outputs = [problem.objective, *(constraint.expression for constraint in problem.constraints)]
    evaluate = engine.compile([variable.expression], outputs, tier="now", simplify=False)
    for recorded in RECORDED[known.name]:
        x = np.array(recorded["x"])
        assert np.all((x >= known.lower) & (x <= known.upper))
        fun, *values = evaluate(x)
        breach = 0.0
        for constraint, value in zip(problem.constraints, values, strict=True):
            lower, upper, _ = constraint.limits(np.shape(value))
            breach = max(breach, *(lower - np.ravel(value)), *(np.ravel(value) - upper))
        assert fun == pytest.approx(recorded["fun"], rel=1e-9, abs=1e-9)
        assert breach == pytest.approx(
            recorded["maxcv"], rel=1e-7, abs=1e-7
        )  # S2MPJ writes 1/3 with ten digits
