"""Training of networks: update rules, optimizers, schedules, callbacks, and the loop that joins them."""

from graphopt.training import callbacks, optimizers, schedules, transforms, updates
from graphopt.training.history import History
from graphopt.training.loop import evaluate, fit
from graphopt.training.updates import (
    adadelta,
    adagrad,
    adam,
    adamax,
    adamw,
    momentum,
    nadam,
    nesterov,
    rmsprop,
    sgd,
)

__all__ = [
    "History",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "callbacks",
    "evaluate",
    "fit",
    "momentum",
    "nadam",
    "nesterov",
    "optimizers",
    "rmsprop",
    "schedules",
    "sgd",
    "transforms",
    "updates",
]
