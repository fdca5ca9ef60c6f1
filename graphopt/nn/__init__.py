"""Networks as static PyTensor graphs, with Keras' names, equations and weight layout."""

from graphopt.nn import activations, initializers, layers, losses, metrics, regularizers
from graphopt.nn.layers import Context, Layer, Symbol
from graphopt.nn.network import Model, Network, Sequential
from graphopt.nn.registry import register

__all__ = [
    "Context",
    "Layer",
    "Model",
    "Network",
    "Sequential",
    "Symbol",
    "activations",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "register",
    "regularizers",
]
