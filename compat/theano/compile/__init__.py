"""Making functions of graphs."""

from ..configdefaults import config
from .builders import OpFromGraph, inline_ofg_expansion, ops_with_inner_function
from .debugmode import DebugMode
from .function import function, function_dump
from .function_module import *
from .function_module import Function, FunctionMaker, orig_function
from .io import In, Out, SymbolicInput, SymbolicOutput
from .mode import *
from .mode import (
    Mode,
    get_default_mode,
    get_mode,
    optdb,
    predefined_linkers,
    predefined_modes,
    predefined_optimizers,
)
from .monitormode import MonitorMode
from .nanguardmode import NanGuardMode
from .ops import *
from .pfunc import Param, pfunc, rebuild_collect_shared
from .profiling import ProfileStats, ScanProfileStats
from .sharedvalue import SharedVariable, shared, shared_constructor
