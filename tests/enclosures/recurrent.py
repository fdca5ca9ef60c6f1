"""Programs of recurrent networks, unrolled by hand, for tests of bounds."""

import numpy as np

from graphopt.structure.forms import Form, added, group_form, scaled, taken, transformed
from graphopt.structure.program import Group, Program


class Unrolled:
    """A program in the making: groups are added one after the other."""

    def __init__(self, size):
        self.groups = [Group("input", size)]
        self.input = group_form(0, size)

    def add(self, function, *arguments):
        """Add a group and return its form."""
        self.groups.append(Group(function, arguments[0].size, arguments))
        return group_form(len(self.groups) - 1, arguments[0].size)


def affine(W, x, U, h, b):
    """Return the form ``W @ x + U @ h + b``, without the state h where that is None."""
    z = transformed(W, x) if h is None else added(transformed(W, x), transformed(U, h))
    return Form(z.constant + b, z.terms)


def rnn_program(rng, units, steps, features=1, scale=1.0):
    """Return a tanh recurrence over `steps`, an orthogonal recurrent matrix times `scale`, one output."""
    program = Unrolled(steps * features)
    U = scale * np.linalg.qr(rng.normal(size=(units, units)))[0]
    W, b = scale * rng.normal(size=(units, features)), 0.3 * rng.normal(size=units)
    h = None
    for t in range(steps):
        x = taken(program.input, np.arange(t * features, (t + 1) * features))
        h = program.add("tanh", affine(W, x, U, h, b))
    out = transformed(rng.normal(size=(1, units)) / np.sqrt(units), h)
    return Program(tuple(program.groups), (out,))


def lstm_program(rng, units, steps, features=1, scale=1.0):
    """Return an LSTM over `steps` with Keras' initial weights times `scale`, one linear output."""
    program = Unrolled(steps * features)
    reach = np.sqrt(6.0 / (features + 4 * units))
    U = scale * np.linalg.qr(rng.normal(size=(4 * units, units)))[0]
    W = scale * rng.uniform(-reach, reach, size=(4 * units, features))
    b = np.repeat([0.0, 1.0, 0.0, 0.0], units)
    gate = np.arange(4 * units).reshape(4, units)  # input, forget, candidate, output
    h = c = None
    for t in range(steps):
        x = taken(program.input, np.arange(t * features, (t + 1) * features))
        z = affine(W, x, U, h, b)
        opened = program.add("sigmoid", taken(z, gate[[0, 1, 3]]))
        i, f, o = (taken(opened, np.arange(units) + k * units) for k in range(3))
        new = program.add("product", i, program.add("tanh", taken(z, gate[2])))
        c = new if c is None else added(new, program.add("product", f, c))
        h = program.add("product", o, program.add("tanh", c))
    reach = np.sqrt(6.0 / (units + 1))
    return Program(tuple(program.groups), (transformed(rng.uniform(-reach, reach, (1, units)), h),))


def gru_program(rng, units, steps, features=1, scale=1.0):
    """Return a GRU over `steps` (reset before the product) with Keras' initial weights times `scale`, one
    linear output."""
    program = Unrolled(steps * features)
    reach = np.sqrt(6.0 / (features + 3 * units))
    U = scale * np.linalg.qr(rng.normal(size=(3 * units, units)))[0]
    W = scale * rng.uniform(-reach, reach, size=(3 * units, features))
    gate, zeros = np.arange(3 * units).reshape(3, units), np.zeros(units)  # update, reset, candidate
    h = None
    for t in range(steps):
        x = taken(program.input, np.arange(t * features, (t + 1) * features))
        update = program.add("sigmoid", affine(W[gate[0]], x, U[gate[0]], h, zeros))
        reset = h and program.add(
            "product", program.add("sigmoid", affine(W[gate[1]], x, U[gate[1]], h, zeros)), h
        )
        new = program.add("tanh", affine(W[gate[2]], x, U[gate[2]], reset, zeros))
        change = scaled(new, -1.0) if h is None else added(h, scaled(new, -1.0))
        h = added(new, program.add("product", update, change))
    reach = np.sqrt(6.0 / (units + 1))
    return Program(tuple(program.groups), (transformed(rng.uniform(-reach, reach, (1, units)), h),))
