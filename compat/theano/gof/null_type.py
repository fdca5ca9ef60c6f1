"""`NullType`: the type of what is not defined, such as a gradient nobody wrote."""

from pytensor.graph.null_type import NullType, null_type

__all__ = ["NullType", "null_type"]
