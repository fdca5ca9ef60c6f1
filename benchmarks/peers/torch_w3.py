"""W3 in torch: the same network from ``nn.LSTM`` and ``nn.Linear``, and the bounded solve with scipy."""

from __future__ import annotations

import numpy as np
import scipy.optimize
import torch

from benchmarks import data

torch.set_num_threads(1)


class Forecaster(torch.nn.Module):
    """Two LSTM branches met by a dense layer with relu."""

    def __init__(self, weights):
        super().__init__()
        self.past = torch.nn.LSTM(data.PAST[1], data.UNITS, batch_first=True)
        self.plan = torch.nn.LSTM(data.PLAN[1], data.UNITS, batch_first=True)
        self.dense = torch.nn.Linear(2 * data.UNITS, data.HORIZON)
        with torch.no_grad():
            for branch, (kernel, recurrent, bias) in ((self.past, weights[0:3]), (self.plan, weights[3:6])):
                branch.weight_ih_l0.copy_(torch.from_numpy(kernel.T.copy()))
                branch.weight_hh_l0.copy_(torch.from_numpy(recurrent.T.copy()))
                branch.bias_ih_l0.copy_(torch.from_numpy(bias))
                branch.bias_hh_l0.zero_()
            self.dense.weight.copy_(torch.from_numpy(weights[6].T.copy()))
            self.dense.bias.copy_(torch.from_numpy(weights[7]))
        for branch in (self.past, self.plan):
            branch.bias_hh_l0.requires_grad_(False)  # a second bias would double Adam's step

    def forward(self, past, plan):
        """Return the forecast (batch, horizon)."""
        return self.head(self.past(past)[0][:, -1], self.plan(plan)[0][:, -1])

    def head(self, h_past, h_plan):
        """Return the forecast from the states of the branches."""
        return torch.relu(self.dense(torch.cat([h_past, h_plan], dim=1)))

    def keras_weights(self):
        """Return the weights in Keras' order and layout."""
        parts = []
        for branch in (self.past, self.plan):
            parts += [branch.weight_ih_l0.T, branch.weight_hh_l0.T, branch.bias_ih_l0]
        parts += [self.dense.weight.T, self.dense.bias]
        return [part.detach().numpy().copy() for part in parts]


def prepare():
    """Return the tasks of this contestant."""
    past, plan, target = (torch.from_numpy(part) for part in data.forecaster_data())

    def epoch(**how):
        def run():
            model = Forecaster(data.forecaster_weights())
            trained = [p for p in model.parameters() if p.requires_grad]
            optimizer = torch.optim.Adam(trained, lr=data.ADAM_RATE, eps=1e-7, **how)
            for k in range(0, data.SAMPLES, data.BATCH):
                rows = slice(k, k + data.BATCH)
                optimizer.zero_grad(set_to_none=True)
                loss = torch.nn.functional.mse_loss(model(past[rows], plan[rows]), target[rows])
                loss.backward()
                optimizer.step()
            return model.keras_weights()

        return run

    question = data.plan_question()
    model = Forecaster(question["weights"])
    model.requires_grad_(False)
    h_past = model.past(torch.from_numpy(question["past"])[None])[0][:, -1]

    def value_and_gradient(plans):
        plans = torch.from_numpy(plans).requires_grad_()
        h_plan = model.plan(plans)[0][:, -1]
        costs = model.head(h_past.expand(len(plans), -1), h_plan).sum(dim=1)
        (slopes,) = torch.autograd.grad(costs.sum(), plans)
        return costs.detach().numpy(), slopes.numpy()

    def fun(x):
        costs, slopes = value_and_gradient(x.reshape(1, *data.PLAN).astype(np.float32))
        return float(costs[0]), slopes.ravel().astype(np.float64)

    def solve():
        answer = scipy.optimize.minimize(
            fun, question["plans"][0].ravel(), jac=True, method="L-BFGS-B", bounds=[(-1, 1)] * 84
        )
        return [np.asarray(answer.fun), np.asarray(answer.nfev)]

    return {
        "epoch": epoch(),
        "epoch, fused Adam": epoch(fused=True),
        "one plan": lambda: list(value_and_gradient(question["plans"][:1])),
        "256 plans": lambda: list(value_and_gradient(question["plans"])),
        "solve": solve,
    }
