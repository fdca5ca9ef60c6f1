"""Better multipliers: worth what a linear program is."""

import numpy as np
import pytest

from graphopt.solvers.linear.model import solve_linear
from graphopt.solvers.phases.multipliers import improved
from graphopt.solvers.phases.neurons import Lines
from relu_nodes import made


@pytest.mark.parametrize("seed", range(4))
def test_the_best_multipliers_are_worth_the_linear_program(seed):
    """Strong duality: at their best, slopes and prices give the bound of the triangles' linear program."""
    _, neurons, *_ = made(seed)
    model = neurons.pieces.relaxation()
    least = model.value(solve_linear(model).x)
    first = neurons.below(neurons.root, Lines.of(neurons.root.low, neurons.root.high)).bound[0]
    node, below = improved(neurons, neurons.root, np.inf, 200)
    assert node.bound[0] == below.bound[0] <= least
    assert least - below.bound[0] <= 0.1 * max(least - first, 1e-9) + 1e-9
