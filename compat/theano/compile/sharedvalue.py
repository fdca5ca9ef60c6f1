"""`shared`: variables with a value that functions share and update."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable as PyTensorShared
from pytensor.graph.basic import Variable
from pytensor.graph.utils import add_tag_trace
from pytensor.link.basic import Container

from ..gof.type import generic

__all__ = ["SharedVariable", "generic_constructor", "shared", "shared_constructor"]

_GONE = "sharedvar.value does not exist anymore. Use sharedvar.get_value() or sharedvar.set_value() instead."


class SharedVariable(PyTensorShared):
    """A variable with a value of its own, kept in a container.

    Parameters
    ----------
    name : str or None
    type : Type
    value : object
        Its first value; not copied.
    strict : bool
        Whether values must have exactly the right type.
    allow_downcast : bool, optional
    container : Container, optional
        Where the value is, instead of `value` and `strict`.
    """

    def __init__(
        self,
        name: str | None = None,
        type: Any = None,
        value: Any = None,
        strict: bool | None = None,
        allow_downcast: bool | None = None,
        container: Container | None = None,
    ) -> None:
        super().__init__(
            type=type,
            value=value,
            strict=strict,
            allow_downcast=allow_downcast,
            container=container,
            name=name,
        )

    @property
    def default_update(self) -> Variable | None:
        """What the value becomes after each call of a function that uses it, unless its `updates` say
        otherwise. There is no such attribute until it is set.
        """
        if "default_update" in self.__dict__:
            return self.__dict__["default_update"]
        if sys._getframe(1).f_globals.get("__name__", "").startswith("pytensor."):
            return None  # PyTensor reads it of every shared variable
        raise AttributeError(f"{type(self).__name__!r} object has no attribute 'default_update'")

    @default_update.setter
    def default_update(self, value: Any) -> None:
        if value is not None:
            value = self.type.filter_variable(value, allow_convert=True)
        self.__dict__["default_update"] = value

    @default_update.deleter
    def default_update(self) -> None:
        if self.__dict__.pop("default_update", self) is self:
            raise AttributeError("default_update")

    def set_value(self, new_value: Any, borrow: bool = False) -> None:
        """Set the value; without `borrow` it is copied first."""
        self.container.value = new_value if borrow else copy.deepcopy(new_value)

    def zero(self, borrow: bool = False) -> None:
        """Set the value to zero, in place when `borrow`."""
        if borrow:
            self.container.value[...] = 0
        else:
            self.container.value = 0 * self.container.value

    def clone(self, **kwargs: Any) -> SharedVariable:
        """Return another variable on the same container."""
        twin = self.__class__(
            name=kwargs.get("name", self.name),
            type=self.type,
            value=None,
            strict=None,
            container=self.container,
        )
        twin.tag = copy.copy(self.tag)
        return twin

    def __getitem__(self, *args: Any) -> Any:
        value = self.get_value(borrow=True)
        if isinstance(value, np.ndarray):
            what = (
                f"a Numpy array with dtype: '{value.dtype}'. This data type is not currently recognized by "
                "Theano tensors: please cast your data into a supported numeric type if you need Theano "
                "tensor functionalities."
            )
        else:
            what = (
                f"an object of type: {type(value)}. Did you forget to cast it into a Numpy array before "
                "calling theano.shared()?"
            )
        raise TypeError(
            f"The generic 'SharedVariable' object is not subscriptable. This shared variable contains {what}"
        )

    @property
    def value(self) -> Any:
        raise Exception(_GONE)

    @value.setter
    def value(self, new_value: Any) -> None:
        raise Exception(_GONE)


def shared_constructor(ctor: Callable, remove: bool = False) -> Callable:
    """Register a function that makes a shared variable of the values it likes, and raises TypeError for
    others.
    """
    if remove:
        shared.constructors.remove(ctor)
    else:
        shared.constructors.append(ctor)
    return ctor


def shared(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    **kwargs: Any,
) -> Variable:
    """Return a shared variable that holds `value`, copied unless ``borrow=True``.

    The last registered constructor that takes the arguments makes it.

    Raises
    ------
    TypeError
        If none does, or `value` is symbolic.
    """
    if isinstance(value, Variable):
        raise TypeError("Shared variable constructor needs numeric values and not symbolic variables.")
    try:
        for make in reversed(shared.constructors):
            try:
                made = make(value, name=name, strict=strict, allow_downcast=allow_downcast, **kwargs)
            except TypeError:
                continue
            add_tag_trace(made)
            return made
    except MemoryError as error:
        error.args = (*error.args, "you might consider using 'theano.shared(..., borrow=True)'")
        raise
    raise TypeError(
        "No suitable SharedVariable constructor could be found. Are you sure all kwargs are supported? We "
        "do not "
        f'support the parameter dtype or type. value="{value}". parameters="{kwargs}"'
    )


shared.constructors = []


@shared_constructor
def generic_constructor(
    value: Any, name: str | None = None, strict: bool = False, allow_downcast: bool | None = None
) -> SharedVariable:
    """Return a shared variable of any Python object."""
    return SharedVariable(type=generic, value=value, name=name, strict=strict, allow_downcast=allow_downcast)
