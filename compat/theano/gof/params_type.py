"""`ParamsType`: several values with their types, as one."""

from pytensor.link.c.params_type import Params, ParamsType

__all__ = ["Params", "ParamsType"]
