"""`In` and `Out`: how a variable is an input or an output of a compiled function."""

from __future__ import annotations

from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.link.basic import Container

__all__ = ["In", "Out", "SymbolicInput", "SymbolicOutput"]


class SymbolicInput:
    """A variable as an input of a function.

    Parameters
    ----------
    variable : Variable
    name : str, optional
        By this name the argument may be given; that of the variable unless `autoname` is off.
    update : Variable, optional
        What the stored value becomes after each call.
    mutable : bool
        Whether the function may change the array it is given; by default only when there is an `update`.
    strict : bool
        Whether the argument must have exactly the right type.
    allow_downcast : bool, optional
        Whether an argument may lose precision; None allows it for Python floats into floatX.
    implicit : bool
        Whether callers may not give a value.
    """

    def __init__(
        self,
        variable: Variable,
        name: str | None = None,
        update: Variable | None = None,
        mutable: bool | None = None,
        strict: bool = False,
        allow_downcast: bool | None = None,
        autoname: bool = True,
        implicit: bool = False,
    ) -> None:
        assert implicit is not None
        self.variable = variable
        self.name = variable.name if autoname and name is None else name
        if self.name is not None and not isinstance(self.name, str):
            raise TypeError(f"name must be a string! (got: {self.name})")
        self.update = update
        if update is not None and variable.type != update.type:
            raise TypeError(
                f"Variable '{variable}' has type {variable.type} but an update of type {update.type}. "
                "The type of the update should be the same as the type of the variable"
            )
        self.mutable = (update is not None) if mutable is None else mutable
        self.strict = strict
        self.allow_downcast = allow_downcast
        self.implicit = implicit

    def __str__(self) -> str:
        return f"In({self.variable} -> {self.update})" if self.update else f"In({self.variable})"

    __repr__ = __str__


class In(SymbolicInput):
    """An input that may have a default `value`, kept between calls when it also has an `update`.

    Raises
    ------
    AssertionError
        If it may be changed (`mutable`) but not aliased (`borrow=False`).
    TypeError
        If it is implicit and has no value.
    """

    def __init__(
        self,
        variable: Variable,
        name: str | None = None,
        value: Any = None,
        update: Variable | None = None,
        mutable: bool | None = None,
        strict: bool = False,
        allow_downcast: bool | None = None,
        autoname: bool = True,
        implicit: bool | None = None,
        borrow: bool | None = None,
        shared: bool = False,
    ) -> None:
        self.shared = shared
        self.borrow = mutable if borrow is None else borrow
        if mutable and not self.borrow:
            raise AssertionError(
                f"Symbolic input for variable {variable} (name={name}) has flags mutable=True, "
                "borrow=False. This combination is incompatible since mutable=True implies that the input "
                "variable may be both aliased (borrow=True) and overwritten.",
                variable,
                name,
            )
        if implicit is None:
            implicit = isinstance(value, Container | SharedVariable)
        super().__init__(variable, name, update, mutable, strict, allow_downcast, autoname, implicit)
        self.value = value
        if self.implicit and value is None:
            raise TypeError("An implicit input must be given a default value")


class SymbolicOutput:
    """A variable as an output; `borrow` allows it to share memory with the function's storage."""

    def __init__(self, variable: Variable, borrow: bool = False) -> None:
        self.variable = variable
        self.borrow = borrow

    def __str__(self) -> str:
        return f"Out({self.variable},{self.borrow})"

    __repr__ = __str__


Out = SymbolicOutput
