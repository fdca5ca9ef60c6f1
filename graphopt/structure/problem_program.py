"""The program of a problem: its cost, over its decisions."""

from __future__ import annotations

from graphopt.problem.functions import functions_of
from graphopt.problem.problem import Problem
from graphopt.structure.forms import scaled
from graphopt.structure.lowering import lower
from graphopt.structure.program import Program


def program_of(problem: Problem) -> Program:
    """Return the program of `problem`, over its flat vector of decisions.

    The first output is the cost: the objective, negated if it is to be maximised. The weights are today's.

    Raises
    ------
    NotLowered
        If the graph holds an operation that has no form.
    """
    graph = functions_of(problem).graph
    held = dict(zip(graph.held, problem.fixed.values(), strict=True))
    program = lower([graph.objective], graph.decisions, held)
    if problem.sense == "minimize":
        return program
    cost, *rest = program.outputs
    return Program(program.groups, (scaled(cost, -1.0), *rest))
