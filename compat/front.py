"""Classes with Theano's constructors that put PyTensor's plain Ops into graphs.

A *front* of `pytensor.X` takes the arguments Theano's `X` took. Calling it makes a node whose op is
PyTensor's, so that every rewrite and every back end knows it; `isinstance(node.op, Front)` and `==` see
through the difference.
"""

from __future__ import annotations

import inspect
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.utils import MetaType

from .adopt import adopt


class Front(MetaType):
    """Metaclass of fronts: PyTensor's plain Ops count as their instances."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if MetaType.__instancecheck__(cls, instance):
            return True
        return (
            cls.__dict__.get("stands_for") in type(instance).__mro__
        )  # not issubclass: it would ask us again

    def __subclasscheck__(cls, subclass: type) -> bool:
        if MetaType.__subclasscheck__(cls, subclass):
            return True
        return cls.__dict__.get("stands_for") in subclass.__mro__


class FrontOp(metaclass=Front):
    """Base of fronts; `plain` is the PyTensor Op that goes into nodes, `stands_for` its class."""

    plain: Op

    def stand_for(self, plain: Op) -> None:
        """Put `plain` into the nodes to come, and have its attributes."""
        self.__dict__.update(plain.__dict__)
        self.plain = plain

    def make_node(self, *inputs: Any, **kwargs: Any) -> Apply:
        node = self.plain.make_node(*inputs, **kwargs)
        adopt(node.outputs)
        return node

    def __eq__(self, other: Any) -> bool:
        return self.plain == (other.plain if type(other).__mro__.count(FrontOp) else other)

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.plain)

    def __reduce_ex__(self, protocol: int) -> Any:
        return object.__reduce_ex__(self, protocol)

    def __setstate__(self, state: dict) -> None:
        """Take the state of a front, or that of Theano's Op of this name: what it was called with."""
        if "plain" not in state:
            wanted = inspect.signature(type(self)).parameters
            self.__init__(**{name: state[name] for name in wanted if name in state})
        else:
            self.__dict__.update(state)

    def __getattr__(self, name: str) -> Any:
        """Make up for a pickle of Theano in which the Op has no state at all."""
        if name != "plain":
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}. If it came from a pickle of "
                "Theano, load that with compat.unpickle.load."
            )
        self.__init__()
        return self.__dict__["plain"]
