"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, NotBuilt, ShapeMismatch
from graphopt.nn.checks import ArraySpec, check_array
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.symbol import Symbol
from graphopt.nn.network import Network


class Sequential(Network):
    """Layers one after the other.

    Parameters
    ----------
    layers
        Layers; the first may be what `Input` returned. Without it the weights are made at the first `fit`,
        `predict` or `build`.
    name
        A name for summaries.
    seed
        Decides every initial weight and every random stream; by default another each time.
    dtype
        ``"float64"`` (default) or ``"float32"``.

    Examples
    --------
    >>> net = Sequential([Input(2), Dense(3, "sigmoid"), Dense(1, "sigmoid")], seed=0)
    >>> net.predict([[0.0, 1.0]]).shape
    (1, 1)
    """

    def __init__(
        self,
        layers: Sequence[Layer | Symbol] = (),
        *,
        name: str | None = None,
        seed: int | None = None,
        dtype: str | None = None,
    ):
        super().__init__(name=name or "sequential", seed=seed, dtype=dtype)
        self._given_name = name
        self._first: Symbol | None = None
        if isinstance(layers, Layer | Symbol) or not isinstance(layers, Sequence):
            raise InvalidType(f"Sequential takes a list of layers; got {layers!r}.")
        for position, layer in enumerate(layers):
            if isinstance(layer, Symbol) and position == 0 and layer.node is None:
                self._first = layer
            else:
                self._append(layer)
        self._try_build()

    def _append(self, layer: Any) -> None:
        if isinstance(layer, Symbol):
            raise InvalidType(
                "Sequential: Input(...) comes first, and once; got another symbol later in the list."
            )
        if isinstance(layer, type):
            raise InvalidType(f"Sequential got the class {layer.__name__}; call it: {layer.__name__}(...).")
        if not isinstance(layer, Layer):
            raise InvalidType(f"Sequential got {layer!r} ({type(layer).__name__}); expected a layer.")
        if any(layer is held for held in self.layers):
            raise InvalidValue(
                f"Sequential got {layer!r} twice; to share weights use Model(inputs, outputs)."
            )
        self.layers.append(layer)

    def add(self, layer: Layer | Symbol) -> None:
        """Put `layer` at the end (or `Input(...)` at the beginning of an empty network)."""
        if isinstance(layer, Symbol) and not self.layers and self._first is None:
            self._first = layer
        else:
            self._append(layer)
        self.built = False
        self._try_build()

    def pop(self) -> Layer:
        """Take the last layer away and return it."""
        if not self.layers:
            raise InvalidValue("Sequential.pop: there are no layers.")
        layer = self.layers.pop()
        self.built = False
        self._try_build()
        return layer

    def _try_build(self) -> None:
        if self._first is not None and self.layers:
            self._chain(self._first, np.random.SeedSequence(self.seed))

    def build(self, input_shape) -> None:
        """Make the weights for inputs of `input_shape`, the batch axis first."""
        self._chain(Symbol(tuple(input_shape)), np.random.SeedSequence(self.seed))

    def ensure_built(self, input_shape, *, dtype=None, seed=None):
        """Make the weights, as part of another network, unless they are there."""
        if self.built:
            return
        if self.dtype is None:
            self.dtype = dtype
        own = self.seed is not None or seed is None
        self._chain(Symbol(tuple(input_shape)), np.random.SeedSequence(self.seed) if own else seed)

    def compute_output_shape(self, input_shape):
        """Return the shape of the output for inputs of `input_shape`."""
        if self.built:
            return super().compute_output_shape(input_shape)
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def _chain(self, first: Symbol, seed: np.random.SeedSequence) -> None:
        """Call the layers one on the other from `first`, and make their weights."""
        if not self.layers:
            raise NotBuilt("Sequential has no layers; add one first.")
        symbol: Any = first
        layers = list(self.layers)
        for position, layer in enumerate(layers):
            if not isinstance(symbol, Symbol):
                raise InvalidType(
                    f"Sequential: layer {position - 1} returns several outputs; use Model instead."
                )
            symbol = layer(symbol)
        results = symbol if isinstance(symbol, list) else [symbol]
        self._wire([first], results)
        self.layers = layers
        self._outputs_as = "list" if isinstance(symbol, list) else "one"
        self._name_outputs()
        self._inputs, self._functions = None, {}
        self._first = first
        self._build_layers(seed)

    def _build_from(self, x: Any) -> None:
        if self.built:
            return
        if not self.layers:
            raise NotBuilt("Sequential has no layers; add one first.")
        if isinstance(x, Mapping) or x is None:
            raise NotBuilt(
                "Sequential has no weights yet and cannot tell its input from this; put Input(shape) first."
            )
        value = x[0] if isinstance(x, list | tuple) and len(x) == 1 and isinstance(x[0], np.ndarray) else x
        ndim = np.ndim(np.asarray(value))
        if ndim < 2:
            raise ShapeMismatch(
                f"x has shape {np.shape(value)}; a network without Input needs (samples, features...) to "
                f"find its shape."
            )
        array = check_array(value, ArraySpec("x", (None,) * ndim, self.float_type))
        self.build((None, *array.shape[1:]))

    def get_config(self) -> dict[str, Any]:
        """Return what a file keeps of the architecture."""
        from graphopt.nn.storage import layer_config, symbol_config

        return {
            "name": self._given_name,
            "dtype": self.dtype,
            "input": None if self._first is None else symbol_config(self._first),
            "layers": [layer_config(layer) for layer in self.layers],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Sequential:
        """Return the network whose `get_config` was `config`, with weights of seed 0."""
        from graphopt.nn.storage import layer_from, symbol_from

        first = [] if config["input"] is None else [symbol_from(config["input"])]
        layers = [layer_from(entry) for entry in config["layers"]]
        return cls([*first, *layers], name=config["name"], dtype=config["dtype"], seed=0)
