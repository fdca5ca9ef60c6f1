"""`Op`: the operations a graph is made of, in Theano's conventions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op as PyTensorOp

from ...adopt import adopt
from .debug_values import (
    compute_test_values,
    debug_error_message,
    get_debug_values,
    get_test_value,
    missing_test_message,
)
from .utils import MethodNotDefined

__all__ = [
    "COp",
    "Op",
    "OpenMPOp",
    "PureOp",
    "debug_error_message",
    "get_debug_values",
    "get_test_value",
    "missing_test_message",
    "ops_with_inner_function",
]


class Op(PyTensorOp):
    """Base of operations written for Theano.

    A subclass defines `make_node` (or `itypes` and `otypes`), `perform` and, where they make sense, `grad` or
    `L_op`, `R_op`, `infer_shape(self, node, shapes)` and `c_code`, with the arguments and results of
    Theano 1.0.5. PyTensor finds its own conventions answered by these.
    """

    #: which inputs must be known to the compiler as constants; kept for old programs
    _f16_ok = False
    view_map: dict[int, list[int]] = {}
    destroy_map: dict[int, list[int]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "infer_shape" in cls.__dict__:
            cls.infer_shape = _without_fgraph(cls.__dict__["infer_shape"])

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        """Return the output of a new node, or the list of them; see `make_node`."""
        return_list = kwargs.pop("return_list", False)
        name = kwargs.pop("name", None)
        node = self.make_node(*inputs, **kwargs)
        adopt(node.outputs)
        compute_test_values([node])
        if name is not None and len(node.outputs) == 1:
            node.outputs[0].name = name
        if self.default_output is not None:
            chosen = node.outputs[self.default_output]
            return [chosen] if return_list else chosen
        if return_list or len(node.outputs) != 1:
            return list(node.outputs)
        return node.outputs[0]

    def make_node(self, *inputs: Any) -> Apply:
        """Return a node of this Op on `inputs`, checked against `itypes`.

        Raises
        ------
        NotImplementedError
            If the class has no `itypes` and `otypes`.
        ValueError, TypeError
            If the number or the types of inputs are wrong.
        """
        for needed in ("itypes", "otypes"):
            if getattr(self, needed, None) is None:
                raise NotImplementedError("You can either define itypes and otypes, or implement make_node")
        if len(inputs) != len(self.itypes):
            raise ValueError(f"We expected {len(self.itypes)} inputs but got {len(inputs)}.")
        if not all(_fits(i, t) for i, t in zip(inputs, self.itypes)):
            raise TypeError(
                f"We expected inputs of types '{list(self.itypes)}' but got types "
                f"'{[getattr(i, 'type', type(i)) for i in inputs]}'"
            )
        return Apply(self, list(inputs), [t() for t in self.otypes])

    # gradients: PyTensor asks `pullback` and `pushforward`, Theano's programs define these three
    def grad(self, inputs: Sequence[Variable], output_grads: Sequence[Variable]) -> list[Variable]:
        raise AttributeError(f"{type(self).__name__!r} object has no attribute 'grad'")

    def L_op(self, inputs: Sequence, outputs: Sequence, output_grads: Sequence) -> list[Variable]:
        return self.grad(list(inputs), list(output_grads))

    def R_op(self, inputs: Sequence[Variable], eval_points: Sequence) -> list:
        raise NotImplementedError(
            f"{self} of class {type(self).__name__} does not implement R_op. If it is your own op, "
            "implement the R_op method."
        )

    def pullback(self, inputs: Sequence, outputs: Sequence, cotangents: Sequence) -> list[Variable]:
        return adopt(self.L_op(list(inputs), list(outputs), [adopt(c) for c in cotangents]))

    def pushforward(self, inputs: Sequence, outputs: Sequence, tangents: Sequence) -> list[Variable]:
        points = [None if isinstance(t.type, DisconnectedType) else t for t in tangents]
        return [DisconnectedType()() if r is None else adopt(r) for r in self.R_op(list(inputs), points)]

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        """Compute the values of the outputs from those of the inputs into ``output_storage[i][0]``."""
        if type(self).c_code is not Op.c_code:
            from .c_ops import perform_c

            return perform_c(self, node, inputs, output_storage)
        raise MethodNotDefined("perform", type(self), type(self).__name__)

    def c_code(self, node: Apply, name: str, inputs: Sequence, outputs: Sequence, sub: dict) -> str:
        """Return the C code that computes the outputs, where a program has written some."""
        raise MethodNotDefined("c_code", type(self), type(self).__name__)

    def make_thunk(self, node, storage_map, compute_map, no_recycling, impl=None):
        """Return a callable that computes the node's outputs in `storage_map` once."""
        return self.make_py_thunk(node, storage_map, compute_map, no_recycling)

    def do_constant_folding(self, *args: Any) -> bool:
        return True

    @classmethod
    def _get_test_value(cls, variable: Variable) -> Any:
        return get_test_value(variable)


class OpenMPOp(Op):
    """An Op whose C code may run on several threads; here it runs as any other."""

    __props__: tuple[str, ...] = ()

    def __init__(self, openmp: bool | None = None) -> None:
        self.openmp = bool(openmp)

    def update_self_openmp(self) -> None:
        """Do nothing: threads are the business of the numeric libraries."""


class COp(Op):
    """An Op whose C code lies in files of its own.

    Parameters
    ----------
    func_files : str or list of str
        Paths of the C files, relative to the file the class stands in.
    func_name : str, optional
        The C function to call; without it the code sections of the files are used.
    """

    def __init__(self, func_files: Any, func_name: str | None = None) -> None:
        self.func_files = [func_files] if isinstance(func_files, str) else list(func_files)
        self.func_name = func_name
        self.load_c_code(self.func_files)

    @classmethod
    def get_path(cls, f: str) -> str:
        """Return `f` as an absolute path, relative ones taken from the folder of the class."""
        import inspect
        import os

        return f if os.path.isabs(f) else os.path.join(os.path.dirname(inspect.getfile(cls)), f)

    def load_c_code(self, func_files: list[str]) -> None:
        """Read the files."""
        self.func_codes = []
        for name in func_files:
            with open(self.get_path(name)) as file:
                self.func_codes.append(file.read())


PureOp = Op

#: Op class -> the name of the attribute that holds its inner compiled function
ops_with_inner_function: dict[type, str] = {}


def _fits(variable: Any, kind: Any) -> bool:
    return isinstance(variable, Variable) and (variable.type == kind or kind.is_super(variable.type))


def _without_fgraph(method: Callable) -> Callable:
    """Return Theano's `infer_shape(self, node, shapes)` so that PyTensor may put its graph before the
    node.
    """
    if getattr(method, "_takes_fgraph_too", False):
        return method

    @functools.wraps(method)
    def infer_shape(self: Op, *arguments: Any) -> Any:
        node, shapes = arguments[-2:]
        return adopt(method(self, node, adopt(shapes)))

    infer_shape._takes_fgraph_too = True
    return infer_shape
