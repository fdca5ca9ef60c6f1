"""Short texts that say how a variable is computed: for messages, for comparisons, for traces."""

import hashlib

import numpy as np
from pytensor.graph.basic import Variable

from ...text import type_text, variable_text, written
from ._trees import char_from_number


class _Tags:
    """Hands out A, B, C... to objects, once each."""

    def __init__(self):
        self.known = {}

    def given(self, obj):
        return self.known.get(id(obj))

    def give(self, obj):
        return self.known.setdefault(id(obj), char_from_number(len(self.known)))


def min_informative_str(obj, indent_level=0, _prev_obs=None, _tag_generator=None):
    """Return how `obj` is computed from what has a name, one line an operation, each with a letter.

    What was printed before is only its letter in angle brackets.
    """
    tags = _Tags() if _tag_generator is None else _tag_generator
    indent = " " * indent_level
    if tags.given(obj):
        return f"{indent}<{tags.given(obj)}>"
    head = f"{indent}{tags.give(obj)}. "
    if isinstance(obj, np.ndarray):
        return head + "<ndarray>"
    if getattr(obj, "name", None) is not None:
        return head + obj.name
    if getattr(obj, "owner", None) is None:
        return head + variable_text(obj)
    op, inputs = written(obj)
    return "\n".join([head + op, *(min_informative_str(i, indent_level + 1, None, tags) for i in inputs)])


def var_descriptor(obj, _prev_obs=None, _tag_generator=None):
    """Return in one line how `obj` is computed; equal for equal graphs, in another process too."""
    tags = _Tags() if _tag_generator is None else _tag_generator
    if tags.given(obj):
        return f"<{tags.given(obj)}>"
    head = tags.give(obj) + "="
    if isinstance(obj, np.ndarray):
        strides = ",".join(map(str, obj.strides))
        return f"{head}<ndarray:strides=[{strides}],digest={_digest(obj)}>"
    if getattr(obj, "owner", None) is not None:
        op, inputs = written(obj)
        return f"{head}{op}({','.join(var_descriptor(i, None, tags) for i in inputs)})"
    if getattr(obj, "name", None) is not None:
        return head + obj.name
    text = variable_text(obj)
    return head + (position_independent_str(obj) if " at 0x" in text else text)


def position_independent_str(obj):
    """Return a text of the variable `obj` without its address."""
    if isinstance(obj, Variable):
        return f"theano_var{{type={type_text(obj.type)}}}"
    raise NotImplementedError(f"position_independent_str knows variables; got {type(obj).__name__}.")


def hex_digest(x):
    """Return a hash of the array `x`, with its strides and its shape."""
    assert isinstance(x, np.ndarray)
    strides, shape = ",".join(map(str, x.strides)), ",".join(map(str, x.shape))
    return f"{_digest(x)}|strides=[{strides}]|shape=[{shape}]"


def _digest(array):
    return hashlib.sha256(array.tobytes()).hexdigest()
