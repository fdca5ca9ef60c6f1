"""A network of relu minimised by OMLT's big-M formulation with HiGHS: ``omlt_milp.py NET.npz SECONDS``.

The file holds weights and biases in turn, then ``lower`` and ``upper``. Prints one line of JSON: the
value, the lower bound, whether it was proved, and the CPU seconds of building and solving.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pyomo.environ as pyo
from omlt import OmltBlock
from omlt.neuralnet import NetworkDefinition, ReluBigMFormulation
from omlt.neuralnet.layer import DenseLayer, InputLayer
from pyomo.contrib.appsi.base import TerminationCondition
from pyomo.contrib.appsi.solvers import Highs


def definition(weights: list[np.ndarray], lower: np.ndarray, upper: np.ndarray) -> NetworkDefinition:
    """Return the network: relu in every layer but the last."""
    net = NetworkDefinition(scaled_input_bounds=dict(enumerate(zip(lower.tolist(), upper.tolist()))))
    previous = InputLayer([len(lower)])
    net.add_layer(previous)
    for k in range(0, len(weights), 2):
        W, b = weights[k], weights[k + 1]
        activation = "linear" if k + 2 == len(weights) else "relu"
        layer = DenseLayer([W.shape[0]], [W.shape[1]], activation=activation, weights=W, biases=b)
        net.add_layer(layer)
        net.add_edge(previous, layer)
        previous = layer
    return net


def main(path: str, seconds: str) -> None:
    """Print what OMLT with HiGHS finds."""
    with np.load(path) as file:
        arrays = {name: file[name].astype(np.float64) for name in file.files}
    lower, upper = arrays.pop("lower"), arrays.pop("upper")
    started = time.process_time()
    model = pyo.ConcreteModel()
    model.net = OmltBlock()
    model.net.build_formulation(ReluBigMFormulation(definition(list(arrays.values()), lower, upper)))
    model.cost = pyo.Objective(expr=model.net.outputs[0])
    solver = Highs()
    solver.config.time_limit = float(seconds)
    solver.config.mip_gap = 1e-6
    solver.config.load_solution = False
    found = solver.solve(model)
    print(
        json.dumps(
            {
                "value": found.best_feasible_objective,
                "lower_bound": found.best_objective_bound,
                "proved": found.termination_condition == TerminationCondition.optimal,
                "seconds": time.process_time() - started,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
