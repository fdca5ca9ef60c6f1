"""`DoubleOp`, the example of how an Op is written."""

from ..gof.graph import Apply
from ..gof.op import Op
from ..tensor.basic import as_tensor_variable


class DoubleOp(Op):
    """Twice a tensor, of the same shape and dtype."""

    def __eq__(self, other):
        return type(self) is type(other)

    def __hash__(self):
        return hash(type(self))

    def __str__(self):
        return type(self).__name__

    def make_node(self, x):
        x = as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] * 2

    def infer_shape(self, node, i0_shapes):
        return i0_shapes

    def grad(self, inputs, output_grads):
        return [output_grads[0] * 2]

    def R_op(self, inputs, eval_points):
        return eval_points if eval_points[0] is None else self.grad(inputs, eval_points)
