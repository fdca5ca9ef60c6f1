"""Every row of the table of old names points to something that is there."""

import importlib
import warnings

import pytensor
import pytest

from compat import names
from compat.names import Adapted, Gone, Moved, Same, find

ROWS = names.rows()


def resolve(path):
    """Return what the dotted `path` leads to."""
    if path.startswith("pytensor.config."):
        name = path.removeprefix("pytensor.config.")
        return pytensor.config._config_var_dict.get(name) or getattr(type(pytensor.config), name)
    module, _, name = path.rpartition(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return getattr(importlib.import_module(module), name)
        except (AttributeError, ImportError):
            return importlib.import_module(path)


def test_new_names_are_there():
    missing = []
    for row in ROWS.values():
        if row.new is not None and row.new not in ("pytensor", "numpy.asarray"):
            try:
                resolve(row.new)
            except (AttributeError, ImportError, KeyError):
                missing.append(row)
    assert not missing


@pytest.mark.parametrize("kind", [Same, Moved, Adapted, Gone])
def test_kinds(kind):
    rows = [row for row in ROWS.values() if type(row) is kind]
    assert len(rows) > 50
    assert all(row.kind == kind.__name__.lower() for row in rows)
    assert all((row.new is None) == (kind is Gone) for row in rows)
    if kind is Gone:
        assert all(row.advice.endswith(".") for row in rows)
    if kind is Same:
        assert all(row.new == "pytensor" + row.old.removeprefix("theano") for row in rows)


@pytest.mark.parametrize(
    ("old", "kind", "new"),
    [
        ("theano", Same, "pytensor"),
        ("theano.shared", Same, "pytensor.shared"),
        ("theano.tensor.exp", Same, "pytensor.tensor.exp"),
        ("theano.tensor.inv", Moved, "pytensor.tensor.reciprocal"),
        ("theano.tensor.basic.inv", Moved, "pytensor.tensor.reciprocal"),
        ("theano.gof.graph.Apply", Moved, "pytensor.graph.Apply"),
        ("theano.tensor.nnet.nnet.softmax", Adapted, "pytensor.tensor.special.softmax"),
        ("theano.config.scan.allow_gc", Moved, "pytensor.config.scan__allow_gc"),
        ("theano.sandbox.cuda.cuda_enabled", Gone, None),
        ("theano.gpuarray.dnn.dnn_conv", Gone, None),
        ("theano.tensor.signal.downsample.max_pool_2d", Gone, None),
    ],
)
def test_find(old, kind, new):
    row = find(old)
    assert type(row) is kind
    assert row.new == new


@pytest.mark.parametrize(
    "old", ["theano.nothing", "theano.tensor.nothing", "numpy.inv", "theano.gof.nothing"]
)
def test_a_name_theano_never_had(old):
    assert find(old) is None
