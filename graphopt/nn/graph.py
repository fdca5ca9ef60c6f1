"""Layers joined into one static graph: what is built, which shapes go in and out, the expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name
from graphopt.nn.checks import ArraySpec, match_names
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.context import Context
from graphopt.nn.layers.symbol import Node, Shape, Symbol
from graphopt.nn.naming import free_name, name_layers
from graphopt.nn.wiring import walk


class LayerGraph(Layer):
    """Layers joined between symbols; as a layer itself it can be part of another graph.

    Attributes
    ----------
    layers
        The layers, in Keras' order.
    input_names, output_names
        The names under which inputs and outputs go in dicts.
    inputs, outputs
        The symbolic inputs, with static shapes, and the outputs at inference.
    parameters, trainable_parameters
        Shared variables; the bias is the last row of its matrix.
    """

    def __init__(self, *, name: str | None = None, dtype: str | None = None):
        self.layers: list[Layer] = []
        super().__init__(name=name, dtype=dtype)
        self.input_names: list[str] = []
        self.output_names: list[str] = []
        self._nodes: list[Node] = []
        self._input_symbols: tuple[Symbol, ...] = ()
        self._output_symbols: tuple[Symbol, ...] = ()
        self._inputs: list[Variable] | None = None

    # Building

    def _wire(self, inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> None:
        """Take the calls between `inputs` and `outputs` as the network."""
        self._input_symbols, self._output_symbols = tuple(inputs), tuple(outputs)
        self._nodes, self.layers = walk(inputs, outputs)
        name_layers(self.layers)
        names: list[str] = []
        for position, symbol in enumerate(inputs):
            default = "input" if len(inputs) == 1 else f"input_{position}"
            names.append(free_name(symbol.name or default, names))
            if symbol.name is not None and names[-1] != symbol.name:
                raise InvalidValue(f"Two inputs are called {symbol.name!r}; give them different names.")
        self.input_names = names

    def _name_outputs(self, keys: Sequence[str] | None = None) -> None:
        names: list[str] = list(keys or ())
        if keys is None:
            for symbol in self._output_symbols:
                source = symbol.node.layer.name if symbol.node is not None else symbol.name
                names.append(free_name(source or "output", names))
        self.output_names = names

    def _build_layers(self, seed: np.random.SeedSequence) -> None:
        """Make the weights of every layer, each from its own part of the seed."""
        if self.dtype is None:
            self.dtype = "float64"
        seeds = dict(zip(self.layers, seed.spawn(len(self.layers)), strict=True))
        for node in self._nodes:
            shapes = [symbol.shape for symbol in node.inputs]
            shape = shapes if node.several else shapes[0]
            node.layer.ensure_built(shape, dtype=self.dtype, seed=seeds[node.layer])
        self.built = True

    @property
    def several_inputs(self) -> bool:  # type: ignore[override]
        """Whether the network has more than one input."""
        return len(self._input_symbols) > 1

    @property
    def sublayers(self) -> list[Layer]:
        """The layers of the network."""
        return self.layers

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return the layer called `name`, or the one at `index`."""
        if (name is None) == (index is None):
            raise InvalidType("get_layer takes a name or an index, one of them.")
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown_name("layer", name, [layer.name or "" for layer in self.layers])

    # Shapes

    @property
    def input_shapes(self) -> list[Shape]:
        """The shape of each input, the batch axis first."""
        self._need_built("input_shapes")
        return [symbol.shape for symbol in self._input_symbols]

    @property
    def output_shapes(self) -> list[Shape]:
        """The shape of each output, the batch axis first."""
        self._need_built("output_shapes")
        return [symbol.shape for symbol in self._output_symbols]

    @property
    def input_specs(self) -> list[ArraySpec]:
        """What the input arrays must be, with any number of samples."""
        self._need_built("input_specs")
        return [
            ArraySpec(name, (None, *symbol.shape[1:]), symbol.dtype or self.float_type)
            for name, symbol in zip(self.input_names, self._input_symbols, strict=True)
        ]

    @property
    def output_specs(self) -> list[ArraySpec]:
        """What target arrays of the shape of the outputs must be."""
        self._need_built("output_specs")
        return [
            ArraySpec(name, (None, *symbol.shape[1:]), self.float_type)
            for name, symbol in zip(self.output_names, self._output_symbols, strict=True)
        ]

    @property
    def batch_size(self) -> int | None:
        """The number of samples each batch must have, or None."""
        for symbol in self._input_symbols:
            if symbol.shape[0] is not None:
                return symbol.shape[0]
        return None

    def check_batch(self, n: int) -> None:
        """Raise `ShapeMismatch` if `n` samples do not make whole batches of a fixed size."""
        if self.batch_size is not None and n % self.batch_size:
            raise ShapeMismatch(
                f"x has {n} samples; the network was built for batches of {self.batch_size}. "
                "Give a multiple of that."
            )

    def compute_output_shape(self, input_shape):
        """Return the shapes of the outputs for inputs of `input_shape`."""
        self._need_built("compute_output_shape")
        given = input_shape if isinstance(input_shape, list) else [input_shape]
        known: dict[Symbol, Shape] = {}
        for name, symbol, shape in zip(self.input_names, self._input_symbols, given, strict=True):
            _check_static(self.name or type(self).__name__, name, shape, symbol.shape)
            known[symbol] = shape
        for node in self._nodes:
            shapes = [known[symbol] for symbol in node.inputs]
            shape = node.layer.compute_output_shape(shapes if node.several else shapes[0])
            for symbol, one in zip(node.outputs, shape if isinstance(shape, list) else [shape], strict=True):
                known[symbol] = one
        result = [known[symbol] for symbol in self._output_symbols]
        return result if len(result) > 1 else result[0]

    def output_dtype(self, dtypes):
        """Return the dtype of the first output."""
        return self._output_symbols[0].dtype if self._output_symbols else None

    # Expressions

    def call(self, x, context: Context):
        """Return the outputs over `x`, an expression or a list of them."""
        results = self._run(x if isinstance(x, list) else [x], context)
        return results if len(results) > 1 else results[0]

    def _run(self, variables: Sequence[Any], context: Context) -> list[Any]:
        """Return the list of outputs over `variables`."""
        values: dict[Symbol, Any] = {}
        for symbol, variable in zip(self._input_symbols, variables, strict=True):
            dtype = symbol.dtype or self.float_type
            values[symbol] = variable if variable.type.dtype == dtype else variable.astype(dtype)
        for node in self._nodes:
            items = [values[symbol] for symbol in node.inputs]
            result = node.layer.call(items if node.several else items[0], context)
            for symbol, one in zip(
                node.outputs, result if isinstance(result, list) else [result], strict=True
            ):
                values[symbol] = one
            context.penalise(node.layer)
        return [values[symbol] for symbol in self._output_symbols]

    @property
    def inputs(self) -> list[Variable]:
        """The symbolic inputs, with static shapes."""
        self._need_built("inputs")
        if self._inputs is None:
            self._inputs = [
                pt.tensor(spec.name, shape=shape, dtype=spec.dtype)
                for spec, shape in zip(self.input_specs, self.input_shapes, strict=True)
            ]
        return self._inputs

    @property
    def outputs(self) -> list[Variable]:
        """The symbolic outputs at inference, over `inputs`."""
        return self._run(self.inputs, Context())

    def expression(
        self, x: Variable | Sequence[Variable] | Mapping[str, Variable], *, training: bool = False
    ):
        """Return the output expression (a list for several outputs) of the network over `x`.

        Parameters
        ----------
        x
            A PyTensor variable, a list of them, or a dict by input name; each with the batch axis, or all
            without it for one sample.
        training
            Whether dropout and batch statistics are on. What they update is lost here; see `training_graph`.
        """
        self._need_built("expression")
        context = Context(training=training)
        items = [pt.as_tensor_variable(item) for item in match_names(x, self.input_names)]
        ranks = [len(shape) for shape in self.input_shapes]
        single = all(item.ndim == rank - 1 for item, rank in zip(items, ranks, strict=True))
        if single:
            items = [item[None] for item in items]
        for name, item, symbol in zip(self.input_names, items, self._input_symbols, strict=True):
            _check_static(self.name or type(self).__name__, name, tuple(item.type.shape), symbol.shape)
        results = self._run(items, context)
        results = [result[0] for result in results] if single else results
        return results if len(results) > 1 else results[0]

    def training_graph(
        self, inputs: Variable | Sequence[Variable] | Mapping[str, Variable]
    ) -> tuple[list[Variable], dict[Variable, Variable], pt.TensorVariable]:
        """Return ``(outputs, updates, penalty)`` over `inputs` with dropout and batch statistics on.

        `updates` move the statistics, the random streams and the carried states; `penalty` is the scalar sum
        of the regularisation.
        """
        self._need_built("training_graph")
        context = Context(training=True)
        outputs = self._run(match_names(inputs, self.input_names), context)
        penalty = sum(context.penalties[1:], context.penalties[0]) if context.penalties else None
        if penalty is None:
            penalty = pt.constant(np.zeros((), self.float_type))
        return outputs, context.updates, penalty

    @property
    def state_updates(self) -> dict[Variable, Variable]:
        """What the stateful layers carry on after one call on `inputs` at inference."""
        context = Context()
        self._run(self.inputs, context)
        return context.updates


def _check_static(owner: str, name: str, shape: Shape, wanted: Shape) -> None:
    """Refuse a static shape that cannot fit."""
    fits = len(shape) == len(wanted) and all(None in (g, w) or g == w for g, w in zip(shape, wanted))
    if not fits:
        raise ShapeMismatch(f"{owner}: input {name!r} has shape {shape}; expected {wanted}.")
