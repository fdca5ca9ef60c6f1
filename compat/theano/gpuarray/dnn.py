"""cuDNN: not available."""

from __future__ import annotations

from typing import Any

from .basic_ops import infer_context_name


def dnn_present() -> bool:
    """Return False: there is no cuDNN."""
    return False


dnn_present.avail = False
dnn_present.msg = "PyGPU not available"


def dnn_available(context_name: Any = None) -> bool:
    """Return False: there is no cuDNN."""
    return False


dnn_available.msg = dnn_present.msg


def version(raises: bool = True) -> int:
    """Return -1, or raise RuntimeError: there is no cuDNN."""
    if raises:
        raise RuntimeError("We can't determine the cudnn version as it is not available", dnn_available.msg)
    return -1


def _on_a_gpu(name: str) -> Any:
    def function(img: Any, *args: Any, **kwargs: Any) -> Any:
        return infer_context_name(img)

    function.__name__ = name
    function.__doc__ = "Raise ValueError: the input lives on no GPU. The CPU's function has another name."
    return function


dnn_conv = _on_a_gpu("dnn_conv")
dnn_conv3d = _on_a_gpu("dnn_conv3d")
dnn_gradweight = _on_a_gpu("dnn_gradweight")
dnn_gradweight3d = _on_a_gpu("dnn_gradweight3d")
dnn_gradinput = _on_a_gpu("dnn_gradinput")
dnn_gradinput3d = _on_a_gpu("dnn_gradinput3d")
dnn_pool = _on_a_gpu("dnn_pool")
dnn_batch_normalization_train = _on_a_gpu("dnn_batch_normalization_train")
dnn_batch_normalization_test = _on_a_gpu("dnn_batch_normalization_test")
dnn_spatialtf = _on_a_gpu("dnn_spatialtf")
