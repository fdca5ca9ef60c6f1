"""S in BoTorch: its parallel L-BFGS-B over the same starts of the same dense network, in float64."""

from __future__ import annotations

import torch
from botorch.generation import gen_candidates_scipy

from benchmarks import data

torch.set_num_threads(1)


def prepare():
    """Return the tasks of this contestant."""
    weights = [torch.from_numpy(part) for part in data.dense_weights()]
    starts = torch.from_numpy(data.dense_starts())[:, None, :]
    calls = []

    def acquisition(points):
        """Return what BoTorch maximises, (b,), for points (b, 1, n)."""
        calls.append(len(points))
        values = points[:, 0]
        for kernel, bias in zip(weights[:-2:2], weights[1:-2:2]):
            values = torch.tanh(values @ kernel + bias)
        return -(values @ weights[-2] + weights[-1])[:, 0]

    def run():
        calls.clear()
        _, found = gen_candidates_scipy(
            starts,
            acquisition,
            lower_bounds=-1.0,
            upper_bounds=1.0,
            options={"factr": None, "ftol": data.FACTOR, "pgtol": data.GRADIENT_TOLERANCE},
            use_parallel_mode=True,
        )
        return [-found.detach().numpy(), sum(calls) - len(starts)]

    return {"dense": run}
