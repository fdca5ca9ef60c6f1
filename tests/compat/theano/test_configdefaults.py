"""`theano.config`: flags, against those of Theano 1.0.5 (`recorded/theano_flags.py` recorded them)."""

import importlib
import itertools
import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import pytensor
import pytest

from compat import theano
from compat.theano import config, configdefaults, configparser

RECORDED = json.loads((Path(__file__).parents[1] / "recorded" / "theano_flags.json").read_text("utf-8"))
FLAGS = {flag.fullname: flag for flag in configparser._config_var_list}
OF_THIS_MACHINE = {"cuda.root", "cuda.include_path"} | {n for n, f in RECORDED.items() if f["value"] is None}
COUNT = itertools.count()


@pytest.fixture
def fresh(monkeypatch):
    """Return a function that reads the flags anew under the environment variables it is given."""
    passed_on = ("floatX", "cast_policy", "warn_float64", "on_opt_error", "cycle_detection")
    before = {name: getattr(pytensor.config, name) for name in passed_on}

    def read(**environment):
        for name, value in {"THEANORC": os.devnull, "THEANO_FLAGS": "", **environment}.items():
            monkeypatch.setenv(name, value)
        package = ModuleType(f"fresh_theano_{next(COUNT)}")
        package.__path__ = list(theano.__path__)
        monkeypatch.setitem(sys.modules, package.__name__, package)
        return importlib.import_module(f"{package.__name__}.configdefaults").config

    yield read
    for name, value in before.items():
        setattr(pytensor.config, name, value)
    for name in [n for n in sys.modules if n.startswith("fresh_theano_")]:
        del sys.modules[name]


@pytest.mark.parametrize("name", RECORDED)
def test_kind_and_options(name):
    flag, expected = FLAGS[name], RECORDED[name]
    kind, text = type(flag).__name__, re.sub(" at 0x[0-9a-f]+", "", str(flag)).replace("compat.", "")
    if name == "linker" and not config.cxx:
        return
    assert (kind, text, flag.in_c_key) == (
        expected["kind"],
        expected["text"],
        expected["in the key of C code"],
    )
    assert flag.allow_override == (expected["can change"] or name == "device")  # programs assign to it
    assert flag.doc


def value(config, name):
    for part in name.split("."):
        config = getattr(config, part)
    return config


def test_defaults(fresh):
    found = fresh()
    expected = {name: flag["value"] for name, flag in RECORDED.items() if name not in OF_THIS_MACHINE}
    if not found.cxx:
        expected |= {"linker": "'vm'", "DebugMode.check_c": "False"}
    assert {name: repr(value(found, name)) for name in expected} == expected


def test_flags_of_the_environment(fresh):
    found = fresh(
        THEANO_FLAGS="floatX=32,optimizer=fast_compile,blas.ldflags=-lopenblas -lm,unittests.rseed=random"
    )
    assert (found.floatX, pytensor.config.floatX, found.optimizer) == ("float32", "float32", "fast_compile")
    assert (found.blas.ldflags, found.unittests.rseed) == ("-lopenblas -lm", "random")


@pytest.mark.parametrize("device", ["cuda1", "gpu", "gpu0", "opencl0:0"])
def test_a_gpu_is_the_cpu_with_a_line_of_warning(device, fresh, caplog):
    found = fresh(
        THEANO_FLAGS=f"device={device},lib.cnmem=0.8,nvcc.fastmath=True,dnn.enabled=False,force_device=True"
    )
    assert (found.device, found.lib.cnmem, found.nvcc.fastmath) == ("cpu", 0.8, True)
    assert [r.getMessage() for r in caplog.records] == [
        f"device={device}: there is no GPU back end; running on the CPU."
    ]


def test_flags_that_are_set_before_the_import():
    code = (
        "import os; os.environ['THEANO_FLAGS'] = 'device=cuda1,floatX=float32,lib.cnmem=1'; "
        "from compat import theano; print(theano.config.device, theano.tensor.vector().dtype)"
    )
    above = str(Path(theano.__file__).parents[2])
    environment = {**os.environ, "THEANORC": os.devnull, "PYTHONPATH": above}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert result.stdout == "cpu float32\n"
    assert len(result.stderr.splitlines()) == 1


def test_a_file_with_comments_and_repeated_options(tmp_path, fresh):
    file = tmp_path / "theanorc"
    file.write_text(
        "[global]\nfloatX = float32  # for speed\nfloatX = float16 ; the last one wins\n"
        "[blas]\nldflags = -L100%/lib\n[nosuch]\noption = 1\n",
        encoding="utf-8",
    )
    found = fresh(THEANORC=str(file))
    assert (found.floatX, found.blas.ldflags) == ("float16", "-L100%/lib")
    assert fresh(THEANORC=str(file), THEANO_FLAGS="floatX=float64").floatX == "float64"


@pytest.mark.parametrize(
    ("flags", "error", "message"),
    [
        ("floatX=float80", ValueError, 'Invalid value ("float80") for configuration variable "floatX". Valid '
         "options are ('float64', 'float32', 'float16')"),
        ("allow_gc=maybe", ValueError, "Invalid value (maybe) for configuration variable \"allow_gc\"."),
        ("device=abacus", ValueError, 'Invalid value ("abacus") for configuration variable "device".'),
        ("dnn.conv.workmem=small", RuntimeError, "The option `dnn.conv.workmem` has been removed"),
        ("compile.wait=soon", ValueError, "invalid literal for int()"),
        ("mode=SLOW", ValueError, "Expected one of those string"),
        ("vm.lazy=1", ValueError, "Valid values for an vm.lazy parameter"),
        ("contexts=a", ValueError, "Malformed context map: a"),
    ],
)  # fmt: skip
def test_a_bad_flag_stops_the_import(flags, error, message, fresh):
    with pytest.raises(error, match=re.escape(message)):
        fresh(THEANO_FLAGS=flags)


def test_an_unknown_flag_is_told_of(fresh):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        fresh(THEANO_FLAGS="nosuch=1,floatX=float32,alone")
    assert [str(w.message) for w in told] == [
        "Config key 'alone' has no value, ignoring it",
        "Theano does not recognise this flag: nosuch",
    ]


def test_assigned_after_import():
    old = config.floatX
    try:
        config.floatX = "32"
        assert config.floatX == pytensor.config.floatX == theano.tensor.vector().dtype == "float32"
        with pytest.raises(ValueError, match="Invalid value"):
            config.floatX = "float8"
    finally:
        config.floatX = old
    config.device = "cpu"
    with pytest.raises(
        Exception, match="Can't change the value of this config parameter after initialization!"
    ):
        config.compile.wait = 1


@pytest.mark.parametrize(
    ("version", "expected"), [("0.3", False), ("0.9", False), ("0.10", True), ("1.0", True)]
)
def test_warnings_of_old_bugs(version, expected):
    assert configdefaults.warn_default(version) is expected


def test_mode_takes_modes_and_their_names():
    with configparser.change_flags(mode="FAST_COMPILE"):
        assert config.mode == "FAST_COMPILE"
    mode = theano.Mode(linker="py")
    with configparser.change_flags(mode=mode):
        assert config.mode is mode


@pytest.mark.parametrize(
    ("release", "platform", "short"),
    [
        ("2.6.32-504.el6.x86_64", "Linux-2.6.32-504.el6.x86_64-x86_64", "Linux-2.6-el6.x86_64-x86_64"),
        ("6.1", "Linux-6.1", "Linux-6.1"),
        ("5.10-7", "Linux-5.10-7-x", "Linux-5.10-7-x"),
    ],
)
def test_short_platform(release, platform, short):
    assert configdefaults.short_platform(release, platform) == short


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("", dict.fromkeys(("divide", "over", "under", "invalid"), "ignore")),
        ("numpy.seterr_all=raise,numpy.seterr_over=warn",
         {"divide": "raise", "over": "warn", "under": "raise", "invalid": "raise"}),
        ("numpy.seterr_all=None,numpy.seterr_divide=print", {**np.geterr(), "divide": "print"}),
    ],
)  # fmt: skip
def test_numpy_errors(flags, expected, fresh):
    module = sys.modules[type(fresh(THEANO_FLAGS=flags)).__module__.replace("configparser", "configdefaults")]
    with np.errstate():
        module.set_numpy_errors()
        assert np.geterr() == expected


def test_compiledir_is_made(tmp_path, fresh):
    found = fresh(THEANO_FLAGS=f"base_compiledir={tmp_path},compiledir_format=x_%(device)s")
    assert not (tmp_path / "x_cpu").exists()
    assert Path(found.compiledir) == tmp_path / "x_cpu"
    assert Path(found.gpuarray.cache_path) == tmp_path / "x_cpu" / "gpuarray_kernels"
    assert (tmp_path / "x_cpu" / "__init__.py").exists()
