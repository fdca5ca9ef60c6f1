"""Training of networks: update rules, optimizers, schedules, callbacks, and the loop that joins them."""

from graphopt.training import callbacks, optimizers, schedules, transforms, updates
from graphopt.training.callbacks import (
    BackupAndRestore,
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from graphopt.training.history import History
from graphopt.training.loop import evaluate, fit
from graphopt.training.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Nadam, RMSprop
from graphopt.training.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
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
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CosineDecay",
    "EarlyStopping",
    "ExponentialDecay",
    "History",
    "InverseTimeDecay",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "Nadam",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "RMSprop",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
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
