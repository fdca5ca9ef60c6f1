"""Symbolic functions that PyTensor lacks."""

from graphopt.ops.conv import conv
from graphopt.ops.gru import gru
from graphopt.ops.kernels import lowered as _lowered  # noqa: F401  (tells the engine how to compile them)
from graphopt.ops.kernels import patches as _patches  # noqa: F401
from graphopt.ops.kernels import pool as _pool  # noqa: F401
from graphopt.ops.labels import pick_labels
from graphopt.ops.lstm import lstm
from graphopt.ops.neighbours import neighbourhoods
from graphopt.ops.pool import pool
from graphopt.ops.rnn import simple_rnn
from graphopt.ops.rows import take_rows

__all__ = ["conv", "gru", "lstm", "neighbourhoods", "pick_labels", "pool", "simple_rnn", "take_rows"]
