"""What Theano told about an operation that failed: its node, what came in, where it was made, what to try."""

from __future__ import annotations

import io
import traceback
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import Output
from pytensor.scalar import ScalarType

from graphopt.engine.lines.linker import Failure

from ...text import node_text, type_text
from ..configdefaults import config
from .utils import user_frames

__all__ = ["retell"]

_NO_TRACE = (
    "HINT: Re-running with most Theano optimization disabled could give you a back-trace of when this node "
    "was created. This can be done with by setting the Theano flag 'optimizer=fast_compile'. If that does "
    "not work, Theano optimizations can be disabled with 'optimizer=None'."
)
_MORE = (
    "HINT: Use the Theano flag 'exception_verbosity=high' for a debugprint and storage map footprint of this "
    "apply node."
)


def retell(error: Exception) -> None:
    """Let `error` say what it would have said under Theano, if an operation of a graph raised it.

    Its attributes `__op_instance__` (the node), `__applynode_index__` and `__thunk_trace__` are Theano's.
    """
    failure = getattr(error, "graphopt_failure", None)
    if not isinstance(failure, Failure) or hasattr(error, "__op_instance__"):
        return
    error.__op_instance__ = failure.node
    error.__applynode_index__ = _position(failure)
    error.__thunk_trace__ = getattr(failure.node.outputs[0].tag, "trace", ())
    told = _account(failure)
    if failure.text in getattr(error, "__notes__", ()):
        error.__notes__.remove(failure.text)
    elif failure.text and error.args and isinstance(error.args[0], str):
        error.args = (error.args[0].removesuffix("\n" + failure.text), *error.args[1:])
    if type(error).__str__ in (BaseException.__str__, KeyError.__str__):
        error.args = (f"{error.args[0] if len(error.args) == 1 else error}\n{told}",)
    else:
        error.add_note(told)


def _position(failure: Failure) -> int | None:
    order = failure.fgraph.toposort()
    return order.index(failure.node) if failure.node in order else None


def _account(failure: Failure) -> str:
    """Return the lines after the error's own."""
    node, values = failure.node, failure.values
    users = [[_client(failure.fgraph, c) for c, _ in failure.fgraph.clients.get(v, ())] for v in node.outputs]
    lines = [f"Apply node that caused the error: {node_text(node)}"]
    position = _position(failure)
    if position is not None:
        lines.append(f"Toposort index: {position}")
    lines += [
        f"Inputs types: [{', '.join(_kind(v) for v in node.inputs)}]",
        f"Inputs shapes: {[getattr(value, 'shape', 'No shapes') for value in values]}",
        f"Inputs strides: {[getattr(value, 'strides', 'No strides') for value in values]}",
        f"Inputs values: {[_shown(v, value) for v, value in zip(node.inputs, values)]}",
    ]
    if config.exception_verbosity == "high":
        numbers = [getattr(getattr(value, "dtype", ""), "num", "") for value in values]
        lines.append(f"Inputs type_num: {numbers}")
    lines.append(f"Outputs clients: [{', '.join('[' + ', '.join(several) + ']' for several in users)}]")
    lines.append("")
    made = _made_at(node)
    hints = []
    if made:
        lines.append(
            "Backtrace when the node is created(use Theano flag traceback.limit=N to make it longer):\n"
            + made
        )
    else:
        hints.append(_NO_TRACE)
    if config.exception_verbosity == "high":
        from ..printing import debugprint

        lines.append("Debugprint of the apply node: ")
        lines.append(debugprint(node, file="str", stop_on_name=True, print_type=True))
    else:
        hints.append(_MORE)
    return "\n".join(lines + hints)


def _kind(variable: Variable) -> str:
    kind = variable.type
    return f"Scalar({kind.dtype})" if isinstance(kind, ScalarType) else type_text(kind)


def _client(fgraph: Any, node: Apply) -> str:
    return "'output'" if isinstance(node.op, Output) else node_text(node)


def _shown(variable: Variable, value: Any) -> Any:
    """Return a value as Theano kept it, or 'not shown' if it is long."""
    if isinstance(variable.type, ScalarType):
        return _Text(value)
    if isinstance(value, np.generic):
        value = np.asarray(value)
    return value if getattr(value, "size", 9) <= 5 else "not shown"


class _Text(str):
    """A text that a list prints without quotes."""

    def __repr__(self) -> str:
        return str(self)


def _made_at(node: Apply) -> str:
    """Return the lines of the program that led to `node`; "" where a rewrite made it of nothing known."""
    text = io.StringIO()
    for frames in getattr(node.outputs[0].tag, "trace", None) or ():
        theirs = user_frames(frames)
        traceback.print_list(theirs, text)
    return text.getvalue()
