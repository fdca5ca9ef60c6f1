"""Callbacks under Keras' names."""

from graphopt.training.callbacks.backup_and_restore import BackupAndRestore
from graphopt.training.callbacks.base import Callback, CallbackList
from graphopt.training.callbacks.csv_logger import CSVLogger
from graphopt.training.callbacks.early_stopping import EarlyStopping
from graphopt.training.callbacks.lambda_callback import LambdaCallback
from graphopt.training.callbacks.learning_rate_scheduler import LearningRateScheduler
from graphopt.training.callbacks.model_checkpoint import ModelCheckpoint
from graphopt.training.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from graphopt.training.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
