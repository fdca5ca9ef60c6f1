"""Ops whose only implementation is their C code: compiled by PyTensor's C linker when they first run."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

from pytensor import config as pytensor_config
from pytensor.graph.basic import Apply
from pytensor.link.c.op import COp as PyTensorCOp

from .utils import MethodNotDefined

#: methods of an Op that hold or describe C code, with what an Op without them means
_PARTS = {
    "c_headers": [],
    "c_header_dirs": [],
    "c_libraries": [],
    "c_lib_dirs": [],
    "c_compile_args": [],
    "c_no_compile_args": [],
    "c_init_code": [],
    "c_support_code": "",
}
_PARTS_OF_A_NODE = {
    "c_init_code_apply": "",
    "c_init_code_struct": "",
    "c_support_code_apply": "",
    "c_cleanup_code_struct": "",
    "c_support_code_struct": "",
}


class _InC(PyTensorCOp):
    """PyTensor's view of an Op of a program: its C code, and no other way to run."""

    __props__ = ("op",)

    def __init__(self, op: Any) -> None:
        self.op = op

    def make_node(self, *inputs: Any) -> Apply:
        raise TypeError("The nodes of C code are made from nodes.")

    def perform(self, node: Apply, inputs: Sequence, outputs: Sequence) -> None:
        raise MethodNotDefined("perform", type(self.op), type(self.op).__name__)

    def c_code(self, node: Apply, name: str, inputs: Sequence[str], outputs: Sequence[str], sub: dict) -> str:
        return self.op.c_code(node, name, list(inputs), list(outputs), sub)

    def c_code_cache_version(self) -> tuple:
        return ()

    def c_code_cleanup(self, node: Apply, name: str, inputs: Any, outputs: Any, sub: dict) -> str:
        return _asked(self.op, "c_code_cleanup", "", node, name, inputs, outputs, sub)


def _asked(op: Any, method: str, otherwise: Any, *arguments: Any) -> Any:
    function = getattr(op, method, None)
    if function is None:
        return otherwise
    try:
        return function(*arguments)
    except (MethodNotDefined, NotImplementedError):
        return otherwise


def _add_parts() -> None:
    def part(name: str, otherwise: Any) -> Any:
        return lambda self, **kwargs: _asked(self.op, name, otherwise)

    def part_of_a_node(name: str, otherwise: Any) -> Any:
        return lambda self, *arguments: _asked(self.op, name, otherwise, *arguments)

    for name, otherwise in _PARTS.items():
        setattr(_InC, name, part(name, otherwise))
    for name, otherwise in _PARTS_OF_A_NODE.items():
        setattr(_InC, name, part_of_a_node(name, otherwise))


_add_parts()


def perform_c(op: Any, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
    """Compute the outputs of `node` by the C code of its Op.

    Raises
    ------
    RuntimeError
        If the machine has no C++ compiler.
    """
    run = node.tag.__dict__.get("c_thunk")
    if run is None:
        run = node.tag.c_thunk = _compiled(op, node)
    for cell, value in zip(output_storage, run(inputs)):
        cell[0] = value


def _compiled(op: Any, node: Apply) -> Any:
    compiler = pytensor_config.cxx or shutil.which("g++") or shutil.which("clang++")
    if not compiler:
        raise RuntimeError(
            f"{op} has only C code (no perform method), and there is no C++ compiler. Install g++, or give "
            "the Op a perform method in Python."
        )
    twin = Apply(_InC(op), [i.clone() for i in node.inputs], [o.clone() for o in node.outputs])
    storage = {v: [None] for v in (*twin.inputs, *twin.outputs)}
    with pytensor_config.change_flags(cxx=compiler):
        thunk = twin.op.make_c_thunk(twin, storage, {v: [False] for v in storage}, [])
    given = [storage[v] for v in twin.inputs]
    computed = [storage[v] for v in twin.outputs]

    def run(values: Sequence) -> list:
        for cell, value in zip(given, values):
            cell[0] = value
        for cell in computed:
            cell[0] = None
        thunk()
        return [cell[0] for cell in computed]

    return run
