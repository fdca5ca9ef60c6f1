"""Variables that hold typed lists, and what can be done with them.

Nothing changes a list in place unless the compiler finds that nobody else needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, ClassVar

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable

from ...adopt import adopts
from .. import tensor as T
from ..configdefaults import config
from ..gof.op import Op
from ..tensor.type_other import SliceType
from .type import TypedListType

__all__ = [
    "Append",
    "Count",
    "Extend",
    "GetItem",
    "Index",
    "Insert",
    "Length",
    "MakeList",
    "Remove",
    "Reverse",
    "TypedListConstant",
    "TypedListVariable",
    "append",
    "count",
    "extend",
    "getitem",
    "index_",
    "insert",
    "length",
    "make_list",
    "remove",
    "reverse",
]


class _typed_list_py_operators:
    """The methods of a Python list; `ind` is its `index`, which means something else for variables."""

    def __getitem__(self, index: Any) -> Variable:
        return getitem(self, index)

    def __len__(self) -> Variable:
        return length(self)

    def append(self, toAppend: Variable) -> Variable:
        return append(self, toAppend)

    def extend(self, toAppend: Variable) -> Variable:
        return extend(self, toAppend)

    def insert(self, index: Any, toInsert: Variable) -> Variable:
        return insert(self, index, toInsert)

    def remove(self, toRemove: Variable) -> Variable:
        return remove(self, toRemove)

    def reverse(self) -> Variable:
        return reverse(self)

    def count(self, elem: Variable) -> Variable:
        return count(self, elem)

    def ind(self, elem: Variable) -> Variable:
        return index_(self, elem)

    ttype = property(lambda self: self.type.ttype)
    dtype = property(lambda self: self.type.ttype.dtype)
    ndim = property(lambda self: self.type.ttype.ndim + 1)


class TypedListVariable(_typed_list_py_operators, Variable):
    """A variable that holds a list."""


class TypedListConstant(_typed_list_py_operators, Constant):
    """A constant list."""


TypedListType.Variable = TypedListType.variable_type = TypedListVariable
TypedListType.Constant = TypedListType.constant_type = TypedListConstant
adopts(TypedListType, TypedListVariable, TypedListConstant)(lambda variable: None)


class _ListOp(Op):
    """Base of the Ops here."""

    __props__ = ()

    def __str__(self) -> str:
        return type(self).__name__


class _Changing(_ListOp):
    """``(list, ...)`` -> what `change` makes of it, a new list unless `inplace`."""

    __props__ = ("inplace",)
    change: Callable[..., None]

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}
        else:
            self.view_map = {0: [0]}

    def perform(self, node: Apply, inputs: Sequence, outputs: Sequence) -> None:
        x, *others = inputs
        out = outputs[0][0] = x if self.inplace else list(x)
        self.change(node.inputs[0].ttype, out, *others)


def _is_list(x: Variable) -> None:
    assert isinstance(x.type, TypedListType), x.type


def _is_element(x: Variable, elem: Variable) -> None:
    """Check that `elem` is of the type of the elements of `x`."""
    _is_list(x)
    assert x.ttype == elem.type, (x.ttype, elem.type)


def _integer(index: Any) -> Variable:
    """Return `index` as an int64 scalar."""
    if not isinstance(index, Variable):
        return T.constant(index, ndim=0, dtype="int64")
    if not isinstance(index.type, T.TensorType) or index.ndim != 0:
        raise TypeError("Expected scalar or slice as index.")
    assert index.dtype == "int64", index.dtype
    return index


class GetItem(_ListOp):
    """``getitem(x, index)``: an element, or, for a slice, a list of elements."""

    view_map: ClassVar = {0: [0]}

    def make_node(self, x: Variable, index: Any) -> Apply:
        _is_list(x)
        if isinstance(index, slice):
            index = Constant(SliceType(), index)
        if isinstance(index, Variable) and isinstance(index.type, SliceType):
            return Apply(self, [x, index], [x.type()])
        return Apply(self, [x, _integer(index)], [x.ttype()])

    def perform(self, node: Apply, inputs: Sequence, outputs: Sequence) -> None:
        x, index = inputs
        outputs[0][0] = x[index if isinstance(index, slice) else int(index)]


class Append(_Changing):
    """``append(x, toAppend)``: the list with one more element at its end."""

    def make_node(self, x: Variable, toAppend: Variable) -> Apply:
        _is_element(x, toAppend)
        return Apply(self, [x, toAppend], [x.type()])

    def change(self, ttype: Any, out: list, toAppend: Any) -> None:
        out.append(deepcopy(toAppend))


class Extend(_Changing):
    """``extend(x, toAppend)``: the list followed by the elements of another."""

    def make_node(self, x: Variable, toAppend: Variable) -> Apply:
        _is_list(x)
        assert x.type == toAppend.type, (x.type, toAppend.type)
        return Apply(self, [x, toAppend], [x.type()])

    def change(self, ttype: Any, out: list, toAppend: list) -> None:
        out.extend([deepcopy(element) for element in toAppend])


class Insert(_Changing):
    """``insert(x, index, toInsert)``: the list with an element put before the one at `index`."""

    def make_node(self, x: Variable, index: Any, toInsert: Variable) -> Apply:
        _is_element(x, toInsert)
        return Apply(self, [x, _integer(index), toInsert], [x.type()])

    def change(self, ttype: Any, out: list, index: Any, toInsert: Any) -> None:
        out.insert(int(index), deepcopy(toInsert))


class Remove(_Changing):
    """``remove(x, toRemove)``: the list without the first element that equals `toRemove`, if any."""

    def make_node(self, x: Variable, toRemove: Variable) -> Apply:
        _is_element(x, toRemove)
        return Apply(self, [x, toRemove], [x.type()])

    def change(self, ttype: Any, out: list, toRemove: Any) -> None:
        place = next(_places(ttype, out, toRemove), None)
        if place is not None:
            del out[place]


class Reverse(_Changing):
    """``reverse(x)``: the list in the opposite order."""

    def make_node(self, x: Variable) -> Apply:
        _is_list(x)
        return Apply(self, [x], [x.type()])

    def change(self, ttype: Any, out: list) -> None:
        out.reverse()


def _places(ttype: Any, x: list, elem: Any) -> Any:
    """Yield the places of the elements that equal `elem`; arrays are compared as a whole."""
    return (i for i, element in enumerate(x) if ttype.values_eq(element, elem))


class _Searching(_ListOp):
    """``(list, element)`` -> a number of floatX."""

    def make_node(self, x: Variable, elem: Variable) -> Apply:
        _is_element(x, elem)
        return Apply(self, [x, elem], [T.scalar()])

    def perform(self, node: Apply, inputs: Sequence, outputs: Sequence) -> None:
        x, elem = inputs
        number = self.number(_places(node.inputs[0].ttype, x, elem))
        outputs[0][0] = np.asarray(number, dtype=config.floatX)


class Index(_Searching):
    """``index_(x, elem)``: where the first element is that equals `elem`."""

    def number(self, places: Any) -> int:
        place = next(places, None)
        if place is None:
            raise ValueError("The element is not in the list. Ask `count` first if it need not be.")
        return place


class Count(_Searching):
    """``count(x, elem)``: how many elements equal `elem`."""

    def number(self, places: Any) -> int:
        return sum(1 for _ in places)


class Length(_ListOp):
    """``length(x)``: the number of elements, int64."""

    def make_node(self, x: Variable) -> Apply:
        _is_list(x)
        return Apply(self, [x], [T.scalar(dtype="int64")])

    def perform(self, node: Apply, inputs: Sequence, outputs: Sequence) -> None:
        outputs[0][0] = np.asarray(len(inputs[0]), "int64")


class MakeList(_ListOp):
    """``make_list(variables)``: the list of variables of one type, a tuple or a list of them.

    Raises
    ------
    TypeError
        If their types differ.
    """

    def make_node(self, a: Sequence) -> Apply:
        assert isinstance(a, tuple | list)
        elements = [e if isinstance(e, Variable) else T.as_tensor_variable(e) for e in a]
        if any(element.type != elements[0].type for element in elements):
            raise TypeError("MakeList need all input variable to be of the same type.")
        return Apply(self, elements, [TypedListType(elements[0].type)()])

    def perform(self, node: Apply, inputs: Sequence, outputs: Sequence) -> None:
        outputs[0][0] = [deepcopy(value) for value in inputs]


getitem = GetItem()
append = Append()
extend = Extend()
insert = Insert()
remove = Remove()
reverse = Reverse()
index_ = Index()
count = Count()
length = Length()
make_list = MakeList()
