"""Theano's Ops that need more than a row: their builders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..adopt import adopt
from .limits import Refused
from .modules import theano_module
from .records import Record
from .table import builds, spelling
from .translator import Task, Translator, attributes_of

__all__: list[str] = []


@builds("theano.scalar.basic.Cast")
def cast(load: Translator, record: Record) -> Task:
    """A change of dtype."""
    (kind,) = yield from attributes_of(record, "o_type")
    return theano_module("scalar.basic").Cast(kind)


@builds("theano.scalar.basic.InRange")
def in_range(load: Translator, record: Record) -> Any:
    """Whether a number is between two others."""
    ends = (bool(record.attribute(name)) for name in ("openlow", "openhi"))
    return theano_module("scalar.basic").InRange(*ends)


@builds("theano.scalar.basic.Composite")
def composite(load: Translator, record: Record) -> Task:
    """A scalar expression as one Op."""
    inputs, outputs = yield from attributes_of(record, "inputs", "outputs")
    return theano_module("scalar.basic").Composite(inputs, outputs)


@builds("theano.compile.ops.Rebroadcast", "theano.tensor.basic.Rebroadcast")
def rebroadcast(load: Translator, record: Record) -> Task:
    """What is known of some lengths: a dict of axes."""
    (axes,) = yield from attributes_of(record, "axis")
    pairs = ((int(axis), bool(known)) for axis, known in axes.items())
    return theano_module("compile.ops").Rebroadcast(*pairs)


@builds("theano.tensor.basic.MaxAndArgmax")
def max_and_argmax(load: Translator, record: Record) -> Task:
    """The maximum and where it is; until 0.9 the axes were a second input."""
    (axis,) = yield from attributes_of(record, "axis")

    def make(x: Any, old_axis: Any = None) -> Any:
        found = axis if old_axis is None or old_axis.data is None else old_axis.data
        axes = range(x.ndim) if found is None else [int(a) for a in np.ravel(found)]
        return theano_module("tensor.basic").MaxAndArgmax(tuple(axes)).make_node(x)

    return make


@builds("theano.tensor.extra_ops.CumsumOp", "theano.tensor.extra_ops.CumprodOp")
def cumulative(load: Translator, record: Record) -> Task:
    """Cumulative sums and products, Ops of their own until 0.8."""
    (axis,) = yield from attributes_of(record, "axis")
    mode = "add" if record.kind.name == "CumsumOp" else "mul"
    return theano_module("tensor.extra_ops").CumOp(axis=axis, mode=mode)


@builds("theano.tensor.extra_ops.BinCountOp")
def bin_count(load: Translator, record: Record) -> Task:
    """How often each number comes, an Op until 0.7: (numbers, weights or None)."""
    (minlength,) = yield from attributes_of(record, "minlength")

    def make(x: Any, weights: Any) -> Any:
        weights = None if getattr(weights, "data", weights) is None else weights
        return theano_module("tensor.extra_ops").bincount(x, weights, minlength)

    return make


@builds("theano.compile.builders.OpFromGraph")
def op_from_graph(load: Translator, record: Record) -> Task:
    """A graph as an Op, written out again; shared variables come after the inputs and are the same here."""
    inputs, outputs = yield from attributes_of(record, "inputs", "outputs")

    def make(*given: Any) -> list:
        return theano_module("scan_module.scan_utils").clone(outputs, replace=dict(zip(inputs, given)))

    return make


#: BLAS calls -> what they compute
_BLAS = {
    "theano.tensor.blas.BatchedDot": lambda T, x, y: T.batched_dot(x, y),
    "theano.tensor.blas.Dot22": lambda T, x, y: T.dot(x, y),
    "theano.tensor.blas.Dot22Scalar": lambda T, x, y, a: a * T.dot(x, y),
    "theano.tensor.blas.Gemm": lambda T, z, a, x, y, b: b * z + a * T.dot(x, y),
    "theano.tensor.blas.Gemv": lambda T, y, a, A, x, b: b * y + a * T.dot(A, x),
    "theano.tensor.blas_c.CGemv": lambda T, y, a, A, x, b: b * y + a * T.dot(A, x),
    "theano.tensor.blas.Ger": lambda T, A, a, x, y: A + a * T.outer(x, y),
    "theano.tensor.blas_c.CGer": lambda T, A, a, x, y: A + a * T.outer(x, y),
    "theano.tensor.blas_scipy.ScipyGer": lambda T, A, a, x, y: A + a * T.outer(x, y),
}


@builds(*_BLAS)
def blas_call(load: Translator, record: Record) -> Callable:
    """A call of BLAS, as the expression it stood for."""
    formula = _BLAS[spelling(record.kind)]
    return lambda *inputs: formula(theano_module("tensor"), *inputs)


@builds(
    *(f"theano.sandbox.cuda.basic_ops.{name}" for name in ("GpuFromHost", "HostFromGpu", "GpuContiguous")),
    *(
        f"theano.gpuarray.basic_ops.{name}"
        for name in ("GpuFromHost", "HostFromGpu", "GpuToGpu", "GpuContiguous")
    ),
)
def to_or_from_gpu(load: Translator, record: Record) -> Callable:
    """A copy between memories, of which there is one now."""
    return lambda x: x


@builds(
    "theano.tensor.signal.pool.Pool",
    "theano.tensor.signal.pool.MaxPoolGrad",
    "theano.tensor.signal.pool.AveragePoolGrad",
    "theano.tensor.signal.downsample.DownsampleFactorMax",
    "theano.tensor.signal.downsample.DownsampleFactorMaxGrad",
)
def pool(load: Translator, record: Record) -> Task:
    """Pooling; until 0.8 the window, its stride and the padding were attributes, now they are inputs."""
    ignore_border, mode, ndim = yield from attributes_of(record, "ignore_border", "mode", "ndim")
    ws, st, padding = yield from attributes_of(record, "ds", "st", "padding")
    name = _POOLS.get(record.kind.name, record.kind.name)
    given = {"ignore_border": bool(ignore_border), "ndim": ndim or len(ws or (2, 2))}
    if name != "MaxPoolGrad":
        given["mode"] = str(mode or "max")
    op = getattr(theano_module("tensor.signal.pool"), name)(**given)
    if ws is None:
        return op
    sizes = [ws, st or ws, padding or (0,) * len(ws)]
    return lambda *inputs: op.make_node(*inputs, *sizes)


_POOLS = {"DownsampleFactorMax": "Pool", "DownsampleFactorMaxGrad": "MaxPoolGrad"}

#: methods of a RandomState that draw
_DRAWS = """beta binomial chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric
    laplace logistic lognormal logseries multinomial multivariate_normal negative_binomial
    noncentral_chisquare noncentral_f normal pareto permutation poisson power rand randint randn
    random_integers random_sample rayleigh standard_cauchy standard_exponential standard_gamma
    standard_normal standard_t triangular uniform vonmises wald weibull zipf"""


@builds("theano.tensor.raw_random.RandomFunction")
def random_function(load: Translator, record: Record) -> Task:
    """A draw; its function is the name of a method of RandomState, or one of Theano's own functions."""
    if isinstance(record.state, tuple | list):  # until 0.7
        fn, outtype, _, ndim_added = yield tuple(record.state)
    else:
        fn, outtype, ndim_added = yield from attributes_of(record, "fn", "outtype", "ndim_added")
    if isinstance(fn, str) and fn not in _DRAWS.split():
        raise Refused(
            f"A RandomFunction of {fn[:40]!r}, which is no distribution of numpy.random.RandomState."
        )
    return theano_module("tensor.raw_random").RandomFunction(fn, outtype, ndim_added=ndim_added or 0)


@builds("theano.typed_list.basic.MakeList")
def make_list(load: Translator, record: Record) -> Callable:
    """A list of variables."""
    return lambda *elements: theano_module("typed_list.basic").make_list(elements)


@builds("theano.printing.Print")
def print_op(load: Translator, record: Record) -> Task:
    """Prints a message and some attributes of a value."""
    message, attrs = yield from attributes_of(record, "message", "attrs")
    for name in attrs:
        if name != "__str__" and (name.startswith("_") or not name.replace(".", "").isidentifier()):
            raise Refused(f"A Print of the attribute {name[:40]!r}.")
    return theano_module("printing").Print(message, attrs=attrs)


@builds("theano.scan_module.scan_op.Scan")
def scan(load: Translator, record: Record) -> Task:
    """A loop; inner graph and the order of all inputs and outputs are those of PyTensor's Scan."""
    from pytensor.scan.op import Scan, ScanInfo

    inputs, outputs, info = yield from attributes_of(record, "inputs", "outputs", "info")
    taps = [tuple(int(t) for t in part) for part in info["tap_array"]]
    first, second = info["n_mit_mot"], info["n_mit_mot"] + info["n_mit_sot"]
    counted = info["n_seqs"] + sum(map(len, taps)) + info["n_shared_outs"]
    kinds = ScanInfo(
        n_seqs=info["n_seqs"],
        mit_mot_in_slices=tuple(taps[:first]),
        mit_mot_out_slices=tuple(tuple(int(t) for t in part) for part in info["mit_mot_out_slices"]),
        mit_sot_in_slices=tuple(taps[first:second]),
        sit_sot_in_slices=tuple(taps[second:]),
        n_nit_sot=info["n_nit_sot"],
        n_untraced_sit_sot=info["n_shared_outs"],
        n_non_seqs=len(inputs) - counted,
        as_while=bool(info["as_while"]),
    )
    op = Scan(inputs, outputs, kinds, truncate_gradient=info["truncate_gradient"], name=info["name"])
    return lambda *given: adopt(op.make_node(*given).outputs)
