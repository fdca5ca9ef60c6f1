"""`PdbBreakpoint`: an Op that stops in a debugger when a condition holds."""

import importlib
import importlib.util

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable

from ..gof.op import Op
from ..tensor.basic import as_tensor_variable

_BANNER = """

-------------------------------------------------
Conditional breakpoint '{name}' activated

The monitored variables are stored, in order,
in the list variable 'monitored' as NumPy arrays.

Their contents can be altered and, when execution
resumes, the updated values will be used.
-------------------------------------------------"""


class PdbBreakpoint(Op):
    """``x, y = PdbBreakpoint("name")(condition, x, y)``: the same variables, looked at if `condition` holds.

    pudb is used if it is installed, else ipdb, else pdb. At least one of the outputs must be used.
    """

    __props__ = ("name",)

    def __init__(self, name):
        self.name = name

    def make_node(self, condition, *monitored_vars):
        if not isinstance(condition, Variable):
            condition = as_tensor_variable(condition)
        assert condition.ndim == 0
        op = PdbBreakpoint(self.name)  # its own maps: one instance may be applied to any number of variables
        op.view_map = {i: [i + 1] for i in range(len(monitored_vars))}
        op.inp_types = [variable.type for variable in monitored_vars]
        return Apply(op, [condition, *monitored_vars], [type_() for type_ in op.inp_types])

    def perform(self, node, inputs, output_storage):
        condition, *monitored = inputs
        if condition:
            try:
                monitored = [np.asarray(value) for value in monitored]
            except Exception as error:
                raise ValueError(
                    f"Some of the inputs to the PdbBreakpoint op '{self.name}' could not be casted to NumPy "
                    "arrays"
                ) from error
            print(_BANNER.format(name=self.name))
            name = next(n for n in ("pudb", "ipdb", "pdb") if importlib.util.find_spec(n))
            importlib.import_module(name).set_trace()
            monitored = [type_.filter(value) for type_, value in zip(self.inp_types, monitored)]
        for storage, value in zip(output_storage, monitored):
            storage[0] = value

    def grad(self, inputs, output_gradients):
        return [DisconnectedType()(), *output_gradients]

    def infer_shape(self, node, input_shapes):
        return input_shapes[1:]

    def connection_pattern(self, node):
        count = len(node.inputs) - 1
        return [[output == input_ - 1 for output in range(count)] for input_ in range(count + 1)]
