"""Bytes that mix with text, as what Python 2 read from a file did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_ENCODING = ("utf-8", "surrogateescape")
_METHODS = [
    "capitalize",
    "center",
    "count",
    "endswith",
    "expandtabs",
    "find",
    "index",
    "isalnum",
    "isalpha",
    "isdigit",
    "islower",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
]


def to_bytes(x: Any) -> Any:
    """Return text as bytes, also in tuples and lists; anything else as it is."""
    if isinstance(x, str):
        return x.encode(*_ENCODING)
    if isinstance(x, tuple | list):
        return type(x)(map(to_bytes, x))
    return x


def to_text(x: Any) -> Any:
    """Return bytes as text; anything else as it is."""
    return bytes.decode(x, *_ENCODING) if isinstance(x, bytes) else x


def mixable(x: Any) -> Any:
    """Return bytes, also in tuples and lists, as bytes that mix with text."""
    if isinstance(x, bytes):
        return ByteString(x)
    if type(x) in (list, tuple):
        return type(x)(map(mixable, x))
    return x


class ByteString(bytes):
    """Bytes with the manners of Python 2's `str`: one element is a string, text compares equal."""

    __slots__ = ()
    __hash__ = bytes.__hash__  # equal to that of ASCII text, so that either finds the other in a dict

    def __str__(self) -> str:
        return to_text(self)

    def __format__(self, specification: str) -> str:
        return format(to_text(self), specification)

    def __repr__(self) -> str:
        return bytes.__repr__(self)[1:]

    def __eq__(self, other: Any) -> Any:
        return bytes.__eq__(self, to_bytes(other))

    def __ne__(self, other: Any) -> Any:
        return bytes.__ne__(self, to_bytes(other))

    def __lt__(self, other: Any) -> Any:
        return bytes.__lt__(self, to_bytes(other))

    def __le__(self, other: Any) -> Any:
        return bytes.__le__(self, to_bytes(other))

    def __gt__(self, other: Any) -> Any:
        return bytes.__gt__(self, to_bytes(other))

    def __ge__(self, other: Any) -> Any:
        return bytes.__ge__(self, to_bytes(other))

    def __contains__(self, other: Any) -> bool:
        return bytes.__contains__(self, to_bytes(other))

    def __getitem__(self, index: Any) -> ByteString:
        if isinstance(index, slice):
            return ByteString(bytes.__getitem__(self, index))
        return ByteString((bytes.__getitem__(self, index),))

    def __iter__(self) -> Iterator[ByteString]:
        return (ByteString((value,)) for value in bytes.__iter__(self))

    def __add__(self, other: Any) -> Any:
        return to_text(self) + other if isinstance(other, str) else mixable(bytes.__add__(self, other))

    def __radd__(self, other: Any) -> Any:
        return other + to_text(self) if isinstance(other, str) else mixable(other + bytes(self))

    def __mul__(self, count: Any) -> ByteString:
        return ByteString(bytes.__mul__(self, count))

    __rmul__ = __mul__

    def __mod__(self, values: Any) -> ByteString:
        return ByteString(to_bytes(to_text(self) % values))

    def __float__(self) -> float:
        return float(bytes(self))

    def encode(self, encoding: str = "ascii", errors: str = "strict") -> ByteString:
        return encode(self, encoding, errors)

    def decode(self, encoding: str = "ascii", errors: str = "strict") -> Any:
        return decode(self, encoding, errors)

    def format(self, *arguments: Any, **named: Any) -> str:
        return to_text(self).format(*arguments, **named)


def _add_method(name: str) -> None:
    plain = getattr(bytes, name)

    def method(self: ByteString, *arguments: Any, **named: Any) -> Any:
        return mixable(plain(self, *map(to_bytes, arguments), **named))

    method.__name__ = name
    setattr(ByteString, name, method)


for _name in _METHODS:
    _add_method(_name)

_TRANSFORMS = {"string_escape": "unicode_escape", "string-escape": "unicode_escape"}
_BINARY = {
    "hex",
    "base64",
    "zlib",
    "bz2",
    "zip",
    "uu",
    "quopri",
    "hex_codec",
    "base64_codec",
    "zlib_codec",
    "bz2_codec",
}


def encode(text: Any, encoding: str = "ascii", errors: str = "strict") -> Any:
    """Return ``text.encode(encoding)`` of Python 2, whose codecs also made hex of bytes."""
    import codecs

    if encoding.lower() in _BINARY:
        return ByteString(codecs.encode(bytes(to_bytes(text)), encoding.lower().removesuffix("_codec")))
    if encoding == "rot13":
        return codecs.encode(to_text(text), "rot13")
    if isinstance(text, bytes):
        return ByteString(text)  # bytes already: Python 2 decoded them as ASCII first
    return ByteString(text.encode(_TRANSFORMS.get(encoding, encoding), errors))


def decode(text: Any, encoding: str = "ascii", errors: str = "strict") -> Any:
    """Return ``text.decode(encoding)`` of Python 2, for text that would have been bytes there too."""
    import codecs

    if encoding.lower() in _BINARY:
        return ByteString(codecs.decode(bytes(to_bytes(text)), encoding.lower().removesuffix("_codec")))
    if encoding == "rot13":
        return codecs.decode(to_text(text), "rot13")
    if isinstance(text, str) and not text.isascii() and encoding not in _TRANSFORMS:
        try:
            bytes.decode(to_bytes(text), encoding, errors)
        except UnicodeDecodeError:
            return text  # text already
    return bytes.decode(to_bytes(text), _TRANSFORMS.get(encoding, encoding), errors)
