"""The state of a training in one file, and back: weights, slots, random streams, callbacks, history.

The file is written beside its place, flushed to the disk and moved there, with a checksum: it is the old one
or the new one, and one that was damaged is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable

from graphopt.errors import CorruptFile, InvalidValue
from graphopt.nn.network import Network
from graphopt.training.history import History
from graphopt.training.running import RunningOptimizer

MAGIC = b"graphopt training checkpoint 1\n"


@dataclass
class Run:
    """A training in progress: what a checkpoint is taken of and put back into."""

    network: Network
    optimizer: RunningOptimizer
    history: History
    callbacks: Sequence[Any]
    carried: Sequence[SharedVariable]
    """What the step carries on beside weights and slots: states of layers, random streams."""
    seed: int


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds: plain data and named arrays."""

    plain: dict[str, Any]
    arrays: dict[str, np.ndarray]


def capture(run: Run, epochs_done: int) -> Checkpoint:
    """Return the state of `run` after `epochs_done` epochs."""
    arrays = {f"weights/{i}": p.get_value() for i, p in enumerate(run.network.parameters)}
    arrays.update({f"optimizer/{key}": value for key, value in run.optimizer.get_state().items()})
    streams: dict[str, Any] = {}
    for i, shared in enumerate(run.carried):
        value = shared.get_value()
        if isinstance(value, np.random.Generator):
            streams[str(i)] = value.bit_generator.state
        else:
            arrays[f"carried/{i}"] = value
    states = []
    for i, callback in enumerate(run.callbacks):
        state = callback.get_state() if hasattr(callback, "get_state") else {}
        held: dict[str, Any] = {}
        for key, value in state.items():
            if isinstance(value, list):
                held[key] = {"arrays": len(value)}
                arrays.update({f"callback/{i}/{key}/{j}": np.asarray(one) for j, one in enumerate(value)})
            else:
                held[key] = value
        states.append([type(callback).__name__, held])
    plain: dict[str, Any] = {
        "epochs_done": epochs_done,
        "seed": run.seed,
        "optimizer": run.optimizer.name,
        "streams": streams,
        "callbacks": states,
        "history": run.history.history,
        "epoch": run.history.epoch,
        "stop_training": bool(run.network.stop_training),
    }
    return Checkpoint(plain, arrays)


def restore(run: Run, checkpoint: Checkpoint) -> int:
    """Put `checkpoint` into `run` and return how many epochs it had done. What does not fit changes nothing.

    Raises
    ------
    InvalidValue
        If it was taken of another network, optimizer or list of callbacks.
    """
    plain, arrays = checkpoint.plain, checkpoint.arrays
    parameters = run.network.parameters
    for i, p in enumerate(parameters):
        saved, held = arrays.get(f"weights/{i}"), p.get_value(borrow=True)
        if saved is None or saved.shape != held.shape or saved.dtype != held.dtype:
            got = "nothing" if saved is None else f"{saved.dtype} {saved.shape}"
            raise InvalidValue(
                f"The checkpoint has {got} for {p.name}, which is {held.dtype} {held.shape}: it was taken "
                "of another network. Use another folder, or delete it to begin anew."
            )
    names = [type(callback).__name__ for callback in run.callbacks]
    if plain["optimizer"] != run.optimizer.name or [name for name, _ in plain["callbacks"]] != names:
        raise InvalidValue(
            f"The checkpoint was taken with optimizer {plain['optimizer']!r} and callbacks "
            f"{[name for name, _ in plain['callbacks']]}; this run has {run.optimizer.name!r} and {names}."
        )
    prefix = "optimizer/"
    run.optimizer.set_state({k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)})
    for i, p in enumerate(parameters):
        p.set_value(arrays[f"weights/{i}"])
    for i, shared in enumerate(run.carried):
        if str(i) in plain["streams"]:
            generator = shared.get_value()
            generator.bit_generator.state = plain["streams"][str(i)]
            shared.set_value(generator)
        else:
            shared.set_value(arrays[f"carried/{i}"])
    for i, (callback, (_, state)) in enumerate(zip(run.callbacks, plain["callbacks"], strict=True)):
        whole = {}
        for key, value in state.items():
            if isinstance(value, dict) and value.keys() == {"arrays"}:
                value = [arrays[f"callback/{i}/{key}/{j}"] for j in range(value["arrays"])]
            whole[key] = value
        if whole:
            callback.set_state(whole)
    run.history.history = {key: list(values) for key, values in plain["history"].items()}
    run.history.epoch = list(plain["epoch"])
    run.network.stop_training = plain["stop_training"]
    run.seed = plain["seed"]
    return plain["epochs_done"]


def save(path: str | os.PathLike, checkpoint: Checkpoint) -> None:
    """Write `checkpoint` to `path`; a file that was there stays whole until the new one is."""
    path = Path(path)
    body = io.BytesIO()
    text = json.dumps(checkpoint.plain).encode()
    named: dict[str, Any] = {"plain": np.frombuffer(text, dtype=np.uint8), **checkpoint.arrays}
    np.savez(body, **named)
    data = body.getvalue()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(MAGIC + hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def load(path: str | os.PathLike) -> Checkpoint:
    """Return the checkpoint in the file at `path`.

    Raises
    ------
    CorruptFile
        If the file is damaged, or no checkpoint.
    """
    data = Path(path).read_bytes()
    start = len(MAGIC) + 65
    if not data.startswith(MAGIC) or len(data) < start:
        raise CorruptFile(f"{path} is no checkpoint of a training. Delete it to begin anew.")
    digest, body = data[len(MAGIC) : start - 1], data[start:]
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise CorruptFile(f"{path} is damaged: its checksum does not fit. Delete it to begin anew.")
    with np.load(io.BytesIO(body), allow_pickle=False) as file:
        arrays = dict(file)
    plain = json.loads(arrays.pop("plain").tobytes().decode())
    return Checkpoint(plain, arrays)


def _sync_folder(folder: Path) -> None:
    """Flush the folder's own entry, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
