"""The flags of `theano.config`, one row each: name, how a value is checked and its default, what it says.

Everything runs on the CPU here. Flags that steered a GPU, C code or a cache are kept, so that old settings
are understood; they change nothing.
"""

import logging
import os
import platform
import re
import shutil
import struct
import sys
import textwrap
import warnings

import numpy as np
import pytensor

from .compat import maybe_add_to_os_environ_pathlist  # noqa: F401
from .configparser import (
    THEANO_FLAGS_DICT,
    AddConfigVar,
    BoolParam,
    ConfigParam,
    EnumStr,
    FloatParam,
    IntParam,
    StrParam,
    TheanoConfigParser,
)
from .misc.cpucount import cpuCount  # noqa: F401
from .misc.windows import call_subprocess_Popen, output_subprocess_Popen  # noqa: F401
from .version import version as _theano_version

_logger = logging.getLogger("theano.configdefaults")
config = TheanoConfigParser()

# ---- flags that are checked in a way of their own


def floatX_convert(s):
    """Return the dtype that a bare 16, 32 or 64 stands for."""
    return f"float{s}" if s in ("16", "32", "64") else s


class DeviceParam(ConfigParam):
    """``device``: names of GPUs are accepted, with a line on stderr, and the CPU is used."""

    def __init__(self, default, *options, allow_override=True):
        def filter(val):
            if val == default or val == "cpu":
                return val
            if str(val).startswith(("cuda", "gpu", "opencl")):
                _logger.warning("%s=%s: there is no GPU back end; running on the CPU.", self.fullname, val)
                return default
            raise ValueError(
                f'Invalid value ("{val}") for configuration variable "{self.fullname}". '
                'Valid options start with one of "cpu", "opencl" or "cuda".'
            )

        super().__init__(default, filter, allow_override)

    def __str__(self):
        return f"{self.fullname} ({self.default}, opencl*, cuda*) "


class ContextsParam(ConfigParam):
    """``contexts``: ``name->device;name->device``."""

    def __init__(self):
        def filter(val):
            for entry in val.split(";") if val else ():
                name, *device = entry.split("->")
                if len(device) != 1:
                    raise ValueError(f"Malformed context map: {entry}")
                if name == "cpu" or name.startswith(("cuda", "opencl")):
                    raise ValueError(f"Cannot use {name} as context name")
            return val

        super().__init__("", filter, False)


def filter_mode(val):
    """Return `val` if it is a mode or the name of one."""
    names = ["Mode", "DebugMode", "FAST_RUN", "NanGuardMode", "FAST_COMPILE", "DEBUG_MODE"]
    mode_class = getattr(sys.modules[__package__], "Mode", ())
    if isinstance(val, mode_class) or (isinstance(val, str) and val in names):
        return val
    raise ValueError(
        "Expected one of those string 'Mode', 'DebugMode', 'FAST_RUN', 'NanGuardMode', 'FAST_COMPILE', "
        "'DEBUG_MODE' or an instance of Mode."
    )


def filter_vm_lazy(val):
    """Return True, False or None for it or its name."""
    for value in (False, True, None):
        if val is value or val == str(value):
            return value
    raise ValueError(f"Valid values for an vm.lazy parameter should be None, False or True, not `{val}`.")


def good_seed_param(seed):
    """Return whether `seed` is an integer or 'random'."""
    try:
        return seed == "random" or int(seed) is not None
    except Exception:
        return False


def is_valid_check_preallocated_output_param(param):
    """Return whether `param` names kinds of preallocated memory, with colons between."""
    kinds = {"initial", "previous", "c_contiguous", "f_contiguous", "strided", "wrong_size", "ALL", ""}
    return isinstance(param, str) and kinds.issuperset(param.split(":"))


def warn_cxx(val):
    """Return True: any compiler will do."""
    return True


def _removed(name, instead):
    """Return a filter that refuses every value of a flag that was removed."""

    def refuse(value):
        if value:
            raise RuntimeError(
                f"The option `{name}` has been removed and should not be used anymore. "
                f"Please use the {instead} instead."
            )
        return True

    return refuse


_BACKWARD = "options `dnn.conv.algo_bwd_filter` and `dnn.conv.algo_bwd_data`"
safe_no_dnn_workmem = _removed("dnn.conv.workmem", "option `dnn.conv.algo_fwd`")
safe_no_dnn_workmem_bwd = _removed("dnn.conv.workmem_bwd", _BACKWARD)
safe_no_dnn_algo_bwd = _removed("dnn.conv.algo_bwd", _BACKWARD)


def deprecated_gpuarray_sync(val):
    """Return False, the only value left."""
    if val:
        raise RuntimeError("Flag gpuarray.sync is deprecated and will be removed in next Theano release.")
    return False


def positive(number):
    return number > 0


def not_negative(number):
    return number >= 0


def zero_one_or_two(number):
    return number in (0, 1, 2)


# ---- places and programs of this machine


def get_cuda_root():
    """Return where CUDA is installed, '' if it is not."""
    for name in ("CUDA_ROOT", "CUDA_PATH"):
        if os.getenv(name):
            return os.environ[name]
    compiler = shutil.which("nvcc")
    return os.path.dirname(os.path.dirname(os.path.abspath(compiler))) if compiler else ""


def _below(folder, *names):
    return os.path.join(folder, *names) if folder else ""


def default_cuda_include():
    return _below(config.cuda.root, "include")


def default_dnn_base_path():
    root = config.cuda.root
    return root if root and os.path.exists(os.path.join(root, "include", "cudnn.h")) else ""


def default_dnn_inc_path():
    return _below(config.dnn.base_path, "include")


def default_dnn_lib_path():
    names = {"win32": ("lib", "x64"), "darwin": ("lib",)}.get(sys.platform, ("lib64",))
    return _below(config.dnn.base_path, *names)


def default_dnn_bin_path():
    return _below(config.dnn.base_path, "bin") if sys.platform == "win32" else config.dnn.library_path


def default_blas_ldflags():
    """Return '': NumPy's own BLAS is used, nothing is linked."""
    return ""


def try_blas_flag(flags):
    """Return the flags as one string: nothing is linked, so nothing can fail."""
    return " ".join(flags)


def check_mkl_openmp():
    """Return without a complaint: no OpenMP code of our own can conflict with MKL's."""


def _compiler():
    """Return the path of the C++ compiler, '' if there is none."""
    clang_first = sys.platform == "darwin" or sys.platform.startswith("freebsd")
    return (shutil.which("clang++") if clang_first else None) or shutil.which("g++") or ""


def local_bitwidth():
    """Return the bits of a memory address."""
    return struct.calcsize("P") * 8


def python_int_bitwidth():
    """Return the bits of a C long."""
    return struct.calcsize("l") * 8


def short_platform(r=None, p=None):
    """Return the platform `p` with its kernel release `r` cut short: ``2.6.32-504.el6`` -> ``2.6-el6``."""
    r = platform.release() if r is None else r
    p = platform.platform() if p is None else p
    kernel, *rest = r.split("-")
    if not rest or kernel.count(".") < 2:
        return p
    local = rest[0].split(".")
    while local and local[0].isdigit():
        del local[0]
    short = "-".join([".".join(kernel.split(".")[:2]), ".".join(local), *rest[1:]])
    return p.replace(r, short)


def get_home_dir():
    """Return the user's home directory."""
    home = os.getenv("HOME") or os.path.expanduser("~")
    return os.getenv("USERPROFILE", home) if home == "~" else home


def _gcc_version():
    """Return the version of the C++ compiler, as it writes it."""
    try:
        return output_subprocess_Popen([config.cxx, "-dumpversion"])[0].strip().decode()
    except OSError:
        return "GCC_NOT_FOUND"


def _hostname():
    import socket

    return socket.gethostname()


_ASKED_LATER = {
    "gxx_version": lambda: _gcc_version().replace(" ", "_"),
    "hostname": _hostname,
    "platform": platform.platform,
    "processor": platform.processor,
    "short_platform": short_platform,
}


class _CompiledirParts(dict):
    """What a format of compiledir may name; the system and the compiler are asked only for what it names."""

    def __missing__(self, key):
        self[key] = _ASKED_LATER[key]()
        return self[key]


def default_compiledirname():
    """Return the name of the compiled modules' folder on this machine."""
    return re.sub(r"[()\s,]+", "_", config.compiledir_format % compiledir_format_dict)


def default_compiledir():
    return os.path.join(config.base_compiledir, default_compiledirname())


def filter_base_compiledir(path):
    """Return `path` with the home directory written out."""
    return os.path.expanduser(str(path))


def filter_compiledir(path):
    """Return the real path of a folder that exists now and can be written."""
    path = os.path.realpath(os.path.expanduser(path))
    if os.path.exists(path) and not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ValueError(f"compiledir '{path}' exists but you don't have read, write or listing permissions.")
    try:
        os.makedirs(path, 0o770, exist_ok=True)
    except OSError:
        raise ValueError(
            f"Unable to create the compiledir directory '{path}'. Check the permissions."
        ) from None
    marker = os.path.join(path, "__init__.py")
    if not os.path.exists(marker):
        with open(marker, "w"):
            pass
    return path


# ---- warnings of old bugs


def split_version(version):
    """Return ``'0.10.1'`` as ``(0, 10, 1)``."""
    return tuple(int(i) for i in version.split("."))


def warn_default(version):
    """Return whether to warn, by default, about a bug that `version` fixed."""
    before = config.warn.ignore_bug_before
    if before in ("None", "all"):
        return before == "None"
    return split_version(before) < split_version(version)


def _fixed_in(version):
    """Return a flag that is on if bugs fixed in `version` are to be warned of."""
    return BoolParam(warn_default(version))


# ---- the rows

SUPPORTED_DNN_CONV_ALGO_RUNTIME = ("guess_once", "guess_on_shape_change", "time_once", "time_on_shape_change")
SUPPORTED_DNN_CONV_ALGO_FWD = (
    "small", "none", "large", "fft", "fft_tiling", "winograd", "winograd_non_fused",
    *SUPPORTED_DNN_CONV_ALGO_RUNTIME,
)  # fmt: skip
SUPPORTED_DNN_CONV_ALGO_BWD_DATA = (
    "none", "deterministic", "fft", "fft_tiling", "winograd", "winograd_non_fused",
    *SUPPORTED_DNN_CONV_ALGO_RUNTIME,
)  # fmt: skip
SUPPORTED_DNN_CONV_ALGO_BWD_FILTER = (
    "none", "deterministic", "fft", "small", "winograd_non_fused", "fft_tiling",
    *SUPPORTED_DNN_CONV_ALGO_RUNTIME,
)  # fmt: skip
SUPPORTED_DNN_CONV_PRECISION = ("as_input_f32", "as_input", "float16", "float32", "float64")

_REACTIONS = ("ignore", "warn", "raise", "pdb")
_FLOAT_ERRORS = ("ignore", "warn", "raise", "call", "print", "log")
_VERSIONS = (
    "0.3", "0.4", "0.4.1", "0.5", "0.6", "0.7", "0.8", "0.8.1", "0.8.2", "0.9", "0.10", "1.0", "1.0.1",
    "1.0.2", "1.0.3", "1.0.4", "1.0.5",
)  # fmt: skip
_LINKERS = ("cvm", "c|py", "py", "c", "c|py_nogc", "vm", "vm_nogc", "cvm_nogc")

default_openmp = False
default_compiledir_format = (
    "compiledir_%(short_platform)s-%(processor)s-%(python_version)s-%(python_bitwidth)s"
)
default_base_compiledir = (
    os.path.join(os.environ["LOCALAPPDATA"], "Theano")
    if sys.platform == "win32" and os.getenv("LOCALAPPDATA")
    else os.path.join(get_home_dir(), ".theano")
)


def _also_pytensor(flag):
    """Return `flag`, whose every value is set in `pytensor.config` too."""
    check = flag.filter

    def filter(value):
        value = check(value)
        setattr(pytensor.config, flag.fullname.replace(".", "__"), value)
        return value

    flag.filter = filter
    return flag


def _add(*rows):
    """Add flags: rows of name, flag, doc, and True if generated C code would change with it."""
    for name, flag, doc, *in_c_key in rows:
        AddConfigVar(name, doc, flag, in_c_key=bool(in_c_key))


def _fixed(param, *args):
    """Return ``param(*args)`` as a flag that keeps the value it has at import."""
    return param(*args, allow_override=False)


_add(
    ("floatX", _also_pytensor(EnumStr("float64", "float32", "float16", convert=floatX_convert)),
     "The dtype of scalar(), vector(), matrix() and their like, and of converted Python floats.", True),
    ("warn_float64", _also_pytensor(EnumStr(*_REACTIONS)),
     "What to do when a variable of dtype float64 is made."),
    ("pickle_test_value", BoolParam(True), "Whether a variable's test value is pickled with it."),
    ("cast_policy", _also_pytensor(EnumStr("custom", "numpy+floatX")), "Rules of implicit casts.", True),
    ("int_division", EnumStr("int", "raise", "floatX"), "What x / y is for integers x and y."),
    ("deterministic", EnumStr("default", "more"), "Whether to prefer slower, deterministic implementations."),
    ("device", DeviceParam("cpu"),
     "Where to compute. Only the CPU is left: other devices are accepted and it is used."),
    ("init_gpu_device", _fixed(DeviceParam, ""),
     "A GPU to get ready without using it by default. No effect."),
    ("force_device", _fixed(BoolParam, False), "Whether a missing GPU is an error. No effect."),
    ("conv.assert_shape", BoolParam(False),
     "Whether convolutions compare the shapes they were promised with those they get."),
    ("print_global_stats", BoolParam(False), "Whether to print, at exit, the time spent."),
    ("contexts", ContextsParam(), "Names of GPUs, as name->device;name->device. No effect."),
    ("print_active_device", _fixed(BoolParam, True), "Whether to print the GPU in use. No effect."),
    ("gpuarray.sync", _fixed(ConfigParam, False, deprecated_gpuarray_sync),
     "Removed; only False is accepted."),
    ("gpuarray.preallocate", _fixed(FloatParam, 0), "GPU memory to reserve. No effect."),
    ("gpuarray.sched", EnumStr("default", "multi", "single"), "How to wait for the GPU. No effect.", True),
    ("gpuarray.single_stream", BoolParam(True), "Whether to use one stream on the GPU. No effect."),
    ("cuda.root", StrParam(get_cuda_root), "Where CUDA is installed."),
    ("cuda.include_path", StrParam(default_cuda_include), "Where CUDA's headers are."),
    ("dnn.conv.workmem", _fixed(ConfigParam, "", safe_no_dnn_workmem), "Removed for dnn.conv.algo_fwd."),
    ("dnn.conv.workmem_bwd", _fixed(ConfigParam, "", safe_no_dnn_workmem_bwd),
     "Removed for dnn.conv.algo_bwd_filter and dnn.conv.algo_bwd_data."),
    ("dnn.conv.algo_bwd", _fixed(ConfigParam, "", safe_no_dnn_algo_bwd),
     "Removed for dnn.conv.algo_bwd_filter and dnn.conv.algo_bwd_data."),
    ("dnn.conv.algo_fwd", EnumStr(*SUPPORTED_DNN_CONV_ALGO_FWD), "cuDNN's forward convolution. No effect."),
    ("dnn.conv.algo_bwd_data", EnumStr(*SUPPORTED_DNN_CONV_ALGO_BWD_DATA),
     "cuDNN's gradient of the convolution's input. No effect."),
    ("dnn.conv.algo_bwd_filter", EnumStr(*SUPPORTED_DNN_CONV_ALGO_BWD_FILTER),
     "cuDNN's gradient of the convolution's filters. No effect."),
    ("dnn.conv.precision", EnumStr(*SUPPORTED_DNN_CONV_PRECISION),
     "The precision of cuDNN's convolutions. No effect."),
    ("dnn.base_path", StrParam(default_dnn_base_path), "Where cuDNN is installed."),
    ("dnn.include_path", StrParam(default_dnn_inc_path), "Where cuDNN's header is."),
    ("dnn.library_path", StrParam(default_dnn_lib_path), "Where cuDNN's library is, for the linker."),
    ("dnn.bin_path", StrParam(default_dnn_bin_path), "Where cuDNN's library is, for the loader."),
    ("dnn.enabled", EnumStr("auto", "True", "False", "no_check"), "Whether to use cuDNN. No effect."),
    ("magma.include_path", StrParam(""), "Where MAGMA's header is. No effect."),
    ("magma.library_path", StrParam(""), "Where MAGMA's library is. No effect."),
    ("magma.enabled", BoolParam(False), "Whether to use MAGMA. No effect."),
    ("assert_no_cpu_op", EnumStr(*_REACTIONS), "What to do when an Op runs on the CPU. No effect."),
    ("mode", ConfigParam("Mode", filter_mode), "The mode a function is compiled in if none is given."),
    ("cxx", StrParam(_compiler(), is_valid=warn_cxx), "The C++ compiler; empty for none."),
)  # fmt: skip

_add(
    ("linker", EnumStr(*(_LINKERS if config.cxx else ("vm", *(name for name in _LINKERS if name != "vm")))),
     "The linker of the mode called Mode."),
    ("allow_gc", BoolParam(True), "Whether a function frees its intermediate results."),
    ("optimizer", EnumStr("o4", "o3", "o2", "o1", "unsafe", "fast_run", "fast_compile", "merge", "None"),
     "The rewrites of the mode called Mode."),
    ("optimizer_verbose", BoolParam(False), "Whether to print every rewrite."),
    ("on_opt_error", _also_pytensor(EnumStr("warn", "raise", "pdb", "ignore")),
     "What to do when a rewrite fails."),
    ("nocleanup", BoolParam(False), "Whether to keep C files that do not compile. No effect."),
    ("on_unused_input", EnumStr("raise", "warn", "ignore"),
     "What to do about an input that no output needs."),
    ("tensor.cmp_sloppy", _fixed(IntParam, 0, zero_one_or_two),
     "How generously values are compared: 0, 1 or 2."),
    ("tensor.local_elemwise_fusion", BoolParam(True), "Whether elementwise Ops are fused."),
    ("gpu.local_elemwise_fusion", BoolParam(True), "Whether elementwise Ops are fused on a GPU. No effect."),
    ("lib.amdlibm", BoolParam(False), "Whether to use AMD's mathematical library. No effect."),
    ("gpuelemwise.sync", BoolParam(True), "Whether to wait for the GPU. No effect."),
    ("traceback.limit", _also_pytensor(IntParam(8)),
     "How many lines of the traceback a variable remembers; -1 for all."),
    ("traceback.compile_limit", _also_pytensor(IntParam(0)),
     "How many of them are kept of variables made by rewrites; -1 for all."),
    ("experimental.unpickle_gpu_on_cpu", BoolParam(False),
     "Whether arrays of a GPU are unpickled as NumPy's."),
    ("numpy.seterr_all", _fixed(EnumStr, *_FLOAT_ERRORS, "None"),
     "NumPy's reaction to every floating-point error."),
    ("numpy.seterr_divide", _fixed(EnumStr, "None", *_FLOAT_ERRORS),
     "NumPy's reaction to a division by zero."),
    ("numpy.seterr_over", _fixed(EnumStr, "None", *_FLOAT_ERRORS), "NumPy's reaction to an overflow."),
    ("numpy.seterr_under", _fixed(EnumStr, "None", *_FLOAT_ERRORS), "NumPy's reaction to an underflow."),
    ("numpy.seterr_invalid", _fixed(EnumStr, "None", *_FLOAT_ERRORS),
     "NumPy's reaction to an invalid operation."),
    ("warn.ignore_bug_before", _fixed(EnumStr, "0.9", "None", "all", *_VERSIONS),
     "Bugs fixed up to this version are not warned of; None warns of all, all of none."),
)  # fmt: skip

_add(
    ("warn.argmax_pushdown_bug", _fixed_in("0.3"), "Wrong argmax of a softmax, fixed in May 2010."),
    ("warn.gpusum_01_011_0111_bug", _fixed_in("0.3"), "Wrong sums of long axes on a GPU, fixed in May 2010."),
    ("warn.sum_sum_bug", _fixed_in("0.3"), "Wrong sums of sums, fixed in August 2010."),
    ("warn.sum_div_dimshuffle_bug", _fixed_in("0.3"), "Wrong sums of quotients, fixed in August 2010."),
    ("warn.subtensor_merge_bug", _fixed_in("0.5"), "Wrong x[a:b:-1][c], fixed in 0.5rc2."),
    ("warn.gpu_set_subtensor1", _fixed_in("0.6"),
     "Wrong set_subtensor(x[vector], y) on a GPU, fixed in 0.6."),
    ("warn.vm_gc_bug", BoolParam(False), "Memory freed too early, in July 2012 only."),
    ("warn.signal_conv2d_interface", _fixed_in("0.7"), "signal.conv2d changed its arguments in June 2014."),
    ("warn.reduce_join", _fixed_in("0.7"), "Wrong reductions of a join along another axis, fixed in 0.7."),
    ("warn.inc_set_subtensor1", _fixed_in("0.7"), "Wrong updates of x[vector] and x[matrix], fixed in 0.7."),
    ("warn.round", _fixed_in("0.9"), "round() turned to half_to_even in 0.9."),
    ("warn.inc_subtensor1_opt", _fixed_in("0.10"),
     "Wrong inc_subtensor(zeros[i], x)[i] for repeated i, fixed in 0.10."),
    ("compute_test_value", EnumStr("off", "ignore", "warn", "raise", "pdb"),
     "Whether every new node is computed at once from test values, and what to do where one is missing."),
    ("print_test_value", BoolParam(False), "Whether a variable prints as its test value."),
    ("compute_test_value_opt", EnumStr("off", "ignore", "warn", "raise", "pdb"),
     "compute_test_value for nodes made by rewrites."),
    ("unpickle_function", BoolParam(True),
     "Whether pickled functions are loaded; None takes their place if not."),
    ("reoptimize_unpickled_function", BoolParam(False),
     "Whether a function's graph is rewritten again when it is unpickled."),
    ("exception_verbosity", EnumStr("low", "high"), "Whether errors describe nodes in a word or in full."),
    ("openmp", BoolParam(default_openmp), "Whether to use OpenMP. No effect."),
    ("openmp_elemwise_minsize", IntParam(200000),
     "The size from which elementwise Ops use OpenMP. No effect."),
    ("check_input", BoolParam(True), "Whether C code checks what it is given. No effect.", True),
    ("cache_optimizations", BoolParam(False),
     "Whether rewritten graphs are kept for other processes. No effect."),
    ("unittests.rseed", StrParam(666, is_valid=good_seed_param), "The seed of tests: an integer, or random."),
    ("NanGuardMode.nan_is_error", BoolParam(True), "Whether NanGuardMode stops at NaN."),
    ("NanGuardMode.inf_is_error", BoolParam(True), "Whether NanGuardMode stops at infinities."),
    ("NanGuardMode.big_is_error", BoolParam(True), "Whether NanGuardMode stops above 1e10."),
    ("NanGuardMode.action", EnumStr("raise", "warn", "pdb"), "What NanGuardMode does then."),
    ("optimizer_excluding", _fixed(StrParam, ""), "Tags of rewrites to leave out, with colons between."),
    ("optimizer_including", _fixed(StrParam, ""), "Tags of rewrites to add."),
    ("optimizer_requiring", _fixed(StrParam, ""), "Tags that every rewrite must have."),
    ("DebugMode.patience", IntParam(10, positive), "How often DebugMode rewrites the graph to compare."),
    ("DebugMode.check_c", BoolParam(lambda: bool(config.cxx)), "Whether DebugMode runs C code."),
    ("DebugMode.check_py", BoolParam(True), "Whether DebugMode runs perform."),
    ("DebugMode.check_finite", BoolParam(True), "Whether DebugMode complains about NaN and infinities."),
    ("DebugMode.check_strides", IntParam(0, zero_one_or_two),
     "What DebugMode does about strides that differ: 0 nothing, 1 warn, 2 raise."),
    ("DebugMode.warn_input_not_reused", BoolParam(True),
     "Whether DebugMode tells of an inplace Op that makes a copy."),
    ("DebugMode.check_preallocated_output", StrParam("", is_valid=is_valid_check_preallocated_output_param),
     "The kinds of preallocated memory DebugMode tries, with colons between."),
    ("DebugMode.check_preallocated_output_ndim", IntParam(4, positive),
     "The number of axes it tries strides on."),
    ("profiling.time_thunks", BoolParam(True), "Whether profiles time every node."),
    ("profiling.n_apply", IntParam(20, positive), "How many nodes a profile lists."),
    ("profiling.n_ops", IntParam(20, positive), "How many Ops a profile lists."),
    ("profiling.output_line_width", IntParam(512, positive), "The longest line of a profile."),
    ("profiling.min_memory_size", IntParam(1024, not_negative),
     "Smaller outputs, in bytes, are left out of memory profiles."),
    ("profiling.min_peak_memory", BoolParam(False),
     "Whether profiles look for the order with the lowest peak."),
    ("profiling.destination", StrParam("stderr"), "Where profiles go: stderr, stdout, none or a file."),
    ("profiling.debugprint", BoolParam(False), "Whether profiled functions are printed."),
    ("profiling.ignore_first_call", BoolParam(False), "Whether the first call is left out of profiles."),
    ("optdb.position_cutoff", FloatParam(np.inf), "Where to stop in the order of rewrites."),
    ("optdb.max_use_ratio", FloatParam(8), "How often, per node, a rewrite may be used."),
    ("gcc.cxxflags", StrParam(""), "Flags for the C++ compiler. No effect."),
    ("cmodule.warn_no_version", BoolParam(False),
     "Whether to tell of C code that cannot be cached. No effect."),
    ("cmodule.remove_gxx_opt", BoolParam(False), "Whether C code is compiled without -O. No effect.", True),
    ("cmodule.compilation_warning", BoolParam(False),
     "Whether to print the C++ compiler's warnings. No effect."),
    ("cmodule.preload_cache", _fixed(BoolParam, False), "Whether to load the cache at import. No effect."),
    ("cmodule.age_thresh_use", _fixed(IntParam, 60 * 60 * 24 * 24),
     "The age in seconds of modules not to use. No effect."),
    ("cmodule.debug", BoolParam(False), "Whether C code is compiled with DEBUG defined. No effect.", True),
    ("blas.ldflags", StrParam(default_blas_ldflags), "Flags to link a BLAS. No effect: NumPy's is used."),
    ("blas.check_openmp", BoolParam(True), "Whether to look for conflicts of OpenMP libraries. No effect."),
    ("metaopt.verbose", IntParam(0), "How much the choice among implementations tells."),
    ("metaopt.optimizer_excluding", StrParam(""), "Tags of rewrites left out of that choice."),
    ("metaopt.optimizer_including", StrParam(""), "Tags of rewrites added to that choice."),
    ("profile", BoolParam(False), "Whether functions collect a profile."),
    ("profile_optimizer", BoolParam(False), "Whether the profile covers rewriting."),
    ("profile_memory", BoolParam(False), "Whether the profile covers memory."),
    ("vm.lazy", ConfigParam("None", filter_vm_lazy),
     "Whether nodes are computed only if needed; None decides by the graph."),
    ("warn.identify_1pexp_bug", _fixed_in("0.4.1"), "Wrong results of 1 + exp(x), fixed in December 2011."),
    ("on_shape_error", EnumStr("warn", "raise"), "What to do when a shape cannot be inferred."),
    ("tensor.insert_inplace_optimizer_validate_nb", IntParam(-1),
     "How many inplace rewrites are checked at once; -1 decides by the graph."),
    ("experimental.local_alloc_elemwise", BoolParam(True, is_valid=lambda on: on), "Only True is left."),
    ("experimental.local_alloc_elemwise_assert", BoolParam(True),
     "Whether that rewrite leaves an assertion of the shape."),
    ("scan.allow_gc", BoolParam(False), "Whether memory is freed between the steps of a scan."),
    ("scan.allow_output_prealloc", BoolParam(True), "Whether a scan writes into its outputs directly."),
    ("scan.debug", BoolParam(False), "Whether scan says more."),
    ("compile.wait", _fixed(IntParam, 5, positive),
     "Seconds between two attempts at the compilation lock. No effect."),
    ("cycle_detection", _also_pytensor(EnumStr("regular", "fast")),
     "How inplace rewrites are checked for cycles."),
    ("check_stack_trace", EnumStr("off", "log", "warn", "raise"),
     "What to do about rewrites that lose the traceback."),
    ("compile.timeout", _fixed(IntParam, lambda: config.compile.wait * 24, not_negative),
     "Seconds after which a lock is taken from its owner. No effect."),
)  # fmt: skip

compiledir_format_dict = _CompiledirParts(
    python_version=platform.python_version(),
    python_bitwidth=local_bitwidth(),
    python_int_bitwidth=python_int_bitwidth(),
    theano_version=_theano_version,
    numpy_version=np.__version__,
    device=config.device,
)
compiledir_format_keys = ", ".join(sorted([*compiledir_format_dict, *_ASKED_LATER]))

_add(
    ("compiledir_format", _fixed(StrParam, default_compiledir_format),
     textwrap.fill("The name of compiledir below base_compiledir. It may name: "
                   f"{compiledir_format_keys}. Defaults to {default_compiledir_format!r}.")),
    ("base_compiledir", _fixed(ConfigParam, default_base_compiledir, filter_base_compiledir),
     "The folder of compiled modules of all platforms."),
    ("compiledir", _fixed(ConfigParam, default_compiledir, filter_compiledir),
     "The folder of compiled modules of this platform; made when it is asked for."),
    ("gpuarray.cache_path",
     _fixed(ConfigParam, lambda: os.path.join(config.compiledir, "gpuarray_kernels"), filter_base_compiledir),
     "Where kernels of a GPU are kept. No effect."),
    ("ctc.root", _fixed(StrParam, ""), "Where Baidu's CTC library is. No effect: it is not needed."),
)  # fmt: skip


def set_numpy_errors():
    """Let NumPy react to floating-point errors as ``numpy.seterr_*`` say; by default it ignores them."""
    kinds = ("all", "divide", "over", "under", "invalid")
    values = {kind: getattr(config.numpy, f"seterr_{kind}") for kind in kinds}
    np.seterr(**{kind: None if value == "None" else value for kind, value in values.items()})


# Flags of Theano 0.6 to 0.9 that settings still name.
_add(
    ("lib.cnmem", FloatParam(0, not_negative), "GPU memory to reserve. No effect."),
    ("cublas.lib", StrParam("cublas"), "The name of cuBLAS. No effect."),
    ("cuda.enabled", BoolParam(True), "Whether to use CUDA. No effect."),
    ("cuda.disable_gcc_cudnn_check", BoolParam(False), "Whether to look for cuDNN with gcc. No effect."),
    ("nvcc.compiler_bindir", StrParam(""), "The host compiler of nvcc. No effect."),
    ("nvcc.flags", StrParam(""), "Flags for nvcc. No effect."),
    ("nvcc.fastmath", BoolParam(False), "Whether nvcc may be inexact. No effect."),
    ("nvcc.cudafe", EnumStr("heuristic", "always", "never"), "How nvcc compiles. No effect."),
    ("pycuda.init", BoolParam(False), "Whether PyCUDA chooses the GPU. No effect."),
    ("enable_initial_driver_test", BoolParam(True), "Whether the GPU is tried at import. No effect."),
    ("gpuarray.init_device", StrParam(""), "A GPU to get ready. No effect."),
    ("ProfileMode.n_apply_to_print", IntParam(15, positive), "How many nodes ProfileMode lists."),
    ("ProfileMode.n_ops_to_print", IntParam(20, positive), "How many Ops ProfileMode lists."),
    ("ProfileMode.min_memory_size", IntParam(1024, not_negative), "The smallest output it lists, in bytes."),
    ("ProfileMode.profile_memory", BoolParam(False), "Whether ProfileMode covers memory."),
)

for key in THEANO_FLAGS_DICT:
    warnings.warn(f"Theano does not recognise this flag: {key}", stacklevel=2)
