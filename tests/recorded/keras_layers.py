"""Record what Keras 3 computes for every layer: run once, with Keras installed, to write
``keras_layers.npz``.

    KERAS_BACKEND=tensorflow python tests/recorded/keras_layers.py

Each case is one layer (or small model) in float64 with random weights. Kept are its configuration, weights,
inputs,
outputs of one or two calls, and the gradients of ``sum(output * direction)`` with respect to inputs and
trainable weights. The tests build the same case here and compare.
"""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

keras.backend.set_floatx("float64")
rng = np.random.default_rng(20240501)
cases: list[dict] = []
arrays: dict[str, np.ndarray] = {}


def draw(*shape):
    return np.round(rng.normal(0.0, 0.7, shape), 3)


def record(name, layers, inputs, *, training=False, calls=1, integer=False, states=0, batch=None):
    """Record the case `name`: `layers` is a list of (class, config), chained; several inputs go to the
    first."""
    values = [np.asarray(v) for v in inputs]
    symbols = [
        keras.Input(batch_shape=(batch, *v.shape[1:]), dtype="int32" if integer else "float64")
        for v in values
    ]
    y = symbols if len(symbols) > 1 and not states else symbols[0]
    for position, (cls, config) in enumerate(layers):
        layer = make(cls, config)
        y = layer(y, initial_state=symbols[1:]) if position == 0 and states else layer(y)
    model = keras.Model(symbols, y)
    weights = [draw(*w.shape) for w in model.get_weights()]
    weights = [np.abs(w) + 0.3 if "variance" in v.path else w for w, v in zip(weights, model.weights)]
    weights = [np.asarray(7) if v.path.endswith("count") else w for w, v in zip(weights, model.weights)]
    model.set_weights(weights)
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
    outputs, gradients = [], []
    for call in range(calls):
        feed = [tf.constant(v if call == 0 else np.round(v * 0.5, 4)) for v in values]
        with tf.GradientTape() as tape:
            for v in feed if not integer else []:
                tape.watch(v)
            result = model(feed if len(feed) > 1 else feed[0], training=training)
            results = result if isinstance(result, list | tuple) else [result]
            if call == 0:
                directions = [draw(*r.shape) for r in results]
            total = sum(tf.reduce_sum(r * d) for r, d in zip(results, directions))
        outputs += [r.numpy() for r in results]
        if call == 0:
            wanted = [*([] if integer else feed), *model.trainable_variables]
            wanted = [v.value if hasattr(v, "value") and not callable(v.value) else v for v in wanted]
            gradients = [
                np.zeros(v.shape) if g is None else tf.convert_to_tensor(g).numpy()
                for v, g in zip(wanted, tape.gradient(total, wanted))
            ]
    after = model.get_weights() if training else []
    key = str(len(cases))
    cases.append(
        {
            "name": name,
            "layers": layers,
            "training": training,
            "calls": calls,
            "integer": integer,
            "states": states,
            "batch": batch,
            "inputs": len(values),
            "weights": len(weights),
            "outputs": len(results),
            "gradients": len(gradients),
            "after": len(after),
        }
    )
    groups = {"x": values, "w": weights, "d": directions, "y": outputs, "g": gradients, "a": after}
    for group, items in groups.items():
        for k, item in enumerate(items):
            arrays[f"{key}.{group}{k}"] = np.asarray(item)


def make(cls, config):
    """Return the Keras layer; wrappers hold the layer inside as a (class, config) pair."""
    config = dict(config)
    if "layer" in config:
        config["layer"] = make(*config["layer"])
    return getattr(keras.layers, cls)(**config)


def recurrent():
    for cls in ("SimpleRNN", "GRU", "LSTM"):
        for sequences in (False, True):
            for backwards in (False, True):
                for batch in (1, 3):
                    x = draw(batch, 5, 2)
                    config = {"units": 4, "return_sequences": sequences, "go_backwards": backwards}
                    label = f"{cls} sequences={sequences} backwards={backwards} batch={batch}"
                    record(label, [(cls, config)], [x])
                    record(
                        f"{label} stateful", [(cls, {**config, "stateful": True})], [x], calls=2, batch=batch
                    )
                    n = 2 if cls == "LSTM" else 1
                    states = [draw(batch, 4) for _ in range(n)]
                    record(f"{label} initial", [(cls, config)], [x, *states], states=n)
        n = 2 if cls == "LSTM" else 1
        record(
            f"{cls} return_state",
            [(cls, {"units": 3, "return_sequences": True, "return_state": True})],
            [draw(2, 4, 2)],
        )
        record(f"{cls} use_bias=False", [(cls, {"units": 3, "use_bias": False})], [draw(2, 4, 2)])
        record(f"{cls} units=1", [(cls, {"units": 1})], [draw(2, 4, 1)])
        record(f"{cls} one step", [(cls, {"units": 3, "return_sequences": True})], [draw(2, 1, 2)])
        for activation in ("relu", "sigmoid", "linear", "elu"):
            record(f"{cls} {activation}", [(cls, {"units": 3, "activation": activation})], [draw(2, 4, 2)])
        record(
            f"{cls} stacked",
            [(cls, {"units": 3, "return_sequences": True}), (cls, {"units": 2})],
            [draw(2, 4, 2)],
        )
    for bias in (True, False):
        config = {"units": 3, "reset_after": False, "use_bias": bias, "return_sequences": True}
        record(f"GRU reset_after=False bias={bias}", [("GRU", config)], [draw(2, 4, 2)])
    record(
        "GRU reset_after=False elu",
        [("GRU", {"units": 3, "reset_after": False, "activation": "elu"})],
        [draw(2, 4, 2)],
    )
    for cls in ("GRU", "LSTM"):
        record(f"{cls} hard", [(cls, {"units": 3, "recurrent_activation": "hard_sigmoid"})], [draw(2, 4, 2)])


def others():
    for activation in (None, "relu", "sigmoid", "tanh", "softmax", "gelu"):
        record(f"Dense {activation}", [("Dense", {"units": 3, "activation": activation})], [draw(4, 2)])
    record("Dense use_bias=False", [("Dense", {"units": 3, "use_bias": False})], [draw(4, 2)])
    record("Dense 3-D", [("Dense", {"units": 3, "activation": "tanh"})], [draw(2, 4, 2)])
    record("Dense 4-D", [("Dense", {"units": 2})], [draw(2, 3, 2, 2)])
    for cls in ("Add", "Multiply", "Average", "Maximum", "Minimum"):
        record(cls, [(cls, {})], [draw(3, 4), draw(3, 4), draw(3, 4)])
        record(f"{cls} broadcast", [(cls, {})], [draw(3, 2, 4), draw(3, 1, 4)])
    record("Subtract", [("Subtract", {})], [draw(3, 4), draw(3, 4)])
    record("Concatenate", [("Concatenate", {})], [draw(3, 2, 4), draw(3, 2, 1)])
    record("Concatenate axis=1", [("Concatenate", {"axis": 1})], [draw(3, 2, 4), draw(3, 1, 4)])
    record("Flatten", [("Flatten", {})], [draw(3, 2, 4)])
    record("Reshape", [("Reshape", {"target_shape": [4, -1]})], [draw(3, 2, 4)])
    record("Permute", [("Permute", {"dims": [2, 1]})], [draw(3, 2, 4)])
    record("RepeatVector", [("RepeatVector", {"n": 3})], [draw(3, 2)])
    record(
        "TimeDistributed",
        [("TimeDistributed", {"layer": ("Dense", {"units": 3, "activation": "tanh"})})],
        [draw(2, 4, 2)],
    )
    for mode in ("concat", "sum", "mul", "ave"):
        config = {"layer": ("GRU", {"units": 2, "return_sequences": mode != "sum"}), "merge_mode": mode}
        record(f"Bidirectional {mode}", [("Bidirectional", config)], [draw(2, 4, 2)])
    record(
        "Embedding",
        [("Embedding", {"input_dim": 6, "output_dim": 3})],
        [rng.integers(0, 6, (2, 4))],
        integer=True,
    )
    for training in (False, True):
        record(
            f"BatchNormalization training={training}",
            [("BatchNormalization", {})],
            [draw(5, 3)],
            training=training,
        )
        record(
            f"BatchNormalization 3-D training={training}",
            [("BatchNormalization", {"axis": 1, "momentum": 0.9})],
            [draw(3, 4, 2)],
            training=training,
        )
    record(
        "BatchNormalization plain", [("BatchNormalization", {"center": False, "scale": False})], [draw(5, 3)]
    )
    record("LayerNormalization", [("LayerNormalization", {})], [draw(4, 3)])
    record(
        "LayerNormalization axes",
        [("LayerNormalization", {"axis": [1, 2], "epsilon": 1e-5})],
        [draw(3, 4, 2)],
    )
    record("Rescaling", [("Rescaling", {"scale": 0.5, "offset": -1.0})], [draw(3, 4)])
    record(
        "Normalization given", [("Normalization", {"mean": [0.5, 1.0], "variance": [2.0, 0.3]})], [draw(3, 2)]
    )
    record("Normalization", [("Normalization", {})], [draw(3, 2)])
    record("Normalization invert", [("Normalization", {"invert": True})], [draw(3, 2)])
    record("Normalization all", [("Normalization", {"axis": None})], [draw(3, 2)])
    record("Dropout", [("Dropout", {"rate": 0.5})], [draw(3, 4)])
    record("GaussianNoise", [("GaussianNoise", {"stddev": 0.5})], [draw(3, 4)])
    record("ReLU", [("ReLU", {"max_value": 0.5, "negative_slope": 0.1, "threshold": 0.2})], [draw(3, 8)])
    record("LeakyReLU", [("LeakyReLU", {})], [draw(3, 8)])
    record("ELU", [("ELU", {"alpha": 0.7})], [draw(3, 8)])
    record("Softmax", [("Softmax", {"axis": 1})], [draw(3, 4, 2)])
    grid = np.round(np.linspace(-7.3, 7.1, 36).reshape(6, 6), 3)
    for activation in (
        "celu",
        "elu",
        "exponential",
        "gelu",
        "hard_shrink",
        "hard_sigmoid",
        "hard_silu",
        "hard_tanh",
        "leaky_relu",
        "linear",
        "log_sigmoid",
        "log_softmax",
        "mish",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "silu",
        "soft_shrink",
        "softmax",
        "softplus",
        "softsign",
        "squareplus",
        "swish",
        "tanh",
        "tanh_shrink",
    ):
        record(f"Activation {activation}", [("Activation", {"activation": activation})], [grid])


def losses():
    """Record each loss: targets, outputs, the value per sample, and the gradient of the sum."""
    uniform = np.round(rng.uniform(0.05, 0.95, (6, 4)), 3)
    shares = uniform / uniform.sum(axis=1, keepdims=True)
    one_hot = np.eye(4)[[0, 3, 1, 1, 2, 0]]
    binary = np.round(rng.uniform(size=(6, 4)))
    labels = np.array([0, 3, 1, 1, 2, 0])
    other = np.round(rng.uniform(0.05, 0.95, (6, 4)), 3)
    table = [
        *[
            (n, {}, other, uniform)
            for n in (
                "MeanSquaredError",
                "MeanAbsoluteError",
                "MeanAbsolutePercentageError",
                "MeanSquaredLogarithmicError",
                "LogCosh",
                "Poisson",
            )
        ],
        *[("CosineSimilarity", {}, draw(6, 4), draw(6, 4))],
        *[("Huber", {"delta": d}, draw(6, 4), draw(6, 4)) for d in (1.0, 0.3)],
        *[(n, {}, binary, draw(6, 4)) for n in ("Hinge", "SquaredHinge")],
        ("Hinge", {}, 2 * binary - 1, draw(6, 4)),
        ("CategoricalHinge", {}, one_hot, draw(6, 4)),
        ("KLDivergence", {}, shares[::-1].copy(), shares),
        ("BinaryCrossentropy", {}, binary, uniform),
        ("BinaryCrossentropy", {}, binary, np.clip(np.round(2 * uniform - 0.5), 0, 1)),
        ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, binary, draw(6, 4)),
        ("CategoricalCrossentropy", {}, one_hot, uniform),
        ("CategoricalCrossentropy", {"from_logits": True}, one_hot, draw(6, 4)),
        ("CategoricalCrossentropy", {"label_smoothing": 0.2}, one_hot, shares),
        ("SparseCategoricalCrossentropy", {}, labels, shares),
        ("SparseCategoricalCrossentropy", {"from_logits": True}, labels, draw(6, 4)),
        ("MeanSquaredError", {}, draw(3, 4, 2), draw(3, 4, 2)),
    ]
    found = []
    for k, (name, config, y_true, y_pred) in enumerate(table):
        loss = getattr(keras.losses, name)(reduction="none", **config)
        y = tf.constant(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(y)
            value = loss(y_true, y)
            total = tf.reduce_sum(value)
        groups = {"t": y_true, "y": y_pred, "v": value.numpy(), "g": tape.gradient(total, y).numpy()}
        arrays.update({f"loss{k}.{group}": item for group, item in groups.items()})
        found.append({"name": name, "config": config})
    return found


def functional():
    """Record the order of the weights of a model with branches, shared layers and a nested model."""
    past, plan = keras.Input((4, 3), name="past"), keras.Input((2, 2), name="plan")
    shared = keras.layers.Dense(3, activation="tanh", name="shared")
    inner_in = keras.Input((3,))
    inner = keras.Model(inner_in, keras.layers.Dense(2, name="in_inner")(inner_in), name="inner")
    a = keras.layers.LSTM(3, name="long")(keras.layers.Dense(3, name="pre")(past))
    b = keras.layers.GRU(3, name="short")(plan)
    joined = keras.layers.Concatenate(name="join")([shared(b), shared(a), inner(a)])
    y = keras.layers.Dense(2, name="first")(joined)
    z = keras.layers.Dense(1, name="second")(keras.layers.Add(name="sum")([b, a]))
    model = keras.Model([past, plan], [y, z])
    weights = [draw(*w.shape) for w in model.get_weights()]
    model.set_weights(weights)
    x = [draw(3, 4, 3), draw(3, 2, 2)]
    out = [o.numpy() for o in model([tf.constant(v) for v in x])]
    arrays.update({f"functional.w{k}": w for k, w in enumerate(weights)})
    arrays.update({f"functional.x{k}": v for k, v in enumerate(x)})
    arrays.update({f"functional.y{k}": v for k, v in enumerate(out)})
    return {"weights": len(weights), "order": [layer.name for layer in model.layers if layer.weights]}


recurrent()
others()
index = {
    "versions": {"keras": keras.__version__, "tensorflow": tf.__version__},
    "cases": cases,
    "losses": losses(),
    "functional": functional(),
}
target = Path(__file__).with_suffix(".npz")
np.savez_compressed(target, index=np.asarray(json.dumps(index)), **arrays)
print(len(cases), "cases,", target.stat().st_size, "bytes")
