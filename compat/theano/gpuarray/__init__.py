"""The GPU back end, as Theano shows it where pygpu is not installed: importable, and not available."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from ..tensor.basic import register_transfer
from .type import (
    ContextNotDefined,
    GpuArrayConstant,
    GpuArraySharedVariable,
    GpuArrayType,
    GpuArrayVariable,
    get_context,
    gpuarray_shared_constructor,
    reg_context,
)

from .basic_ops import as_gpuarray_variable  # isort: skip
from . import basic_ops, dnn, fp16_help, rng_mrg, subtensor, type  # isort: skip

__all__ = [
    "ContextNotDefined",
    "GpuArrayConstant",
    "GpuArraySharedVariable",
    "GpuArrayType",
    "GpuArrayVariable",
    "as_gpuarray_variable",
    "basic_ops",
    "dnn",
    "error",
    "fp16_help",
    "get_context",
    "gpuarray_shared_constructor",
    "info",
    "init_dev",
    "pygpu",
    "pygpu_activated",
    "pygpu_parse_version",
    "reg_context",
    "register_transfer",
    "rng_mrg",
    "subtensor",
    "theano_gpu_is_already_active",
    "transfer",
    "type",
    "use",
]

_logger = logging.getLogger("theano.gpuarray")
error, info = _logger.error, _logger.info

pygpu = None
pygpu_activated = False
theano_gpu_is_already_active = False


class version_type(NamedTuple):
    """A version of pygpu, in parts and as it was written."""

    major: int
    minor: int
    patch: int
    fullversion: str


def pygpu_parse_version(version_string: str) -> version_type:
    """Return the parts of a version such as "0.7.6+20.gdeadbee" or "0.7.0.dev3"."""
    major, minor, rest = version_string.split(".", 2)
    patch = rest.split("+" if "+" in rest else ".", 1)[0]
    return version_type(int(major), int(minor), int(patch), f"{int(major)}.{int(minor)}.{rest}")


def transfer(x: Any, target: str) -> Any:
    """Return `x` on the GPU `target`, or None where there is no such."""
    try:
        get_context(target)
    except ContextNotDefined:
        return None
    return as_gpuarray_variable(x, target)


def init_dev(dev: str, name: str | None = None, preallocate: float | None = None) -> None:
    """Raise AttributeError, as Theano does without pygpu."""
    raise AttributeError(f"Device {dev} cannot be used: pygpu is not installed. Use device=cpu.")


def use(
    device: str,
    force: bool = False,
    default_to_move_computation_to_gpu: bool = True,
    move_shared_to_gpu: bool = True,
    preallocate: float | None = None,
) -> None:
    """Do nothing for the device ""; raise AttributeError for any other, as Theano does without pygpu."""
    if force and not device.startswith(("cuda", "opencl")):
        raise Exception(f"forced the init and bad device provided: {device}")
    if device:
        init_dev(device, preallocate=preallocate)
