"""Symbolic functions that PyTensor lacks."""

from graphopt.ops.gru import gru
from graphopt.ops.kernels import lowered as _lowered  # noqa: F401  (tells the engine how to compile them)
from graphopt.ops.labels import pick_labels
from graphopt.ops.lstm import lstm
from graphopt.ops.rnn import simple_rnn
from graphopt.ops.rows import take_rows

__all__ = ["gru", "lstm", "pick_labels", "simple_rnn", "take_rows"]
