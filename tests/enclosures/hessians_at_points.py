"""Exact Jacobians and Hessians of programs at points, for tests of their bounds."""

import numpy as np

from graphopt.structure.forms import dense
from graphopt.structure.functions import FUNCTIONS
from tests.enclosures.elementwise.test_curvatures import curvature


def jacobians_at(program, x):
    """Return the derivatives of the groups' arguments and values at points x, (B, n), by the chain rule: for
    each group a list of arrays (B, size, n), and one such array."""
    values = program.values(x)
    by_value, by_argument = [np.repeat(np.eye(x.shape[1])[None], len(x), axis=0)], [[]]
    for group in program.groups[1:]:
        arguments = [form(values) for form in group.arguments]
        inside = [sum(dense(m) @ by_value[h] for h, m in form.terms.items()) for form in group.arguments]
        slopes = FUNCTIONS[group.function].slope(*arguments, group.parameter)
        by_argument.append(inside)
        by_value.append(sum(s[:, :, None] * J for s, J in zip(slopes, inside, strict=True)))
    return by_argument, by_value


def hessian_at(program, x, output=0):
    """Return the Hessian of an output of one element at points x, (B, n): (B, n, n).

    Forwards, group by group: the second derivatives of every value.
    """
    values = program.values(x)
    by_argument, _ = jacobians_at(program, x)
    n = x.shape[1]
    second = [np.zeros((len(x), n, n, n))]

    def of_form(form):
        total = np.zeros((len(x), form.size, n, n))
        for h, matrix in form.terms.items():
            total += np.einsum("ij,bjkl->bikl", dense(matrix), second[h])
        return total

    for g, group in enumerate(program.groups[1:], 1):
        arguments = [form(values) for form in group.arguments]
        slopes = FUNCTIONS[group.function].slope(*arguments, group.parameter)
        found = sum(s[:, :, None, None] * of_form(f) for s, f in zip(slopes, group.arguments, strict=True))
        if group.function == "product":
            cross = np.einsum("bik,bil->bikl", *by_argument[g])
            found = found + cross + cross.swapaxes(2, 3)
        else:
            bend = curvature(group.function, group.parameter, arguments[0])
            J = by_argument[g][0]
            found = found + np.einsum("bi,bik,bil->bikl", bend, J, J)
        second.append(found)
    return of_form(program.outputs[output])[:, 0]
