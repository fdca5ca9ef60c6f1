"""Model: the network between symbols that layers have joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue
from graphopt.nn.layers.symbol import Symbol
from graphopt.nn.network import Network


class Model(Network):
    """The network between `inputs` and `outputs`, which layers called on symbols have joined.

    Parameters
    ----------
    inputs, outputs
        Symbols, lists of them, or dicts by name (which then are the names of the inputs and outputs).
    name, seed, dtype
        As for `Sequential`.

    Examples
    --------
    >>> past, plan = Input((12, 3), name="past"), Input((4, 2), name="plan")
    >>> joined = Concatenate()([LSTM(8)(past), LSTM(8)(plan)])
    >>> model = Model([past, plan], Dense(4)(joined), seed=0)
    >>> model.predict({"past": np.zeros((1, 12, 3)), "plan": np.zeros((1, 4, 2))}).shape
    (1, 4)
    """

    def __init__(
        self,
        inputs: Any,
        outputs: Any,
        *,
        name: str | None = None,
        seed: int | None = None,
        dtype: str | None = None,
    ):
        super().__init__(name=name or "model", seed=seed, dtype=dtype)
        self._given_name = name
        input_keys, input_symbols = _symbols("inputs", inputs)
        output_keys, output_symbols = _symbols("outputs", outputs)
        for symbol in input_symbols:
            if input_symbols.count(symbol) > 1:
                raise InvalidValue(f"Model: inputs hold {symbol!r} twice.")
        self._wire(input_symbols, output_symbols)
        if input_keys is not None:
            self.input_names = input_keys
        self._outputs_as = (
            "dict" if output_keys is not None else "one" if isinstance(outputs, Symbol) else "list"
        )
        self._name_outputs(output_keys)
        self._build_layers(np.random.SeedSequence(self.seed))

    def get_config(self) -> dict[str, Any]:
        """Return what a file keeps of the architecture."""
        from graphopt.nn.storage import layer_config, symbol_config

        places: dict[Symbol, list[int]] = {s: [-1, k] for k, s in enumerate(self._input_symbols)}
        for n, node in enumerate(self._nodes):
            places.update({symbol: [n, k] for k, symbol in enumerate(node.outputs)})
        return {
            "name": self._given_name,
            "dtype": self.dtype,
            "inputs": [symbol_config(symbol) for symbol in self._input_symbols],
            "input_names": self.input_names,
            "layers": [layer_config(layer) for layer in self.layers],
            "calls": [
                {
                    "layer": self.layers.index(node.layer),
                    "inputs": [places[symbol] for symbol in node.inputs],
                    "several": node.several,
                }
                for node in self._nodes
            ],
            "outputs": [places[symbol] for symbol in self._output_symbols],
            "output_names": self.output_names,
            "outputs_as": self._outputs_as,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Model:
        """Return the network whose `get_config` was `config`, with weights of seed 0."""
        from graphopt.nn.storage import layer_from, symbol_from

        inputs = [symbol_from(entry) for entry in config["inputs"]]
        layers = [layer_from(entry) for entry in config["layers"]]
        values: dict[tuple[int, int], Symbol] = {(-1, k): symbol for k, symbol in enumerate(inputs)}
        for n, call in enumerate(config["calls"]):
            items = tuple(values[tuple(place)] for place in call["inputs"])
            result = layers[call["layer"]]._record(items, call["several"])
            for k, symbol in enumerate(result if isinstance(result, list) else [result]):
                values[n, k] = symbol
        results = [values[tuple(place)] for place in config["outputs"]]
        form = config["outputs_as"]
        outputs: Any = results[0] if form == "one" else results
        if form == "dict":
            outputs = dict(zip(config["output_names"], results, strict=True))
        named = dict(zip(config["input_names"], inputs, strict=True))
        return cls(named, outputs, name=config["name"], dtype=config["dtype"], seed=0)


def _symbols(what: str, value: Any) -> tuple[list[str] | None, list[Symbol]]:
    """Return the names, if `value` is a dict, and the symbols in `value`."""
    if isinstance(value, Mapping):
        keys, items = list(value), list(value.values())
    else:
        keys, items = None, list(value) if isinstance(value, list | tuple) else [value]
    if not items:
        raise InvalidValue(f"Model: {what} is empty; expected at least one symbol.")
    for item in items:
        if not isinstance(item, Symbol):
            raise InvalidType(
                f"Model: {what} holds {item!r} ({type(item).__name__}); expected what Input or a layer "
                f"returned."
            )
    return keys, items
