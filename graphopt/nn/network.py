"""Networks: a graph of layers with its compiled functions: asked, trained, saved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from graphopt.environment import collector_paused
from graphopt.errors import NotBuilt
from graphopt.nn import predicting, slopes
from graphopt.nn.checks import check_seed
from graphopt.nn.graph import LayerGraph


class Network(LayerGraph):
    """What `Sequential` and `Model` share. A network is a layer too, and can be part of another.

    Attributes
    ----------
    layers, input_names, output_names, inputs, outputs, parameters, trainable_parameters
        See `LayerGraph`.
    stop_training
        Set to True by a callback to end `fit` after the epoch.
    """

    def __init__(self, *, name: str | None = None, seed: int | None = None, dtype: str | None = None):
        super().__init__(name=name, dtype=dtype)
        self.seed = check_seed(seed)
        self.stop_training = False
        self.compiled_choices: dict[str, Any] = {}
        self._fitted_choices: dict[str, Any] = {}
        self._outputs_as: str = "one"
        self._functions: dict[Hashable, Any] = {}
        self._lock = threading.Lock()

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
        return predicting.predict(self, x, batch_size, tier)

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
        return slopes.gradient(self, x, output)

    def jacobian(self, x: Any):
        """Return the derivative of every output element with respect to every input element of its sample.

        Returns
        -------
        array of shape (n, *output, *input)
            Without n for one sample. For several inputs a dict by input name, for several outputs a dict by
            output name (of these).
        """
        return slopes.jacobian(self, x)

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
