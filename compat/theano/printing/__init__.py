"""Graphs and values as text and pictures: `debugprint`, `pp`, `pydotprint`; `Print` prints at run time.

Everything is written as Theano wrote it, whatever Op of PyTensor's stands in the graph.
"""

import logging

from ...text import constant_text, op_name, op_text, type_text, variable_text
from ..configdefaults import config
from ._formulas import (
    VALID_ASSOC,
    DefaultPrinter,
    DimShufflePrinter,
    FunctionPrinter,
    IgnorePrinter,
    LeafPrinter,
    MakeVectorPrinter,
    OperatorPrinter,
    PatternPrinter,
    PPrinter,
    PrinterState,
    SubtensorPrinter,
    default_printer,
    greek,
    leaf_printer,
    pp,
    pprint,
    special,
    use_ascii,
)
from ._names import hex_digest, min_informative_str, position_independent_str, var_descriptor
from ._pictures import default_colorCodes, pydot_imported, pydot_imported_msg, pydotprint
from ._print import Print, _print_fn
from ._trees import char_from_number, debugprint

__all__ = [
    "VALID_ASSOC", "DefaultPrinter", "DimShufflePrinter", "FunctionPrinter", "IgnorePrinter", "LeafPrinter",
    "MakeVectorPrinter", "OperatorPrinter", "PPrinter", "PatternPrinter", "Print", "PrinterState",
    "SubtensorPrinter", "_print_fn", "char_from_number", "config", "constant_text", "debugprint",
    "default_colorCodes", "default_printer", "greek", "hex_digest", "leaf_printer", "min_informative_str",
    "op_name", "op_text", "position_independent_str", "pp", "pprint", "pydot_imported", "pydot_imported_msg",
    "pydotprint", "special", "type_text", "use_ascii", "var_descriptor", "variable_text",
]  # fmt: skip

_logger = logging.getLogger("theano.printing")
