"""Embedding: a row of numbers for each whole number."""

from __future__ import annotations

from typing import Any

from graphopt import ops
from graphopt.nn import initializers, regularizers
from graphopt.nn.layers.arguments import positive_int
from graphopt.nn.layers.base import Layer


class Embedding(Layer):
    """Row ``x`` of a table of shape (input_dim, output_dim): (...) -> (..., output_dim).

    A number outside 0 to ``input_dim - 1`` raises `OutOfRange` when the compiled function runs.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        *,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.input_dim = positive_int("Embedding", "input_dim", input_dim)
        self.output_dim = positive_int("Embedding", "output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)

    def output_dtype(self, dtypes):
        return None

    def build(self, input_shape):
        self.table = self.add_weight(
            "embeddings", (self.input_dim, self.output_dim), self.embeddings_initializer
        )

    def call(self, x, context):
        whole = x if x.type.dtype.startswith(("int", "uint")) else x.astype("int64")
        return ops.take_rows(self.table, whole)
