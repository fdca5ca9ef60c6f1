"""The answer as a picture: each input within its values, and the starts by what they reached."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.errors import missing_extra

COLOURS = {"": "tab:blue", "lower": "tab:orange", "upper": "tab:red", "fixed": "tab:gray"}


def plot(answer: Any, axes: Any = None) -> Any:
    """Return the matplotlib figure of `answer`: one panel per input and, with several starts, one of their
    values.

    A matrix is drawn as one line per column over its rows (time, for a horizon); points at a bound are
    coloured.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise missing_extra("matplotlib", "plot") from error
    panels = len(answer.x_named) + (len(answer.starts) > 1)
    if axes is None:
        figure = Figure(figsize=(4.5 * panels, 3.5), layout="constrained")
        axes = figure.subplots(1, panels, squeeze=False)[0]
    else:
        axes = np.atleast_1d(axes).ravel()
        figure = axes[0].figure
    for panel, (name, values) in zip(axes, answer.x_named.items()):
        columns = np.atleast_1d(values).reshape(len(np.atleast_1d(values)), -1)
        marks = np.atleast_1d(answer.active_bounds[name]).reshape(columns.shape)
        steps = np.arange(len(columns))
        for column, side in zip(columns.T, marks.T):
            panel.plot(steps, column, color="tab:blue", alpha=0.4)
            panel.scatter(steps, column, c=[COLOURS[str(s)] for s in side], s=16, zorder=3)
        panel.set(title=name, xlabel="element" if values.ndim < 2 else "row")
    if len(answer.starts) > 1:
        values = np.array([row["fun"] for row in answer.starts], dtype=float)
        values = np.sort(values[np.isfinite(values)])
        axes[-1].plot(np.arange(len(values)), values[:: -1 if answer.sense == "maximize" else 1], "o")
        axes[-1].set(title="value by start, best first", xlabel="start")
    return figure
