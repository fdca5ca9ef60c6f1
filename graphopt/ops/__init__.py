"""Symbolic functions that PyTensor lacks."""

from graphopt.ops.gru import gru
from graphopt.ops.labels import pick_labels
from graphopt.ops.lstm import lstm
from graphopt.ops.rnn import simple_rnn
from graphopt.ops.rows import take_rows

__all__ = ["gru", "lstm", "pick_labels", "simple_rnn", "take_rows"]
