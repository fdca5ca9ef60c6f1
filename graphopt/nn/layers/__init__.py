"""Layers, each under its Keras name."""

from graphopt.nn.layers.activation import ELU, Activation, Lambda, LeakyReLU, ReLU, Softmax
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.context import Context
from graphopt.nn.layers.dense import Dense
from graphopt.nn.layers.embedding import Embedding
from graphopt.nn.layers.input import Input
from graphopt.nn.layers.merge import (
    Add,
    Average,
    Concatenate,
    Divide,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from graphopt.nn.layers.noise import Dropout, GaussianNoise
from graphopt.nn.layers.norm import BatchNormalization, LayerNormalization
from graphopt.nn.layers.recurrent import GRU, LSTM, SimpleRNN
from graphopt.nn.layers.rescale import Normalization, Rescaling
from graphopt.nn.layers.reshape import Flatten, GetItem, Permute, RepeatVector, Reshape
from graphopt.nn.layers.symbol import Symbol
from graphopt.nn.layers.wrappers import Bidirectional, TimeDistributed

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "Activation",
    "Add",
    "Average",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Context",
    "Dense",
    "Divide",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GetItem",
    "Input",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "Multiply",
    "Normalization",
    "Permute",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SimpleRNN",
    "Softmax",
    "Subtract",
    "Symbol",
    "TimeDistributed",
]
