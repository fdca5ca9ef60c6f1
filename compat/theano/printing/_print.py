"""`Print`: an Op that hands its input on and prints it whenever it is computed."""

from typing import ClassVar

from pytensor.graph.basic import Apply

from ..gof.op import Op


def _print_fn(op, xin):
    for attr in op.attrs:
        value = getattr(xin, attr)
        print(op.message, attr, "=", value() if callable(value) else value)


class Print(Op):
    """``Print("message")(x)`` is `x`, and prints ``message __str__ = value`` when a function computes it.

    `attrs` are the attributes of the value to print, methods being called. ``global_fn(op, value)`` replaces
    the printing.
    """

    view_map: ClassVar[dict] = {0: [0]}
    __props__ = ("message", "attrs", "global_fn")

    def __init__(self, message="", attrs=("__str__",), global_fn=_print_fn):
        self.message = message
        self.attrs = tuple(attrs)
        self.global_fn = global_fn

    def make_node(self, xin):
        return Apply(op=self, inputs=[xin], outputs=[xin.type()])

    def perform(self, node, inputs, output_storage):
        (value,) = inputs
        output_storage[0][0] = value
        self.global_fn(self, value)

    def grad(self, input, output_gradients):
        return output_gradients

    def R_op(self, inputs, eval_points):
        return list(eval_points)

    def infer_shape(self, node, shapes):
        return shapes

    def do_constant_folding(self, *args):
        return False

    def __setstate__(self, state):
        self.__dict__.update({"global_fn": _print_fn, **state})
