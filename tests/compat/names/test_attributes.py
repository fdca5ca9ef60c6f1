"""What a module says about names it does not have."""

import sys
from types import ModuleType

import pytest

from compat.names import NotPorted, module_attributes


@pytest.fixture
def module(monkeypatch, tmp_path):
    """A package that stands where `theano.tensor` stands, with a submodule `late`."""
    package = ModuleType("some.theano.tensor")
    package.__path__ = [str(tmp_path)]
    (tmp_path / "late.py").write_text("value = 1\n")
    package.__getattr__ = module_attributes("some.theano.tensor")
    monkeypatch.setitem(sys.modules, "some", ModuleType("some"))
    monkeypatch.setitem(sys.modules, "some.theano", ModuleType("some.theano"))
    monkeypatch.setitem(sys.modules, "some.theano.tensor", package)
    yield package
    sys.modules.pop("some.theano.tensor.late", None)


def test_submodules_are_imported_when_asked_for(module):
    assert module.late.value == 1


def test_import_of_a_known_name_gives_advice(module):
    with pytest.raises(NotPorted, match=r"theano\.tensor\.argtopk .* is as good for small arrays"):
        from some.theano.tensor import argtopk  # noqa: F401
    with pytest.raises(ImportError, match=r"not ported\. PyTensor has it as pytensor\.tensor\.reciprocal\."):
        from some.theano.tensor import inv  # noqa: F401


def test_an_attribute_that_is_not_there(module):
    assert not hasattr(module, "argtopk")
    with pytest.raises(AttributeError, match="is as good for small arrays"):
        module.argtopk  # noqa: B018
    assert getattr(module, "argtopk", None) is None


def test_an_unknown_name(module):
    with pytest.raises(AttributeError, match=r"module 'some\.theano\.tensor' has no attribute 'nothing'"):
        module.nothing  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from some.theano.tensor import nothing  # noqa: F401
    assert not hasattr(module, "__path_hooks__")
