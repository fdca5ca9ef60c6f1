"""Layers, each under its Keras name."""

from graphopt.nn.layers.base import Context, Layer, Symbol
from graphopt.nn.layers.dense import Dense
from graphopt.nn.layers.input import Input

__all__ = ["Context", "Dense", "Input", "Layer", "Symbol"]
