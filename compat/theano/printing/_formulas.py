"""`pp`: expressions as formulas, by printers assigned to Ops or to conditions."""

from copy import copy

from pytensor.graph.basic import Variable
from pytensor.graph.op import Op
from pytensor.graph.traversal import io_toposort

from ...text import symbol, variable_text, written
from ..gof.utils import scratchpad

VALID_ASSOC = {"left", "right", "either"}

use_ascii = True
special = {"middle_dot": "\\dot", "big_sigma": "\\Sigma"}
greek = {name: "\\" + name for name in ("alpha", "beta", "gamma", "delta", "epsilon")}


class PrinterState(scratchpad):
    """What printers tell each other: `pprinter`, `precedence`, and in `memo` what is written already."""

    def __init__(self, props=None, **more_props):
        if isinstance(props, scratchpad):
            self.__update__(props)
        else:
            self.__dict__.update(props or {})
        self.__dict__.update(more_props)
        self.memo = {}


class _Printer:
    """A printer of variables that Ops compute; subclasses define ``text(node, index, pstate)``."""

    what = "a printer"

    def process(self, output, pstate):
        if output not in pstate.memo:
            if output.owner is None:
                raise TypeError(
                    f"{self.what} cannot represent a variable that is not the result of an operation"
                )
            pstate.memo[output] = self.text(output.owner, output.owner.outputs.index(output), pstate)
        return pstate.memo[output]

    @staticmethod
    def inner(variable, pstate, precedence):
        """Return the text of an input, written inside something of that precedence."""
        outside = getattr(pstate, "precedence", None)
        pstate.precedence = precedence
        try:
            return pstate.pprinter.process(variable, pstate)
        finally:
            pstate.precedence = outside


class OperatorPrinter(_Printer):
    """``(a + b)``, always with parentheses."""

    def __init__(self, operator, precedence, assoc="left"):
        assert assoc in VALID_ASSOC
        self.operator = operator
        self.precedence = precedence
        self.assoc = assoc
        self.what = f"operator {operator}"

    def text(self, node, index, pstate):
        last = len(node.inputs) - 1
        weaker = {"left": lambda i: i != 0, "right": lambda i: i != last, "either": lambda i: False}[
            self.assoc
        ]
        inputs = [
            self.inner(variable, pstate, self.precedence + (1e-6 if weaker(i) else 0))
            for i, variable in enumerate(node.inputs)
        ]
        return f"({self.operator}{inputs[0]})" if last == 0 else f"({f' {self.operator} '.join(inputs)})"


class PatternPrinter(_Printer):
    """A pattern an output, as ``('|%(0)s|', -1000)``: a text with numbered inputs, then their precedences."""

    def __init__(self, *patterns):
        self.patterns = [(p, ()) if isinstance(p, str) else (p[0], p[1:]) for p in patterns]
        self.what = f"Patterns {self.patterns}"

    def text(self, node, index, pstate):
        pattern, precedences = self.patterns[index]
        precedences += (1000,) * len(node.inputs)
        return pattern % {
            str(i): self.inner(variable, pstate, precedence)
            for i, (variable, precedence) in enumerate(zip(node.inputs, precedences))
        }


class FunctionPrinter(_Printer):
    """``name(a, b)``, a name an output."""

    def __init__(self, *names):
        self.names = names
        self.what = f"function {names}"

    def text(self, node, index, pstate):
        return f"{self.names[index]}({', '.join(self.inner(i, pstate, -1000) for i in node.inputs)})"


class IgnorePrinter(_Printer):
    """The first input alone, for Ops that mean nothing to a reader."""

    what = "an ignored function"

    def text(self, node, index, pstate):
        return pstate.pprinter.process(node.inputs[0], pstate)


class DimShufflePrinter(_Printer):
    """Nothing for axes put in front, ``x.T`` for a transpose, ``DimShuffle{0, 2, 1}(x)`` for the rest."""

    what = "DimShuffle"

    def text(self, node, index, pstate):
        (x,) = node.inputs
        inner = pstate.pprinter.process(x)
        order = list(node.op.new_order)
        while order and order[0] == "x":
            del order[0]
        axes = list(range(x.type.ndim))
        if order == axes:
            return inner
        if order == axes[::-1]:
            return f"{inner}.T"
        return f"DimShuffle{{{', '.join(map(str, order))}}}({inner})"


class SubtensorPrinter(_Printer):
    """``x[i, int64:]``: integers as they are, slices by the dtypes of their ends."""

    what = "Subtensor"

    def text(self, node, index, pstate):
        x, *indices = node.inputs

        def entry(position):
            if not isinstance(position, slice):  # from the end, as Theano took them
                return self.inner(indices.pop(), pstate, -1000)
            start, stop, step = (
                "" if p is None else str(node.inputs[1 + p].type.dtype)
                for p in (position.start, position.stop, position.step)
            )
            return f"{start}:{stop}" + (f":{step}" if step else "")

        entries = [entry(position) for position in node.op.idx_list]
        return f"{self.inner(x, pstate, 1000)}[{', '.join(entries)}]"


class _DotPrinter(OperatorPrinter):
    """``(a \\dot b)``, of vectors too."""

    def __init__(self):
        super().__init__(special["middle_dot"], -1, "left")

    def process(self, output, pstate):
        if output not in pstate.memo:
            factors = [self.inner(factor, pstate, self.precedence) for factor in written(output)[1]]
            pstate.memo[output] = f"({f' {self.operator} '.join(factors)})"
        return pstate.memo[output]


class MakeVectorPrinter(_Printer):
    """``[a, b]``."""

    what = "MakeVector"

    def text(self, node, index, pstate):
        return f"[{', '.join(self.inner(i, pstate, 1000) for i in node.inputs)}]"


class LeafPrinter:
    """The variable itself."""

    def process(self, output, pstate):
        return pstate.memo.setdefault(output, greek.get(output.name) or variable_text(output))


class DefaultPrinter(_Printer):
    """``Op(a, b)``, and a variable that nothing computes as itself."""

    def process(self, output, pstate):
        if getattr(output, "owner", None) is None:
            return leaf_printer.process(output, pstate)
        return super().process(output, pstate)

    def text(self, node, index, pstate):
        op, inputs = written(node.outputs[index])
        return f"{op}({', '.join(self.inner(i, pstate, -1000) for i in inputs)})"


leaf_printer = LeafPrinter()
default_printer = DefaultPrinter()


class PPrinter:
    """``pp(x)`` is the formula of `x`; ``pp.assign(Op, printer)`` says how an Op is written."""

    def __init__(self):
        self.printers = []
        self.printers_dict = {}

    def assign(self, condition, printer):
        """Use `printer` for an Op, a class of Ops, or where ``condition(pstate, variable)`` is true."""
        if isinstance(condition, Op | type):
            self.printers_dict[condition] = printer
        else:
            self.printers.insert(0, (condition, printer))

    def process(self, r, pstate=None):
        if pstate is None or isinstance(pstate, dict):
            pstate = PrinterState(pprinter=self, **(pstate or {}))
        if getattr(r, "owner", None) is not None:
            for key in (r.owner.op, type(r.owner.op)):
                if key in self.printers_dict:
                    return self.printers_dict[key].process(r, pstate)
        for condition, printer in self.printers:
            if condition(pstate, r):
                return printer.process(r, pstate)
        return None

    def clone(self):
        other = copy(self)
        other.printers = list(self.printers)
        other.printers_dict = dict(self.printers_dict)
        return other

    def clone_assign(self, condition, printer):
        other = self.clone()
        other.assign(condition, printer)
        return other

    def process_graph(self, inputs, outputs, updates=None, display_inputs=False):
        """Return a program: a line a named variable, then the updates, then what is returned."""
        inputs, outputs = (v if isinstance(v, list | tuple) else [v] for v in (inputs, outputs))
        updates = {} if updates is None else updates
        updated = {new: old for old, new in updates.items()}
        current = None
        printer = self.clone_assign(lambda pstate, r: r.name is not None and r is not current, leaf_printer)
        lines = []
        if display_inputs:
            lines.append((0, "inputs: " + ", ".join(map(variable_text, [*inputs, *updates]))))
        for node in io_toposort([*inputs, *updates], [*outputs, *updates.values()]):
            for output in node.outputs:
                current = output
                formula = printer.process(output)
                if output in updated:
                    lines.append((len(lines) + 1001, f"{variable_text(updated[output])} <- {formula}"))
                if output in outputs:
                    index = outputs.index(output)
                    name = output.name or f"out[{index}]"
                    lines.append(
                        (2000 + index, f"return {formula}" if len(outputs) == 1 else f"{name} = {formula}")
                    )
                elif output.name is not None:
                    lines.append((len(lines) + 1, f"{output.name} = {formula}"))
        return "\n".join(line for _, line in sorted(lines))

    def __call__(self, *args):
        if len(args) == 1 or (len(args) == 2 and isinstance(args[1], PrinterState | dict)):
            return self.process(*args)
        if len(args) > 2:
            return self.process_graph(*args)
        raise TypeError("Not enough arguments to call.")


#: functions of `theano.tensor` that are written with an operator: its sign, precedence and direction
_OPERATORS = {
    "add": ("+", -2, "either"),
    "mul": ("*", -1, "either"),
    "sub": ("-", -2, "left"),
    "neg": ("-", 0, "either"),
    "true_div": ("/", -1, "left"),
    "int_div": ("//", -1, "left"),
    "pow": ("**", 1, "right"),
}


class _ElemwisePrinter:
    """An operator where there is one, else the name of the function."""

    printers = {name: OperatorPrinter(*arguments) for name, arguments in _OPERATORS.items()} | {
        "abs_": PatternPrinter(("|%(0)s|", -1000)),
        "identity": IgnorePrinter(),
        "second": FunctionPrinter("fill"),
    }

    def process(self, output, pstate):
        scalar_op = output.owner.op.scalar_op
        kind = type(scalar_op).__name__
        if kind == "Composite" or output.owner.op.inplace_pattern:
            return default_printer.process(output, pstate)
        name = str(scalar_op.o_type) if kind == "Cast" else symbol(scalar_op)
        return self.printers.get(name, FunctionPrinter(name)).process(output, pstate)


#: classes of Ops -> how `pp` writes them
_PRINTERS = {
    "Alloc": FunctionPrinter("alloc"),
    "DimShuffle": DimShufflePrinter(),
    "Dot": _DotPrinter(),
    "Elemwise": _ElemwisePrinter(),
    "Join": FunctionPrinter("join"),
    "MakeVector": MakeVectorPrinter(),
    "Subtensor": SubtensorPrinter(),
}


class _ByClass:
    """The printers of `_PRINTERS`."""

    def __call__(self, pstate, r):
        return isinstance(r, Variable) and r.owner is not None and type(r.owner.op).__name__ in _PRINTERS

    def process(self, output, pstate):
        name = "Dot" if written(output)[0] == "dot" else type(output.owner.op).__name__
        return _PRINTERS[name].process(output, pstate)


pprint = PPrinter()
pprint.assign(lambda pstate, r: True, default_printer)
pprint.assign(_ByClass(), _ByClass())
pp = pprint
