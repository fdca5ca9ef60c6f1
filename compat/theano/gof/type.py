"""`Type`: what a variable may hold, in Theano's conventions."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Constant, Variable
from pytensor.graph.type import Type as PyTensorType
from pytensor.link.c.type import CDataType, CEnumType, EnumList, EnumType, Generic, generic

from .utils import MethodNotDefined, object2

__all__ = [
    "CDataType",
    "CEnumType",
    "CLinkerType",
    "EnumList",
    "EnumType",
    "Generic",
    "PureType",
    "SingletonType",
    "Type",
    "generic",
]


class Type(PyTensorType):
    """Base of types written for Theano.

    A subclass defines ``filter(self, value, strict=False, allow_downcast=None)`` and, where equality of
    Python is not the right one, `values_eq` and `values_eq_approx`.
    """

    Variable = Variable
    Constant = Constant

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "Variable" in cls.__dict__:
            cls.variable_type = cls.Variable
        if "Constant" in cls.__dict__:
            cls.constant_type = cls.Constant

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        raise MethodNotDefined("filter", type(self), type(self).__name__)

    def make_variable(self, name: str | None = None) -> Variable:
        """Return a new variable of this type."""
        return self.variable_type(self, None, name=name)

    def __call__(self, name: str | None = None) -> Variable:
        return self.make_variable(name)

    def make_constant(self, value: Any, name: str | None = None) -> Constant:
        """Return a constant of this type."""
        return self.constant_type(type=self, data=value, name=name)

    def is_super(self, otype: PyTensorType) -> bool:
        return self == otype

    def in_same_class(self, otype: PyTensorType) -> bool:
        return self == otype

    def convert_variable(self, var: Variable) -> Variable | None:
        return var if var.type == self else None

    @classmethod
    def values_eq(cls, a: Any, b: Any) -> bool:
        return a == b

    @classmethod
    def values_eq_approx(cls, a: Any, b: Any) -> bool:
        return cls.values_eq(a, b)

    @classmethod
    def may_share_memory(cls, a: Any, b: Any) -> bool:
        return False


PureType = Type


class CLinkerType(object2):
    """The C side of a type; the names are kept, nothing calls them."""


class SingletonType(Type):
    """A type of which there is one instance."""

    _instance: Any = None

    def __new__(cls) -> SingletonType:
        if cls.__dict__.get("_instance") is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __str__(self) -> str:
        return type(self).__name__

    def __eq__(self, other: Any) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)
