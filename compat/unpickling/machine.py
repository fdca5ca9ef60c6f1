"""The pickle machine: reads a pickle into inert records, within limits, and calls nothing.

Python's own unpickler calls what a pickle names, sets attributes and hashes keys while it reads. This one
only writes down what the pickle says; the translator then makes of it what the tables know.
"""

from __future__ import annotations

import codecs
import io
import pickle
import pickletools
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from .limits import Limits, Refused
from .records import Global, Mapping, OldString, Persistent, Record, SetOf

__all__ = ["read"]

#: strings of Python 2 up to this length are text (names, dtypes); longer ones may be the bytes of an array
_TEXT = 255
_PROTOCOL = 5
_RECONSTRUCTOR = Global("copyreg", "_reconstructor")
_NEWOBJ = Global("copyreg", "__newobj__")
#: Python 2's names of modules -> today's
_RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg"}

#: instructions that push their argument
_READY = frozenset(
    {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"}
    | {"STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
    | {"SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"}
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_NEW: dict[str, Callable[[], Any]] = {"EMPTY_LIST": list, "EMPTY_DICT": Mapping, "EMPTY_SET": SetOf}
_REFUSED = {
    "EXT1": "an entry of the process-wide extension registry",
    "EXT2": "an entry of the process-wide extension registry",
    "EXT4": "an entry of the process-wide extension registry",
    "NEXT_BUFFER": "a buffer that is not part of the file",
    "READONLY_BUFFER": "a buffer that is not part of the file",
    "NEWOBJ_EX": "a constructor with keyword arguments",
}


def read(
    data: bytes | BinaryIO,
    *,
    allowed: Callable[[Global], None],
    limits: Limits | None = None,
    persistent: bool = False,
) -> Any:
    """Return the inert record of the pickle `data`.

    Parameters
    ----------
    data : bytes or binary file
        The pickle, of any protocol, written by Python 2 or 3. A file is read up to the end of the pickle.
    allowed : callable
        Called with each name of a class or function; raises if it is not known.
    limits : Limits, optional
    persistent : bool
        Whether the pickle may refer to things kept outside it.

    Raises
    ------
    Refused
        If the pickle goes beyond the limits, or asks for what no table knows.
    pickle.UnpicklingError
        If it is damaged.
    """
    machine = _Machine(data, allowed, limits or Limits(), persistent)
    try:
        return machine.run()
    except pickle.UnpicklingError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        where = machine.stream.tell()
        raise pickle.UnpicklingError(
            f"The pickle is damaged near byte {where}: {error}. Fetch the file again."
        ) from error


class _Machine:
    """The stack, the marks and the memo."""

    def __init__(
        self, data: bytes | BinaryIO, allowed: Callable[[Global], None], limits: Limits, persistent: bool
    ) -> None:
        if isinstance(data, bytes):
            limits.check("bytes", len(data))
            data = io.BytesIO(data)
        self.stream = data
        self.allowed = allowed
        self.limits = limits
        self.persistent = persistent
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.objects = 0

    def run(self) -> Any:
        """Obey the instructions up to STOP and return what is on top."""
        for name, argument in self.instructions():
            if name in _READY:
                self.stack.append(argument)
            elif name in _CONSTANTS:
                self.stack.append(_CONSTANTS[name])
            elif name in _NEW:
                self.push_new(_NEW[name]())
            elif name == "STOP":
                return self.pop()
            elif name in _REFUSED:
                raise Refused(f"The pickle refers to {_REFUSED[name]} ({name}), which is never loaded.")
            else:
                getattr(self, "do_" + name.lower())(argument)
        raise AssertionError("instructions() ends with STOP or an error")

    def instructions(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and the decoded argument of each instruction."""
        stream, most = self.stream, self.limits.instructions
        count = 0
        while True:
            byte = stream.read(1)
            if not byte:
                raise pickle.UnpicklingError(
                    "The pickle ends before its STOP: a truncated file. Fetch it again."
                )
            count += 1
            if count > most:
                self.limits.check("instructions", count)
            try:
                name, reader = _INSTRUCTIONS[byte]
            except KeyError:
                at = stream.tell() - 1
                raise pickle.UnpicklingError(
                    f"Byte {at} is {byte!r}, no instruction: not a pickle?"
                ) from None
            yield name, None if reader is None else reader(stream)

    def pop(self) -> Any:
        """Take what is on top of the stack."""
        if not self.stack:
            raise ValueError("an instruction finds nothing on the stack")
        return self.stack.pop()

    def pop_mark(self) -> list[Any]:
        """Take everything down to the last mark."""
        if not self.marks:
            raise ValueError("an instruction finds no mark on the stack")
        items, self.stack = self.stack, self.marks.pop()
        return items

    def push_new(self, thing: Any) -> None:
        """Push a new object, counted."""
        self.objects += 1
        if self.objects > self.limits.objects:
            self.limits.check("objects", self.objects)
        self.stack.append(thing)

    def name(self, module: Any, name: Any) -> Global:
        """Return the name of a class or function, if it is a known one."""
        if not (isinstance(module, str) and isinstance(name, str)):
            raise Refused(
                f"The pickle computes a name from {type(module).__name__} and {type(name).__name__}."
            )
        found = Global(_RENAMED.get(module, module), name)
        if found not in (_RECONSTRUCTOR, _NEWOBJ):
            self.allowed(found)
        return found

    def call(self, function: Any, args: Any, new: bool = False) -> None:
        """Push the record of a call, or of an instance made by a class's ``__new__``."""
        if not isinstance(function, Global):
            raise Refused(f"The pickle calls {describe(function)}, not a class or function by its name.")
        if not isinstance(args, tuple):
            raise ValueError(f"the arguments of {function} are no tuple")
        if function == _RECONSTRUCTOR and len(args) == 3:
            self.reconstruct(*args)
        elif function == _NEWOBJ and args:
            self.call(args[0], args[1:], new=True)
        else:
            self.push_new(Record(function, args, new))

    def reconstruct(self, kind: Any, base: Any, content: Any) -> None:
        """Push an instance as protocols 0 and 1 make it: of a class, maybe holding a built-in's content."""
        self.call(kind, (), new=True)
        record = self.stack[-1]
        if isinstance(content, Mapping):
            record.pairs = content.pairs
        elif isinstance(content, list | tuple):
            record.items = list(content)

    # ---- marks, memo ---------------------------------------------------------------------------------------

    def do_proto(self, version: int) -> None:
        if version > _PROTOCOL:
            raise pickle.UnpicklingError(f"The pickle has protocol {version}; up to {_PROTOCOL} are known.")

    def do_frame(self, size: int) -> None:
        """Nothing: all bytes are here already."""

    def do_mark(self, _: None) -> None:
        self.marks.append(self.stack)
        self.stack = []
        self.limits.check("depth", len(self.marks))

    def do_pop(self, _: None) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.pop_mark()

    def do_pop_mark(self, _: None) -> None:
        self.pop_mark()

    def do_dup(self, _: None) -> None:
        self.stack.append(self.stack[-1])

    def do_get(self, index: int) -> None:
        self.stack.append(self.memo[index])

    do_binget = do_long_binget = do_get

    def do_put(self, index: int) -> None:
        if not 0 <= index < self.limits.memo:
            self.limits.check("memo", abs(index) + 1)
        self.memo[index] = self.stack[-1]

    do_binput = do_long_binput = do_put

    def do_memoize(self, _: None) -> None:
        self.do_put(len(self.memo))

    # ---- containers ----------------------------------------------------------------------------------------

    def do_list(self, _: None) -> None:
        self.push_new(self.pop_mark())

    def do_tuple(self, _: None) -> None:
        self.push_new(tuple(self.pop_mark()))

    def do_tuple1(self, _: None) -> None:
        self.push_new((self.pop(),))

    def do_tuple2(self, _: None) -> None:
        b, a = self.pop(), self.pop()
        self.push_new((a, b))

    def do_tuple3(self, _: None) -> None:
        c, b, a = self.pop(), self.pop(), self.pop()
        self.push_new((a, b, c))

    def do_dict(self, _: None) -> None:
        self.push_new(Mapping(_pairs(self.pop_mark())))

    def do_frozenset(self, _: None) -> None:
        self.push_new(SetOf(self.pop_mark(), frozen=True))

    def do_append(self, _: None) -> None:
        item = self.pop()
        self.extend([item])

    def do_appends(self, _: None) -> None:
        self.extend(self.pop_mark())

    def extend(self, items: list[Any]) -> None:
        """Append `items` to the list on top."""
        target = self.stack[-1]
        if not isinstance(target, list | Record):
            raise ValueError(f"items are appended to {describe(target)}")
        (target.items if isinstance(target, Record) else target).extend(items)

    def do_setitem(self, _: None) -> None:
        value, key = self.pop(), self.pop()
        self.set_items([(key, value)])

    def do_setitems(self, _: None) -> None:
        self.set_items(_pairs(self.pop_mark()))

    def set_items(self, pairs: list[tuple[Any, Any]]) -> None:
        """Add `pairs` to the dict on top."""
        target = self.stack[-1]
        if not isinstance(target, Mapping | Record):
            raise ValueError(f"keys are set in {describe(target)}")
        target.pairs.extend(pairs)

    def do_additems(self, _: None) -> None:
        elements = self.pop_mark()
        target = self.stack[-1]
        if not isinstance(target, SetOf):
            raise ValueError(f"elements are added to {describe(target)}")
        target.elements.extend(elements)

    # ---- instances -----------------------------------------------------------------------------------------

    def do_global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self.stack.append(self.name(module, name))

    def do_stack_global(self, _: None) -> None:
        name, module = self.pop(), self.pop()
        self.stack.append(self.name(module, name))

    def do_reduce(self, _: None) -> None:
        args, function = self.pop(), self.pop()
        self.call(function, args)

    def do_newobj(self, _: None) -> None:
        args, kind = self.pop(), self.pop()
        self.call(kind, args, new=True)

    def do_inst(self, argument: str) -> None:
        args = tuple(self.pop_mark())
        module, _, name = argument.partition(" ")
        self.call(self.name(module, name), args, new=not args)

    def do_obj(self, _: None) -> None:
        kind, *args = self.pop_mark()
        self.call(kind, tuple(args), new=not args)

    def do_build(self, _: None) -> None:
        state, target = self.pop(), self.stack[-1]
        if not isinstance(target, Record):
            raise Refused(f"The pickle sets the state of {describe(target)}, which is no instance it made.")
        target.state = state

    def do_persid(self, name: str) -> None:
        if not self.persistent:
            raise Refused(f"The pickle refers to {str(name)[:80]!r}, which is not part of the file.")
        self.stack.append(Persistent(name))

    def do_binpersid(self, _: None) -> None:
        self.do_persid(self.pop())


def describe(thing: Any) -> str:
    """Return a few words for an inert thing."""
    if isinstance(thing, Global):
        return f"the name {thing}"
    if isinstance(thing, Record):
        return f"a {thing.kind}"
    return f"a {type(thing).__name__}"


def _pairs(items: list[Any]) -> list[tuple[Any, Any]]:
    if len(items) % 2:
        raise ValueError("a dict has a key without a value")
    return list(zip(items[::2], items[1::2]))


def _old_string(stream: BinaryIO) -> str | OldString:
    """Read the quoted, escaped string of protocol 0."""
    line = stream.readline()
    quoted = line[:-1].strip()
    if not line.endswith(b"\n") or len(quoted) < 2 or quoted[:1] != quoted[-1:] or quoted[:1] not in b"\"'":
        raise ValueError("a string without its quotes")
    return _text_or_bytes(codecs.escape_decode(quoted[1:-1])[0])


def _long_old_string(stream: BinaryIO) -> str | OldString:
    """Read the string of protocol 1 that is preceded by its length."""
    size = int.from_bytes(stream.read(4), "little", signed=True)
    content = stream.read(max(size, 0))
    if size < 0 or len(content) != size:
        raise ValueError(f"a string of {size} bytes of which {len(content)} are there")
    return _text_or_bytes(content)


def _text_or_bytes(content: bytes) -> str | OldString:
    return content.decode("latin-1") if len(content) <= _TEXT else OldString(content)


_READERS = {"STRING": _old_string, "BINSTRING": _long_old_string}
_INSTRUCTIONS = {
    opcode.code.encode("latin-1"): (
        opcode.name,
        _READERS.get(opcode.name, None if opcode.arg is None else opcode.arg.reader),
    )
    for opcode in pickletools.opcodes
}
