"""The named types (`dmatrix`, `fvector`, ...) and the functions that make variables of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..configdefaults import config
from .type import TensorType

_LETTERS = {
    "c": "complex64",
    "z": "complex128",
    "f": "float32",
    "d": "float64",
    "b": "int8",
    "w": "int16",
    "i": "int32",
    "l": "int64",
}
_PATTERNS: dict[str, tuple[bool, ...]] = {
    "scalar": (),
    "vector": (False,),
    "matrix": (False, False),
    "row": (True, False),
    "col": (False, True),
    **{f"tensor{n}": (False,) * n for n in range(3, 8)},
}
_PLURALS = {"scalar": "scalars", "vector": "vectors", "matrix": "matrices", "row": "rows", "col": "cols"}


def _of_floatx(kind: str, pattern: tuple[bool, ...]) -> Callable:
    """Return the function that makes one variable of `pattern`, of `config.floatX` unless told otherwise."""

    def make(name: str | None = None, dtype: str | None = None) -> Any:
        return TensorType(config.floatX if dtype is None else dtype, pattern)(name)

    make.__name__ = make.__qualname__ = kind
    make.__doc__ = f"Return a symbolic {kind}; `dtype` is config.floatX unless given."
    return make


def _several(make: Callable, plural: str) -> Callable:
    """Return the function that makes several variables: a number of them, or one for each name."""

    def make_several(*names: Any) -> Any:
        if names and isinstance(names[0], int):
            return make() if names[0] == 1 else [make() for _ in range(names[0])]
        if len(names) == 1:  # one name, or one string of several letters, each a name
            names = names[0]
        return make(names) if len(names) == 1 else [make(name) for name in names]

    make_several.__name__ = make_several.__qualname__ = plural
    make_several.__doc__ = "Return one variable for each name given, or as many as the number given."
    return make_several


def tensor(*args: Any, **kwargs: Any) -> Any:
    """Return a new variable: ``tensor(dtype, broadcastable, name=None)``."""
    name = kwargs.pop("name", None)
    return TensorType(*args, **kwargs)(name=name)


__all__ = ["Tensor", "tensor"]
Tensor = TensorType

for _kind, _pattern in _PATTERNS.items():
    _plural = _PLURALS.get(_kind, _kind + "s")
    _makers = {_kind: _of_floatx(_kind, _pattern)}
    _makers |= {letter + _kind: TensorType(dtype, _pattern) for letter, dtype in _LETTERS.items()}
    globals().update(_makers)
    __all__ += _makers
    for _letter in ("", "f", "d", "i", "l"):
        globals()[_letter + _plural] = _several(globals()[_letter + _kind], _letter + _plural)
        __all__.append(_letter + _plural)

_SCALARS = {letter: globals()[letter + "scalar"] for letter in _LETTERS}
for _kind in ("scalar", "vector", "matrix"):
    _of = {letter: globals()[letter + _kind] for letter in _LETTERS}
    globals()[f"int_{_kind}_types"] = tuple(_of[k] for k in "bwil")
    globals()[f"float_{_kind}_types"] = tuple(_of[k] for k in "fd")
    globals()[f"complex_{_kind}_types"] = tuple(_of[k] for k in "cz")
    __all__ += [f"int_{_kind}_types", f"float_{_kind}_types", f"complex_{_kind}_types"]
int_types, float_types = globals()["int_scalar_types"], globals()["float_scalar_types"]
complex_types = globals()["complex_scalar_types"]
__all__ += ["complex_types", "float_types", "int_types"]
