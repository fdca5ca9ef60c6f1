"""Layers around a layer: at every step, or in both directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt

from graphopt.errors import InvalidType, ShapeMismatch
from graphopt.nn.checks import check_choice
from graphopt.nn.layers.affine import full_shape
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.recurrent import check_recurrent


class Wrapper(Layer):
    """The base of layers around other layers."""

    def __init__(self, *, name: str | None = None, trainable: bool = True, dtype: str | None = None):
        self._inner: list[Layer] = []
        super().__init__(name=name, trainable=trainable, dtype=dtype)

    @property
    def sublayers(self):
        """The layers inside."""
        return self._inner

    def penalties(self):
        return [penalty for layer in self._inner for penalty in layer.penalties()]

    def _build_inner(self, input_shape, prefixes: tuple[str, ...]) -> None:
        seeds = np.random.SeedSequence(self.rng.integers(2**63)).spawn(len(self._inner))
        for layer, seed, prefix in zip(self._inner, seeds, prefixes, strict=True):
            layer.ensure_built(input_shape, dtype=self.dtype, seed=seed)
            layer.rename(f"{self.name or type(self).__name__}/{prefix}{type(layer).__name__.lower()}")

    def rename(self, name: str) -> None:
        """Give the layer and the layers inside names that begin with `name`."""
        old, self.name = self.name, name
        for layer in self._inner:
            if old and layer.name and layer.name.startswith(f"{old}/"):
                layer.rename(name + layer.name[len(old) :])


class TimeDistributed(Wrapper):
    """`layer` applied to every step: (batch, time, ...) -> (batch, time, ...)."""

    def __init__(
        self, layer: Layer, *, name: str | None = None, trainable: bool = True, dtype: str | None = None
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        if not isinstance(layer, Layer):
            raise InvalidType(f"TimeDistributed takes a layer; got {layer!r}.")
        if getattr(layer, "stateful", False):
            raise InvalidType("TimeDistributed: the layer inside cannot be stateful.")
        self.layer = layer
        self._inner = [layer]

    def compute_output_shape(self, input_shape):
        if len(input_shape) < 3:
            raise ShapeMismatch(
                f"TimeDistributed: the input has shape {input_shape}; expected (batch, time, ...)."
            )
        inner = self.layer.compute_output_shape((None, *input_shape[2:]))
        return (*input_shape[:2], *inner[1:])

    def build(self, input_shape):
        self._build_inner((None, *input_shape[2:]), ("",))

    def call(self, x, context):
        lead = full_shape(x, x.type.shape)[:2]
        rest = full_shape(x, x.type.shape)[2:]
        y = self.layer.call(x.reshape((-1, *rest)), context)
        inner = full_shape(y, y.type.shape)[1:]
        if x.type.shape[0] is None and isinstance(lead[1], int):
            lead = (-1, lead[1])
        return y.reshape((*lead, *inner))

    def get_config(self) -> dict[str, Any]:
        """Return what a file keeps."""
        from graphopt.nn.storage import layer_config

        return {"layer": layer_config(self.layer), "name": self._given_name, "trainable": self.trainable}

    @classmethod
    def from_config(cls, config):
        """Return the layer whose `get_config` was `config`."""
        from graphopt.nn.storage import layer_from

        return cls(layer_from(config["layer"]), name=config["name"], trainable=config["trainable"])


class Bidirectional(Wrapper):
    """A recurrent layer run forwards and another backwards, their outputs joined.

    Parameters
    ----------
    layer
        The forward layer.
    merge_mode
        ``"concat"``, ``"sum"``, ``"mul"``, ``"ave"``, or None for a list of both.
    backward_layer
        By default one made like `layer`.
    """

    def __init__(
        self,
        layer: Layer,
        merge_mode: str | None = "concat",
        *,
        backward_layer: Layer | None = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.layer = check_recurrent("Bidirectional", layer)
        if self.layer.return_state:
            raise InvalidType(
                "Bidirectional: layers with return_state are not supported; use Model and two layers."
            )
        if merge_mode is not None:
            check_choice("Bidirectional", "merge_mode", merge_mode, ("concat", "sum", "mul", "ave"))
        self.merge_mode = merge_mode
        if backward_layer is None:
            config = {**layer.get_config(), "go_backwards": not self.layer.go_backwards, "name": None}
            backward_layer = type(layer).from_config(config)
        self.backward_layer = check_recurrent("Bidirectional", backward_layer)
        self._inner = [layer, backward_layer]

    def compute_output_shape(self, input_shape):
        shape = self.layer.compute_output_shape(input_shape)
        if self.merge_mode is None:
            return [shape, shape]
        return (*shape[:-1], 2 * shape[-1]) if self.merge_mode == "concat" else shape

    def build(self, input_shape):
        self._build_inner(input_shape, ("forward_", "backward_"))

    def call(self, x, context):
        forward, backward = (layer.call(x, context) for layer in self._inner)
        if self.layer.return_sequences:
            backward = backward[:, ::-1]
        if self.merge_mode is None:
            return [forward, backward]
        if self.merge_mode == "concat":
            return pt.concatenate([forward, backward], axis=-1)
        if self.merge_mode == "mul":
            return forward * backward
        total = forward + backward
        return total * pt.constant(0.5, dtype=total.dtype) if self.merge_mode == "ave" else total

    def get_config(self) -> dict[str, Any]:
        """Return what a file keeps."""
        from graphopt.nn.storage import layer_config

        return {
            "layer": layer_config(self.layer),
            "backward_layer": layer_config(self.backward_layer),
            "merge_mode": self.merge_mode,
            "name": self._given_name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config):
        """Return the layer whose `get_config` was `config`."""
        from graphopt.nn.storage import layer_from

        return cls(
            layer_from(config["layer"]),
            config["merge_mode"],
            backward_layer=layer_from(config["backward_layer"]),
            name=config["name"],
            trainable=config["trainable"],
        )
