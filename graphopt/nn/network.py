"""Networks: layers joined into one static graph, with its parameters and its compiled functions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Variable

from graphopt import engine
from graphopt.environment import collector_paused
from graphopt.errors import InvalidType, InvalidValue, NotBuilt, ShapeMismatch, unknown_name
from graphopt.nn.checks import ArraySpec, check_arrays, match_names
from graphopt.nn.choices import snake_case
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.context import Context
from graphopt.nn.layers.symbol import Node, Shape, Symbol
from graphopt.nn.wiring import walk

PREDICT_BATCH = 1024
"""Samples in one call of the compiled function, when `predict` is not told."""


class Network(Layer):
    """What `Sequential` and `Model` share. A network is a layer too, and can be part of another.

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
    stop_training
        Set to True by a callback to end `fit` after the epoch.
    """

    def __init__(self, *, name: str | None = None, seed: int | None = None, dtype: str | None = None):
        self.layers: list[Layer] = []
        super().__init__(name=name, dtype=dtype)
        self.seed = _seed(seed)
        self.stop_training = False
        self.compiled_choices: dict[str, Any] = {}
        self._fitted_choices: dict[str, Any] = {}
        self.input_names: list[str] = []
        self.output_names: list[str] = []
        self._outputs_as: str = "one"
        self._nodes: list[Node] = []
        self._input_symbols: tuple[Symbol, ...] = ()
        self._output_symbols: tuple[Symbol, ...] = ()
        self._inputs: list[Variable] | None = None
        self._functions: dict[Hashable, Any] = {}
        self._lock = threading.Lock()

    # Building

    def _wire(self, inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> None:
        """Take the calls between `inputs` and `outputs` as the network."""
        self._input_symbols, self._output_symbols = tuple(inputs), tuple(outputs)
        self._nodes, self.layers = walk(inputs, outputs)
        _name_layers(self.layers)
        names: list[str] = []
        for position, symbol in enumerate(inputs):
            default = "input" if len(inputs) == 1 else f"input_{position}"
            names.append(_free(symbol.name or default, names))
            if symbol.name is not None and names[-1] != symbol.name:
                raise InvalidValue(f"Two inputs are called {symbol.name!r}; give them different names.")
        self.input_names = names

    def _name_outputs(self, keys: Sequence[str] | None = None) -> None:
        names: list[str] = list(keys or ())
        if keys is None:
            for symbol in self._output_symbols:
                source = symbol.node.layer.name if symbol.node is not None else symbol.name
                names.append(_free(source or "output", names))
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

    # Numbers

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = 0, *, tier: str = "auto"):
        """Return the outputs for `x`: one array, or a list or dict of them as the model was made.

        Parameters
        ----------
        x
            An array (n, ...), a list of arrays, or a dict by input name.
        batch_size
            Samples in one call of the compiled function; memory, not results, depends on it.
        verbose
            Taken for Keras' sake; nothing is printed.
        tier
            ``"now"``, ``"fast"`` or ``"auto"``, see `graphopt.engine.compile`.

        Raises
        ------
        InvalidType, InvalidValue, ShapeMismatch, UnknownName
            If `x` does not fit the inputs.
        """
        self._build_from(x)
        arrays = check_arrays(x, self.input_specs, what="x")
        n = len(arrays[0])
        if batch_size is not None and (
            isinstance(batch_size, bool) or not isinstance(batch_size, int | np.integer)
        ):
            raise InvalidType(f"predict: batch_size is {batch_size!r}; expected a whole number above 0.")
        if batch_size is not None and batch_size <= 0:
            raise InvalidValue(f"predict: batch_size is {batch_size}; expected a whole number above 0.")
        self.check_batch(n)
        size = self.batch_size or batch_size or PREDICT_BATCH
        function = self.remembered(f"predict/{tier}", lambda: self._compile_predict(tier))
        parts = [function(*(array[at : at + size] for array in arrays)) for at in range(0, n, size)]
        results = [np.concatenate(part) if len(part) > 1 else part[0] for part in zip(*parts, strict=True)]
        return self._as_asked(results)

    def _as_asked(self, results: list[Any]):
        """Return the list `results` in the form the outputs were given in."""
        if self._outputs_as == "dict":
            return dict(zip(self.output_names, results, strict=True))
        return results if self._outputs_as == "list" else results[0]

    def _compile_predict(self, tier: str):
        context = Context()
        outputs = self._run(self.inputs, context)
        return engine.compile(
            self.inputs, outputs, updates=context.updates, tier=tier, name=f"{self.name}/predict"
        )

    def gradient(self, x: Any, output: Any = None):
        """Return the gradient of one number made from the outputs with respect to `x`, in the shape of `x`.

        Parameters
        ----------
        x
            As for `predict`, or one sample without the batch axis. Samples do not influence each other.
        output
            None: the sum of all outputs. A number: that element of the (flattened) output. A name: the sum
            of that output. A pair (name, number): one element of that output.

        Returns
        -------
        array, or dict by input name for several inputs
        """
        arrays, single = self._samples(x)
        seeds = self._output_seeds(output)
        n = len(arrays[0])
        results = self._gradient_function()(*arrays, *(np.broadcast_to(s, (n, s.size)).copy() for s in seeds))
        return self._like_input(results, x, single)

    def jacobian(self, x: Any):
        """Return the derivative of every output element with respect to every input element of its sample.

        Returns
        -------
        array of shape (n, *output, *input)
            Without n for one sample. For several inputs a dict by input name, for several outputs a dict by
            output name (of these).
        """
        arrays, single = self._samples(x)
        n, function = len(arrays[0]), self._gradient_function()
        shapes = [self._output_sample_shape(k) for k in range(len(self.output_names))]
        found: dict[str, Any] = {}
        for which, (name, shape) in enumerate(zip(self.output_names, shapes, strict=True)):
            rows = []
            for k in range(int(np.prod(shape))):
                seeds = self._output_seeds((name, k))
                rows.append(function(*arrays, *(np.broadcast_to(s, (n, s.size)).copy() for s in seeds)))
            columns = [np.stack(part, axis=1) for part in zip(*rows, strict=True)]
            columns = [c.reshape((n, *shapes[which], *c.shape[2:])) for c in columns]
            columns = [c[0] for c in columns] if single else columns
            found[name] = (
                columns[0] if len(columns) == 1 else dict(zip(self.input_names, columns, strict=True))
            )
        return found if len(found) > 1 else found[self.output_names[0]]

    def _samples(self, x: Any) -> tuple[list[np.ndarray], bool]:
        """Return `x` as checked arrays with a batch axis, and whether it came without one."""
        self._build_from(x)
        specs = self.input_specs
        items = match_names(x, self.input_names)
        shapes = [np.shape(item) if not isinstance(item, str) else () for item in items]
        single = all(
            len(shape) == len(spec.shape) - 1
            and all(w is None or w == g for g, w in zip(shape, spec.shape[1:]))
            for shape, spec in zip(shapes, specs, strict=True)
        )
        if single:
            items = [np.asarray(item)[None] for item in items]
        arrays = check_arrays(dict(zip(self.input_names, items, strict=True)), specs, what="x")
        if self.batch_size not in (None, len(arrays[0])):
            raise ShapeMismatch(
                f"x has {len(arrays[0])} samples; the network was built for batches of {self.batch_size}."
            )
        return arrays, single

    def _like_input(self, results: list[np.ndarray], x: Any, single: bool):
        """Return gradients in the form of `x`."""
        results = [result[0] for result in results] if single else results
        if len(results) > 1 or isinstance(x, Mapping):
            return dict(zip(self.input_names, results, strict=True))
        return results[0].reshape(np.shape(x)) if not isinstance(x, list | tuple) else results[0]

    def _output_sample_shape(self, which: int) -> tuple[int, ...]:
        shape = self.output_shapes[which][1:]
        if None in shape:
            raise ShapeMismatch(
                f"Output {self.output_names[which]!r} has shape {self.output_shapes[which]}; "
                "to name its elements all lengths must be known."
            )
        return tuple(int(n) for n in shape if n is not None)

    def _output_seeds(self, output: Any) -> list[np.ndarray]:
        """Return for each output the factors of its elements in the number that is differentiated."""
        sizes = [int(np.prod(self._output_sample_shape(k))) for k in range(len(self.output_names))]
        if output is None:
            return [np.ones(size, self.float_type) for size in sizes]
        seeds = [np.zeros(size, self.float_type) for size in sizes]
        name, element = output if isinstance(output, tuple) and len(output) == 2 else (output, None)
        if isinstance(output, int | np.integer) and not isinstance(output, bool):
            if len(sizes) > 1:
                raise InvalidValue(
                    f"output is {output}, but the network has {len(sizes)} outputs; "
                    f"name one: ({self.output_names[0]!r}, {output})."
                )
            name, element = self.output_names[0], output
        if not isinstance(name, str):
            raise InvalidType(
                f"output is {output!r}; expected None, a number, a name, or a pair (name, number)."
            )
        if name not in self.output_names:
            raise unknown_name("output", name, self.output_names)
        which = self.output_names.index(name)
        if element is None:
            seeds[which][:] = 1.0
            return seeds
        if not -sizes[which] <= element < sizes[which]:
            raise InvalidValue(
                f"output {output!r}: {name!r} has {sizes[which]} elements, 0 to {sizes[which] - 1}."
            )
        seeds[which][element] = 1.0
        return seeds

    def _gradient_function(self):
        return self.remembered("gradient", self._compile_gradient)

    def _compile_gradient(self):
        outputs = self._run(self.inputs, Context())
        seeds = [pt.matrix(f"d_{name}", dtype=self.float_type) for name in self.output_names]
        total = sum(
            pt.sum(output.flatten(2) * seed) if output.ndim != 2 else pt.sum(output * seed)
            for output, seed in zip(outputs, seeds, strict=True)
        )
        slopes = pytensor.grad(total, self.inputs, disconnected_inputs="ignore", return_disconnected="zero")
        return engine.compile([*self.inputs, *seeds], slopes, name=f"{self.name}/gradient")

    def remembered(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` gives, made once for this network: a compiled function, or a graph.

        Weights are shared variables, so what is remembered follows them; copies and files leave it behind.
        """
        with self._lock:
            if key not in self._functions:
                with collector_paused():
                    self._functions[key] = make()
            return self._functions[key]

    def __getstate__(self):
        """Return what pickling and copying take along: all but the compiled functions."""
        return {**self.__dict__, "_functions": {}, "_lock": None, "_inputs": None}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def _build_from(self, x: Any) -> None:
        """Make the weights for data like `x`, if the network has none yet."""
        if not self.built:
            raise NotBuilt(f"{self.name or type(self).__name__} has no weights yet; put Input(shape) first.")

    # Training

    def compile(
        self, optimizer: Any = None, loss: Any = None, metrics: Any = None, loss_weights: Any = None
    ) -> None:
        """Keep these choices as the defaults of `fit` and `evaluate`."""
        given = {"optimizer": optimizer, "loss": loss, "metrics": metrics, "loss_weights": loss_weights}
        self.compiled_choices = {key: value for key, value in given.items() if value is not None}

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        validation_data: Any = None,
        validation_split: float = 0.0,
        callbacks: Any = None,
        verbose: int | str = "auto",
        shuffle: bool | None = None,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        loss: Any = None,
        optimizer: Any = None,
        metrics: Any = None,
        loss_weights: Any = None,
        seed: int | None = None,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        tier: str = "auto",
    ):
        """Train the network and return its `History`; see `graphopt.training.fit` for the arguments.

        `loss`, `optimizer`, `metrics` and `loss_weights` are those given to `compile` where left out.
        """
        from graphopt import training

        self._build_from(x)
        chosen = self._chosen(
            {"loss": loss, "optimizer": optimizer, "metrics": metrics, "loss_weights": loss_weights}
        )
        history = training.fit(
            self,
            x,
            y,
            epochs=epochs,
            batch_size=batch_size,
            validation_data=validation_data,
            validation_split=validation_split,
            callbacks=callbacks,
            verbose=verbose,
            shuffle=shuffle,
            class_weight=class_weight,
            sample_weight=sample_weight,
            seed=seed,
            initial_epoch=initial_epoch,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
            tier=tier,
            **chosen,
        )
        self._fitted_choices = chosen
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        *,
        batch_size: int | None = None,
        verbose: int | str = 0,
        sample_weight: Any = None,
        callbacks: Any = None,
        loss: Any = None,
        metrics: Any = None,
        loss_weights: Any = None,
        return_dict: bool = False,
        tier: str = "auto",
    ):
        """Return the loss and metrics on data; see `graphopt.training.evaluate` for the arguments.

        `loss`, `metrics` and `loss_weights` are those of `compile`, or of the last `fit`, where left out.
        """
        from graphopt import training

        self._build_from(x)
        chosen = self._chosen({"loss": loss, "metrics": metrics, "loss_weights": loss_weights})
        if "loss" not in chosen:
            chosen = {**self._fitted_choices, **chosen}
        chosen.pop("optimizer", None)
        return training.evaluate(
            self,
            x,
            y,
            batch_size=batch_size,
            verbose=verbose,
            sample_weight=sample_weight,
            callbacks=callbacks,
            return_dict=return_dict,
            tier=tier,
            **chosen,
        )

    def _chosen(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is `given`, over what `compile` was given."""
        return {**self.compiled_choices, **{key: value for key, value in given.items() if value is not None}}

    # People and files

    def summary(self, print_fn: Callable[[str], Any] | None = print) -> str:
        """Return the table of layers, shapes and numbers of parameters, and hand it to `print_fn`."""
        from graphopt.nn.summary import summary_text

        self._need_built("summary")
        text = summary_text(self)
        if print_fn is not None:
            print_fn(text)
        return text

    def save(self, path) -> None:
        """Write the network to one checked .npz file; see `graphopt.load`."""
        from graphopt.nn.storage import save

        save(self, path)


def _seed(seed: Any) -> int | None:
    """Return `seed` if it is a whole number from 0 on, or None."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise InvalidType(
            f"seed is {seed!r} ({type(seed).__name__}); expected a whole number from 0 on, or None."
        )
    if seed < 0:
        raise InvalidValue(f"seed is {seed}; expected a whole number from 0 on.")
    return int(seed)


def _free(name: str, taken: Sequence[str]) -> str:
    """Return `name`, with a number behind it if it is taken."""
    candidate, count = name, 0
    while candidate in taken:
        count += 1
        candidate = f"{name}_{count}"
    return candidate


def _name_layers(layers: Sequence[Layer]) -> None:
    """Give every layer a name of its own: the given one, else one made from its class."""
    taken: list[str] = []
    for layer in layers:
        if layer._given_name is not None:
            if layer._given_name in taken:
                raise InvalidValue(f"Two layers are called {layer._given_name!r}; give them different names.")
            taken.append(layer._given_name)
    for layer in layers:
        if layer._given_name is None:
            name = _free(snake_case(type(layer).__name__), taken)
            taken.append(name)
            layer.rename(name)


def _check_static(owner: str, name: str, shape: Shape, wanted: Shape) -> None:
    """Refuse a static shape that cannot fit."""
    fits = len(shape) == len(wanted) and all(None in (g, w) or g == w for g, w in zip(shape, wanted))
    if not fits:
        raise ShapeMismatch(f"{owner}: input {name!r} has shape {shape}; expected {wanted}.")
