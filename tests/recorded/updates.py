"""Records what Keras 3 and PyTorch do in ten updates, in schedules, in callbacks and in a small `fit`.

Run with a Python that has keras (TensorFlow back end) and torch; writes updates.npz and updates.json beside
this file.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import torch

HERE = Path(__file__).parent
SHAPES = [(3, 2), (4,), (2, 2, 2)]
STEPS = 10
KEPT = [0, 4, 9]

KERAS = {
    "sgd": ("SGD", {"learning_rate": 0.1}),
    "momentum": ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    "nesterov": ("SGD", {"learning_rate": 0.05, "momentum": 0.8, "nesterov": True}),
    "sgd_decay": ("SGD", {"learning_rate": 0.1, "momentum": 0.5, "weight_decay": 0.02}),
    "sgd_clipnorm": ("SGD", {"learning_rate": 0.1, "clipnorm": 0.7}),
    "sgd_clipvalue": ("SGD", {"learning_rate": 0.1, "clipvalue": 0.3}),
    "sgd_global_clipnorm": ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.9}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01}),
    "rmsprop_momentum": ("RMSprop", {"learning_rate": 0.01, "rho": 0.8, "momentum": 0.7}),
    "rmsprop_centered": ("RMSprop", {"learning_rate": 0.01, "centered": True, "epsilon": 1e-3}),
    "adagrad": ("Adagrad", {"learning_rate": 0.1}),
    "adagrad_start": ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.5, "epsilon": 1e-3}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "adadelta_rho": ("Adadelta", {"learning_rate": 0.5, "rho": 0.8, "epsilon": 1e-4}),
    "adam": ("Adam", {"learning_rate": 0.01}),
    "adam_betas": ("Adam", {"learning_rate": 0.02, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    "adam_amsgrad": ("Adam", {"learning_rate": 0.02, "amsgrad": True, "beta_2": 0.9}),
    "adam_decay_clip": ("Adam", {"learning_rate": 0.02, "weight_decay": 0.1, "global_clipnorm": 0.5}),
    "adamw": ("AdamW", {"learning_rate": 0.02}),
    "adamw_decay": ("AdamW", {"learning_rate": 0.02, "weight_decay": 0.3}),
    "adamax": ("Adamax", {"learning_rate": 0.02}),
    "nadam": ("Nadam", {"learning_rate": 0.02}),
    "nadam_betas": ("Nadam", {"learning_rate": 0.02, "beta_1": 0.7, "beta_2": 0.95}),
}
DEFAULTS = ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Adamax", "Nadam")
TORCH = {
    "sgd": ("SGD", {"lr": 0.1}),
    "momentum": ("SGD", {"lr": 0.05, "momentum": 0.9}),
    "nesterov": ("SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    "rmsprop": ("RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 0.0}),
    "adagrad": ("Adagrad", {"lr": 0.1, "eps": 0.0}),
    "adadelta": ("Adadelta", {}),
    "adam": ("Adam", {"lr": 0.01}),
    "adam_eps": ("Adam", {"lr": 0.01, "eps": 1e-2}),
    "adam_amsgrad": ("Adam", {"lr": 0.02, "amsgrad": True, "eps": 1e-2}),
    "adamw": ("AdamW", {"lr": 0.02, "eps": 1e-2}),
    "adamax": ("Adamax", {"lr": 0.02, "eps": 0.0}),
    "nadam": ("NAdam", {"lr": 0.02}),
}
SCHEDULES = {
    "exponential": ("ExponentialDecay", [0.1, 7, 0.9]),
    "exponential_stairs": ("ExponentialDecay", [0.1, 7, 0.9, True]),
    "inverse_time": ("InverseTimeDecay", [0.1, 7, 0.5]),
    "inverse_time_stairs": ("InverseTimeDecay", [0.1, 7, 0.5, True]),
    "polynomial": ("PolynomialDecay", [0.1, 20]),
    "polynomial_cycle": ("PolynomialDecay", [0.1, 8, 0.01, 2.0, True]),
    "cosine": ("CosineDecay", [0.1, 25]),
    "cosine_alpha": ("CosineDecay", [0.1, 25, 0.2]),
    "piecewise": ("PiecewiseConstantDecay", [[4, 11], [0.1, 0.03, 0.002]]),
}


def start_and_gradients():
    rng = np.random.default_rng(20)
    start = [rng.normal(size=s) for s in SHAPES]
    # different sizes, one element without a gradient for a while
    grads = [[rng.normal(size=s) * 10.0 ** rng.integers(-2, 1) for s in SHAPES] for _ in range(STEPS)]
    for g in grads[:4]:
        g[1][0] = 0.0
    return start, grads


def keras_run(optimizer, start, grads):
    variables = [keras.Variable(s, dtype="float64") for s in start]
    path = []
    for g in grads:
        optimizer.apply([keras.ops.convert_to_tensor(x) for x in g], variables)
        path.append(np.concatenate([np.asarray(v).ravel() for v in variables]))
    return np.array(path)[KEPT]


def torch_run(cls, options, start, grads):
    variables = [torch.tensor(s, dtype=torch.float64, requires_grad=True) for s in start]
    optimizer = cls(variables, **options)
    path = []
    for g in grads:
        for v, x in zip(variables, g):
            v.grad = torch.tensor(x)
        optimizer.step()
        path.append(np.concatenate([v.detach().numpy().ravel() for v in variables]))
    return np.array(path)[KEPT]


class Stub:
    """What a callback sees of a model."""

    def __init__(self, rate=1.0):
        self.stop_training = False
        self.weights = [np.zeros(1)]
        self.optimizer = type("O", (), {"learning_rate": rate})()

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = weights


def drive(callback, values, monitor):
    stub = Stub()
    callback.set_model(stub)
    callback.on_train_begin()
    rates = []
    ran = 0
    for epoch, value in enumerate(values):
        stub.weights = [np.array([float(epoch)])]
        callback.on_epoch_end(epoch, {monitor: value})
        rates.append(float(stub.optimizer.learning_rate))
        ran = epoch + 1
        if stub.stop_training:
            break
    callback.on_train_end()
    return {
        "ran": ran,
        "rates": rates,
        "weights": float(stub.weights[0][0]),
        "stopped_epoch": getattr(callback, "stopped_epoch", 0),
    }


FALL = [1.0, 0.9, 0.8, 0.85, 0.84, 0.83, 0.7, 0.75, 0.76, 0.77, 0.78]
FLAT = [1.0, 0.9995, 0.999, 0.9985, 0.998, 0.9975, 0.5, 0.5, 0.5, 0.5, 0.5]
RISE = [0.1, 0.3, 0.2, 0.35, 0.34, 0.33, 0.32, 0.5, 0.4, 0.4, 0.4]
NANS = [1.0, float("nan"), 0.9, float("nan"), float("nan"), 0.8, 0.85, 0.9, 0.9, 0.9, 0.9]
STOPPING = [
    (FALL, "val_loss", {}),
    (FALL, "loss", {"patience": 1, "mode": "max"}),
    (FALL, "val_loss", {"patience": 1}),
    (FALL, "val_loss", {"patience": 2}),
    (FALL, "val_loss", {"patience": 3, "restore_best_weights": True}),
    (FALL, "val_loss", {"patience": 4, "restore_best_weights": True}),
    (FALL, "val_loss", {"patience": 20, "restore_best_weights": True}),
    (FLAT, "val_loss", {"patience": 2, "min_delta": 0.01}),
    (FLAT, "val_loss", {"patience": 2, "min_delta": 0.0006}),
    (RISE, "val_accuracy", {"patience": 2, "mode": "max"}),
    (RISE, "val_accuracy", {"patience": 2, "mode": "max", "restore_best_weights": True}),
    (RISE, "val_accuracy", {"patience": 2, "mode": "min", "restore_best_weights": True}),
    (FALL, "val_loss", {"patience": 3, "baseline": 0.82}),
    (FALL, "val_loss", {"patience": 3, "baseline": 0.1}),
    (FALL, "val_loss", {"patience": 1, "start_from_epoch": 4, "restore_best_weights": True}),
    (FALL, "val_loss", {"patience": 0, "start_from_epoch": 9}),
    (NANS, "val_loss", {"patience": 2, "restore_best_weights": True}),
    ([3.0, 2.0], "loss", {"patience": 0, "restore_best_weights": True}),
    ([2.0, 3.0, 4.0], "loss", {"patience": 0, "restore_best_weights": True}),
]
PLATEAU = [
    (FALL, "val_loss", {"patience": 2}),
    (FALL, "val_loss", {"patience": 1, "factor": 0.5}),
    (FALL, "val_loss", {"patience": 1, "factor": 0.5, "cooldown": 2}),
    (FALL, "val_loss", {"patience": 1, "factor": 0.5, "min_lr": 0.2}),
    (FLAT, "val_loss", {"patience": 2, "factor": 0.5}),
    (FLAT, "val_loss", {"patience": 2, "factor": 0.5, "min_delta": 0.01}),
    (RISE, "accuracy", {"patience": 2, "factor": 0.3, "mode": "max"}),
    (NANS, "val_loss", {"patience": 2, "factor": 0.5}),
]


def fits(arrays, report):
    """Record the losses of small trainings with short last batches, weights and validation."""
    rng = np.random.default_rng(5)
    n, n_in, hidden = 10, 3, 4
    x, xv = rng.normal(size=(n, n_in)), rng.normal(size=(7, n_in))
    y, yv = rng.normal(size=(n, 1)), rng.normal(size=(7, 1))
    labels, labels_v = rng.integers(0, 3, size=n), rng.integers(0, 3, size=7)
    weight, weight_v = rng.uniform(0.1, 2, size=n), rng.uniform(0.1, 2, size=7)
    weights = [rng.normal(size=s) for s in ((n_in, hidden), (hidden,), (hidden, 1), (1,))]
    weights3 = [*weights[:2], rng.normal(size=(hidden, 3)), rng.normal(size=3)]
    data = {"x": x, "xv": xv, "y": y, "yv": yv, "labels": labels, "labels_v": labels_v}
    data |= {"weight": weight, "weight_v": weight_v}
    arrays.update({f"fit/{k}": v for k, v in data.items()})
    for i, (a, b) in enumerate(zip(weights, weights3)):
        arrays[f"fit/one/{i}"], arrays[f"fit/three/{i}"] = a, b

    def run(name, three, loss, metrics, optimizer, regularizer=None, **options):
        out = keras.layers.Dense(3, "softmax") if three else keras.layers.Dense(1)
        hid = keras.layers.Dense(hidden, "tanh", kernel_regularizer=regularizer)
        net = keras.Sequential([keras.Input((n_in,)), hid, out])
        net.set_weights(weights3 if three else weights)
        net.compile(optimizer=optimizer, loss=loss, metrics=metrics)
        history = net.fit(
            x, labels if three else y, epochs=4, batch_size=4, shuffle=False, verbose=0, **options
        )
        for i, w in enumerate(net.get_weights()):
            arrays[f"fit/{name}/{i}"] = w
        report[name] = {k: [float(v) for v in values] for k, values in history.history.items()}

    opt = keras.optimizers
    run("mse", False, "mse", ["mae"], opt.SGD(0.1), validation_data=(xv, yv))
    run(
        "mse_weighted",
        False,
        "mse",
        ["mae"],
        opt.SGD(0.1),
        sample_weight=weight,
        validation_data=(xv, yv, weight_v),
    )
    run("mse_split", False, "mse", [], opt.Adam(0.01), validation_split=0.25)
    run(
        "mse_l2",
        False,
        "mse",
        [],
        opt.SGD(0.1),
        regularizer=keras.regularizers.L2(0.1),
        validation_data=(xv, yv),
    )
    run(
        "labels",
        True,
        "sparse_categorical_crossentropy",
        ["accuracy"],
        opt.RMSprop(0.02),
        validation_data=(xv, labels_v),
    )
    run(
        "labels_class_weight",
        True,
        "sparse_categorical_crossentropy",
        ["accuracy"],
        opt.SGD(0.1),
        class_weight={0: 0.5, 1: 2.0, 2: 3.0},
    )


def main():
    keras.config.set_floatx("float64")
    start, grads = start_and_gradients()
    arrays = {}
    for i, s in enumerate(start):
        arrays[f"start/{i}"] = s
        arrays[f"gradients/{i}"] = np.array([g[i] for g in grads])
    for name, (cls, options) in KERAS.items():
        arrays[f"keras/{name}"] = keras_run(getattr(keras.optimizers, cls)(**options), start, grads)
    for cls in DEFAULTS:
        arrays[f"keras/default_{cls}"] = keras_run(getattr(keras.optimizers, cls)(), start, grads)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    arrays["keras/sgd_schedule"] = keras_run(keras.optimizers.SGD(schedule), start, grads)
    for name, (cls, options) in TORCH.items():
        arrays[f"torch/{name}"] = torch_run(getattr(torch.optim, cls), options, start, grads)
    for name, (cls, options) in SCHEDULES.items():
        rate = getattr(keras.optimizers.schedules, cls)(*options)
        arrays[f"schedule/{name}"] = np.array([float(rate(step)) for step in range(40)])
    rate = keras.optimizers.schedules.CosineDecay(0.01, 20, 0.1, warmup_target=0.2, warmup_steps=6)
    arrays["schedule/cosine_warmup"] = np.array([float(rate(step)) for step in range(40)])
    report = {"versions": {"keras": keras.__version__, "torch": torch.__version__}, "fit": {}}
    fits(arrays, report["fit"])
    np.savez_compressed(HERE / "updates.npz", **arrays)

    report["tables"] = {"keras": KERAS, "torch": TORCH, "schedules": SCHEDULES}
    report["early_stopping"] = [
        {
            "values": v,
            "monitor": m,
            "options": o,
            **drive(keras.callbacks.EarlyStopping(monitor=m, **o), v, m),
        }
        for v, m, o in STOPPING
    ]
    report["reduce_lr"] = [
        {
            "values": v,
            "monitor": m,
            "options": o,
            **drive(keras.callbacks.ReduceLROnPlateau(monitor=m, **o), v, m),
        }
        for v, m, o in PLATEAU
    ]
    text = json.dumps(report, indent=1)
    (HERE / "updates.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
