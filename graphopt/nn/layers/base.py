"""What a layer is: a recipe for shapes, for weights, and for an expression.

A layer called on a `Symbol` (what `Input` returns) records the call and returns a `Symbol`;
a network made of these calls builds the weights. A layer called on a PyTensor expression
builds its weights at once and returns an expression.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from graphopt.errors import InvalidType, InvalidValue, NotBuilt
from graphopt.nn import activations, initializers, regularizers
from graphopt.nn.choices import snake_case
from graphopt.nn.layers.context import Context
from graphopt.nn.layers.symbol import Node, Shape, Symbol
from graphopt.nn.parameter import WHOLE, Weight, fitting_arrays, parameter


class Layer:
    """The base of all layers; your own layer is a subclass.

    A subclass stores each constructor argument in an attribute of the same name, and writes

    - ``compute_output_shape(shape)``: shapes with the batch axis; a list of shapes for several inputs or
    outputs;
    - ``build(shape)``: its weights, made with `add_weight`;
    - ``call(x, context)``: the expression; `context` is a `Context`.

    Parameters
    ----------
    name
        The name in the network and in a file; by default made from the class.
    trainable
        Whether training changes the weights.
    dtype
        ``"float64"`` or ``"float32"``; by default the network's.
    """

    several_inputs = False
    """Whether the layer takes a list of inputs even when it has one."""

    def __init__(self, *, name: str | None = None, trainable: bool = True, dtype: str | None = None):
        if name is not None and (not isinstance(name, str) or not name):
            raise InvalidType(f"{type(self).__name__}: name is {name!r}; expected a non-empty string.")
        if dtype is not None and dtype not in ("float32", "float64"):
            raise InvalidValue(f"{type(self).__name__}: dtype is {dtype!r}; expected 'float64' or 'float32'.")
        self._given_name = name
        self.name = name
        self._trainable = bool(trainable)
        self.dtype = dtype
        self.built = False
        self.weights_own: list[Weight] = []
        self._rng: np.random.Generator | None = None
        self._streams: list[SharedVariable] = []
        self._stream_seed: np.random.SeedSequence | None = None

    # What a subclass writes

    def compute_output_shape(self, input_shape):
        """Return the output shape for `input_shape`; the same shape unless a subclass says otherwise."""
        return input_shape

    def build(self, input_shape) -> None:
        """Make the weights for inputs of `input_shape`; nothing unless a subclass has weights."""

    def call(self, x, context: Context):
        """Return the expression of the layer over `x`."""
        raise NotImplementedError(f"{type(self).__name__} has no call(x, context).")

    # Weights

    def add_weight(
        self, name: str, shape: Sequence[int], initializer: Any = "glorot_uniform", *, trainable: bool = True
    ) -> SharedVariable:
        """Make a weight, record it, and return it as a shared variable; to be used in `build`."""
        value = initializers.get(initializer)(tuple(shape), self.rng, self.float_type)
        return self.add_array(name, value, trainable=trainable)

    def add_array(self, name: str, value: np.ndarray, *, trainable: bool = True) -> SharedVariable:
        """Record `value` as a weight that is a parameter of its own, and return the shared variable."""
        shared = self.add_parameter(name, value)
        self.weights_own.append(Weight(name, ((shared, WHOLE),), trainable))
        return shared

    def add_parameter(self, name: str, value: np.ndarray) -> SharedVariable:
        """Return a shared variable named ``layer/name``; the caller records what Keras calls it."""
        return parameter(value, f"{self.name or snake_case(type(self).__name__)}/{name}")

    @property
    def rng(self) -> np.random.Generator:
        """The generator that initial weights are drawn from while the layer is built."""
        if self._rng is None:
            self._rng = np.random.default_rng()
        return self._rng

    @property
    def float_type(self) -> str:
        """The dtype of the weights."""
        return self.dtype or "float64"

    def stream(self) -> SharedVariable:
        """Return the layer's random stream: a shared generator that the context's updates move on."""
        if not self._streams:
            seed = self._stream_seed if self._stream_seed is not None else np.random.SeedSequence()
            generator = np.random.default_rng(seed)
            self._streams.append(pytensor.shared(generator, name=f"{self.name or 'layer'}/stream"))
        return self._streams[0]

    @property
    def sublayers(self) -> list[Layer]:
        """The layers inside this one."""
        return []

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it sets the layers inside too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.sublayers:
            layer.trainable = self._trainable

    @property
    def weights(self) -> list[Weight]:
        """Keras' arrays: those of the layer, then those of the layers inside it."""
        return [*self.weights_own, *(w for layer in self.sublayers for w in layer.weights)]

    @property
    def parameters(self) -> list[SharedVariable]:
        """The shared variables that hold the weights."""
        return list(dict.fromkeys(p for w in self.weights for p, _ in w.pieces))

    @property
    def trainable_parameters(self) -> list[SharedVariable]:
        """The shared variables that training may change."""
        if not self.trainable:
            return []
        own = [p for w in self.weights_own if w.trainable for p, _ in w.pieces]
        return list(dict.fromkeys([*own, *(p for s in self.sublayers for p in s.trainable_parameters)]))

    @property
    def states(self) -> list[SharedVariable]:
        """The states carried from one call to the next."""
        return [state for layer in self.sublayers for state in layer.states]

    def reset_states(self) -> None:
        """Set the carried states to zero."""
        for state in self.states:
            state.set_value(np.zeros_like(state.get_value(borrow=True)))

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights in Keras' order: kernel, recurrent kernel, bias, ..."""
        self._need_built("get_weights")
        return [weight.get_value() for weight in self.weights]

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Set the weights from a list in the order of `get_weights`; nothing is set if any does not fit.

        Raises
        ------
        ShapeMismatch
            If an array has another shape, or their number is another.
        InvalidValue
            If an array holds NaN or infinity.
        """
        self._need_built("set_weights")
        ready = fitting_arrays(weights, self.weights, owner=self.name or type(self).__name__)
        for weight, array in zip(self.weights, ready, strict=True):
            weight.set_value(array)

    def count_params(self) -> int:
        """Return the number of numbers in the weights."""
        return sum(p.get_value(borrow=True).size for p in self.parameters)

    def penalties(self) -> list[pt.TensorVariable]:
        """Return the regularisation of each weight that has one: attributes ``{weight}_regularizer``."""
        found = []
        for weight in self.weights_own:
            regularizer = getattr(self, f"{weight.name}_regularizer", None)
            if regularizer is not None:
                found.append(regularizer(weight.expression))
        return found

    # Calling and building

    def __call__(self, inputs):
        """Return a `Symbol` for symbols, or an expression for PyTensor expressions."""
        several = isinstance(inputs, list | tuple)
        items = tuple(inputs) if several else (inputs,)
        if items and all(isinstance(item, Symbol) for item in items):
            self._check_inputs([item.shape for item in items], several)
            return self._record(items, several)
        if items and all(isinstance(item, Variable) for item in items):
            shapes = [tuple(item.type.shape) for item in items]
            self._check_inputs(shapes, several)
            self.ensure_built(shapes if several else shapes[0], dtype=self.dtype)
            return self.call(list(items) if several else items[0], Context())
        got = ", ".join(type(item).__name__ for item in items) or "nothing"
        raise InvalidType(
            f"Layer {self.name or type(self).__name__!r} was called on {got}; expected what Input or "
            f"another layer "
            "returned, or a PyTensor expression. For arrays make a network and call predict."
        )

    def _record(self, items: tuple[Symbol, ...], several: bool):
        """Note the call and return its output symbols."""
        shapes = [item.shape for item in items]
        shape = self.compute_output_shape(shapes if several else shapes[0])
        many = isinstance(shape, list)
        dtype = self.output_dtype([item.dtype for item in items])
        outputs = tuple(Symbol(s, dtype=dtype) for s in (shape if many else [shape]))
        node = Node(self, items, several, outputs)
        for output in outputs:
            output.node = node
        return list(outputs) if many else outputs[0]

    def output_dtype(self, dtypes: list[str | None]) -> str | None:
        """Return the dtype of the output symbols, None for the network's floating type."""
        return dtypes[0]

    def _check_inputs(self, shapes: list[Shape], several: bool) -> None:
        """Refuse a wrong number of inputs."""
        if self.several_inputs and not several:
            raise InvalidType(
                f"{type(self).__name__} joins several inputs: call it on a list, as in layer([a, b])."
            )
        if several and not self.several_inputs:
            raise InvalidType(f"{type(self).__name__} takes one input; got a list of {len(shapes)}.")

    def ensure_built(
        self, input_shape, *, dtype: str | None = None, seed: np.random.SeedSequence | None = None
    ) -> None:
        """Make the weights unless they are there."""
        if self.built:
            return
        if self.dtype is None:
            self.dtype = dtype
        seed = np.random.SeedSequence() if seed is None else seed
        weights_seed, self._stream_seed = seed.spawn(2)
        self._rng = np.random.default_rng(weights_seed)
        self.build(input_shape)
        self._rng = None
        self.built = True

    def _need_built(self, verb: str) -> None:
        if not self.built:
            raise NotBuilt(
                f"{verb}: {self.name or type(self).__name__} has no weights yet. Put Input(shape) first, "
                f"or call "
                "build(shape), or fit the network."
            )

    def rename(self, name: str) -> None:
        """Give the layer and its shared variables the name `name`."""
        old, self.name = self.name or snake_case(type(self).__name__), name
        for shared in [*self.parameters, *self.states, *self._streams]:
            if shared.name and shared.name.startswith(f"{old}/"):
                shared.name = name + shared.name[len(old) :]

    # Files

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON can hold them."""
        config: dict[str, Any] = {}
        for cls in type(self).__mro__:
            if "__init__" not in vars(cls) or cls is object:
                continue
            for name, argument in inspect.signature(vars(cls)["__init__"]).parameters.items():
                named = argument.kind in (argument.POSITIONAL_OR_KEYWORD, argument.KEYWORD_ONLY)
                if name != "self" and named and name not in config:
                    config[name] = _plain(name, getattr(self, name))
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """Return the layer whose `get_config` was `config`."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>" if self.name else f"<{type(self).__name__}>"


def _plain(name: str, value: Any) -> Any:
    """Return the attribute `value` called `name` as JSON can hold it."""
    if name.endswith("activation"):
        return activations.name_of(value)
    if name.endswith("initializer"):
        return initializers.saved(value)
    if name.endswith("regularizer"):
        return regularizers.saved(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, tuple):
        return [_plain("", item) for item in value]
    return value
