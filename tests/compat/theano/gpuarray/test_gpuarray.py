"""`theano.gpuarray` where pygpu is not installed: what the real Theano 1.0.5 answers on such a machine."""

import numpy as np
import pytest

from compat.theano import gpuarray
from compat.theano import tensor as T
from compat.theano.gpuarray import basic_ops, dnn, fp16_help
from compat.theano.gpuarray import type as gpu_type


def test_guards():
    assert gpuarray.pygpu is None
    assert not gpuarray.pygpu_activated
    assert not dnn.dnn_present()
    assert not dnn.dnn_available(None)
    assert dnn.dnn_available.msg == dnn.dnn_present.msg == "PyGPU not available"
    assert gpuarray.transfer(T.matrix(), "cuda0") is None
    assert gpuarray.use("") is None
    assert list(gpu_type.list_contexts()) == []


@pytest.mark.parametrize(
    ("error", "act"),
    [
        (gpuarray.ContextNotDefined, lambda: gpuarray.get_context(None)),
        (gpuarray.ContextNotDefined, lambda: gpuarray.as_gpuarray_variable(T.matrix(), None)),
        (gpuarray.ContextNotDefined, lambda: gpuarray.GpuArrayType("float32", (False,))),
        (gpuarray.ContextNotDefined, lambda: basic_ops.GpuFromHost(None)(T.matrix())),
        (ValueError, lambda: basic_ops.infer_context_name(T.matrix())),
        (ValueError, lambda: basic_ops.gpu_contiguous(T.matrix())),
        (ValueError, lambda: dnn.dnn_conv(T.tensor4(), T.tensor4())),
        (TypeError, lambda: basic_ops.host_from_gpu(T.matrix())),
        (RuntimeError, dnn.version),
        (AttributeError, lambda: gpuarray.init_dev("cuda")),
        (AttributeError, lambda: gpuarray.use("cuda")),
    ],
)
def test_errors(error, act):
    with pytest.raises(error):
        act()
    assert issubclass(gpuarray.ContextNotDefined, ValueError)


def test_versions():
    assert gpuarray.pygpu_parse_version("0.7.6+20.gdeadbee") == (0, 7, 6, "0.7.6+20.gdeadbee")
    assert gpuarray.pygpu_parse_version("0.7.0.dev3").patch == 0


def test_kernels_can_be_described():
    kernel = basic_ops.Kernel(
        "text", [], "f", basic_ops.Kernel.get_flags("float64", T.vector("x").type, "int8")
    )
    assert kernel.flags == {"have_double": True, "have_small": True}
    assert (kernel.codevar, kernel.objvar) == ("kcode_f", "k_f")
    assert basic_ops.Kernel.get_flags(np.dtype("float16").name) == {"have_small": True, "have_half": True}
    assert fp16_help.write_w("float16") == "ga_float2half"
    assert fp16_help.work_dtype("float16") == "float32"
