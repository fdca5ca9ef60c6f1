"""Each row of the tables of Ops leads to a class of this package that takes the row's arguments."""

import importlib
import inspect
import re

import pytest

from compat.theano.scalar.basic import ScalarOp
from compat.unpickling import op_rows

CLASSES = [
    (module, name, tuple(op_rows._pairs(arguments)))
    for module, rows in op_rows._OPS.items()
    for names, arguments in re.findall(r"([\w|]+)\(([^)]*)\)", rows)
    for name in names.split("|")
]
SCALARS = [
    (module, name, made)
    for module, rows in op_rows._SCALARS.items()
    for name, made in op_rows._pairs(rows).items()
]


@pytest.mark.parametrize(
    ("module", "name", "arguments"), CLASSES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_class(module, name, arguments):
    kind = getattr(importlib.import_module(f"compat.theano.{module}"), name)
    if arguments:
        inspect.signature(kind.__init__).bind_partial(None, **dict.fromkeys(arguments))


@pytest.mark.parametrize(("module", "name", "made"), SCALARS)
def test_scalar(module, name, made):
    instance = getattr(
        importlib.import_module(f"compat.theano.{module}"), name.lower() if made == name else made
    )
    assert isinstance(instance, ScalarOp)


def test_old_places_lead_to_rows():
    for old, new in op_rows._MOVED.items():
        assert op_rows.BUILDERS[f"theano.{old}"] is op_rows.BUILDERS[f"theano.{new}"]
