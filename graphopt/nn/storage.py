"""Networks in files: one .npz, checked to the last bit, written whole or not at all.

The file is an ordinary npz (NumPy opens it) with an entry ``architecture`` (strict JSON, as bytes) and one
entry for
each weight; the archive's comment ends in the SHA-256 of all bytes before it. Nothing in it is code.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphopt.errors import CorruptFile, InvalidType, InvalidValue, unknown_name
from graphopt.nn import registry
from graphopt.nn.layers import Input
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.symbol import Symbol

if TYPE_CHECKING:
    from graphopt.nn.network import Network

FORMAT = "graphopt-network"
VERSION = 1
_DIGEST = 64
_COMMENT = b"graphopt sha256 "
_EPOCH = (1980, 1, 1, 0, 0, 0)


def save(network: Network, path: str | os.PathLike) -> None:
    """Write `network` to `path`; the same network gives the same bytes.

    A temporary file in the same folder is written, synced and moved into place, so that `path` is never half
    written.

    Raises
    ------
    NotBuilt
        If the network has no weights yet.
    InvalidValue
        If it holds a function or a layer class of the caller's that was not registered, or NaN weights.
    """
    network._need_built("save")
    target = _path("save", path)
    weights = network.weights
    architecture = {
        "format": FORMAT,
        "version": VERSION,
        "network": layer_config(network),
        "weights": [{"name": weight.name, "shape": list(weight.shape)} for weight in weights],
        "states": [list(state.get_value(borrow=True).shape) for state in network.states],
    }
    arrays = [weight.get_value() for weight in weights] + [state.get_value() for state in network.states]
    for weight, array in zip(weights, arrays):
        if not np.isfinite(array).all():
            raise InvalidValue(
                f"save: the weight {weight.name!r} holds NaN or infinity; training has failed."
            )
    _write(target, _pack(architecture, arrays))


def load(path: str | os.PathLike) -> Network:
    """Return the network that `save` wrote to `path`.

    Raises
    ------
    CorruptFile
        If any bit of the file is another than was written, or it is not such a file.
    FileNotFoundError
        If there is no file.
    UnknownName
        If it needs a function or layer of yours that is not registered in this process.
    """
    target = _path("load", path)
    architecture, arrays = _unpack(target.read_bytes(), target)
    network = layer_from(architecture["network"])
    states = network.states
    n_weights = len(network.weights)
    if len(arrays) != n_weights + len(states):
        raise CorruptFile(f"{target}: {len(arrays)} arrays for a network with {n_weights + len(states)}.")
    network.set_weights(arrays[:n_weights])
    for state, array in zip(states, arrays[n_weights:], strict=True):
        state.set_value(array.astype(state.type.dtype))
    return network


def layer_config(layer: Layer) -> dict[str, Any]:
    """Return the class and the configuration of `layer`, as JSON can hold them."""
    cls = type(layer)
    name = (
        cls.__name__ if _own_classes().get(cls.__name__) is cls else registry.saved_name(cls, "layer class")
    )
    config = layer.get_config()
    try:
        json.dumps(config, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidValue(f"save: the configuration of {layer!r} does not fit JSON ({error}).") from error
    return {"class": name, "config": config}


def layer_from(entry: dict[str, Any]) -> Any:
    """Return the layer or network whose `layer_config` was `entry`."""
    name, classes = entry["class"], _own_classes()
    if name.startswith("registered:"):
        cls: Any = registry.registered(name.removeprefix("registered:"))
        return cls.from_config(entry["config"])
    if name not in classes:
        raise unknown_name("layer class", name, classes)
    return classes[name].from_config(entry["config"])


def symbol_config(symbol: Symbol) -> dict[str, Any]:
    """Return what `Input` was given for `symbol`."""
    return {
        "shape": list(symbol.shape[1:]),
        "batch_size": symbol.shape[0],
        "dtype": symbol.dtype,
        "name": symbol.name,
    }


def symbol_from(entry: dict[str, Any]) -> Symbol:
    """Return the symbol whose `symbol_config` was `entry`."""
    return Input(tuple(entry["shape"]), entry["batch_size"], entry["dtype"], name=entry["name"])


def _own_classes() -> dict[str, type[Layer]]:
    """Return the classes a file may name."""
    from graphopt.nn import layers
    from graphopt.nn.model import Model
    from graphopt.nn.sequential import Sequential

    found = {name: getattr(layers, name) for name in layers.__all__}
    known = {name: cls for name, cls in found.items() if isinstance(cls, type) and issubclass(cls, Layer)}
    return {**known, "Model": Model, "Sequential": Sequential}


def _path(verb: str, path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise InvalidType(f"{verb} takes a path; got {type(path).__name__}.")
    return Path(path)


def _pack(architecture: dict[str, Any], arrays: list[np.ndarray]) -> bytes:
    """Return the bytes of a file."""
    text = json.dumps(architecture, allow_nan=False, sort_keys=True).encode()
    entries = {"architecture": np.frombuffer(text, np.uint8)}
    entries.update({f"array_{k:05d}": array for k, array in enumerate(arrays)})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in entries.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), member.getvalue())
        archive.comment = _COMMENT + b"0" * _DIGEST
    body = buffer.getvalue()[:-_DIGEST]
    return body + hashlib.sha256(body).hexdigest().encode()


def _unpack(data: bytes, path: Path) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return the architecture and the arrays in the bytes `data` of the file `path`."""
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    if not data.startswith(b"PK") and b"PK\x05\x06" not in data:
        raise CorruptFile(f"{path}: not a graphopt network (not an npz archive).")
    if not body.endswith(_COMMENT):
        raise CorruptFile(
            f"{path}: the file is cut off or damaged, or save did not write it: no checksum at its end."
        )
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise CorruptFile(
            f"{path}: the checksum does not match the content; the file was damaged or changed."
        )
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            architecture = json.loads(archive["architecture"].tobytes().decode())
            names = sorted(name for name in archive.files if name.startswith("array_"))
            arrays = [archive[name] for name in names]
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise CorruptFile(f"{path}: cannot be read as a graphopt network ({error}).") from error
    if not isinstance(architecture, dict) or architecture.get("format") != FORMAT:
        raise CorruptFile(f"{path}: not a graphopt network.")
    if architecture.get("version") != VERSION:
        raise CorruptFile(
            f"{path}: written in format version {architecture.get('version')}; this graphopt reads "
            f"{VERSION}. "
            "Load it with the graphopt that wrote it."
        )
    return architecture, arrays


def _write(target: Path, data: bytes) -> None:
    """Put `data` at `target` in one step."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    with contextlib.suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _umask() -> int:
    """Return the process's mask of file permissions."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
