"""`new`: the constructors of functions, methods, modules and classes."""

from types import CodeType as code
from types import FunctionType as function
from types import MethodType
from types import ModuleType as module
from typing import Any

classobj = type


def instancemethod(function: Any, instance: Any, cls: Any = None) -> Any:
    """Return `function` as a method of `instance`; without one, as it is."""
    return function if instance is None else MethodType(function, instance)


def instance(cls: type, attributes: dict[str, Any] | None = None) -> Any:
    made = cls.__new__(cls)
    made.__dict__.update(attributes or {})
    return made


__all__ = ["classobj", "code", "function", "instance", "instancemethod", "module"]
