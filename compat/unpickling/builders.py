"""All rows of the allow-list: importing this fills the tables."""

from __future__ import annotations

from . import functions, numpy_values, op_rows, ops, python_values, theano_types, variables

__all__ = ["functions", "numpy_values", "op_rows", "ops", "python_values", "theano_types", "variables"]
