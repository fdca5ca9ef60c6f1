"""The rewrites: one idea a file, in the order in which they are made.

An idea is a function that looks at a `Source` and yields edits, imports that they need, and findings.
"""

from . import (
    builtin_names,
    comparisons,
    dict_methods,
    divisions,
    flags,
    function_arguments,
    lists,
    names,
    nnet,
    numpy_calls,
    pickles,
    special_methods,
    string_functions,
    tensors,
    truth,
)

IDEAS = (
    builtin_names.rewrite,
    dict_methods.rewrite,
    comparisons.rewrite,
    special_methods.rewrite,
    lists.rewrite,
    divisions.rewrite,
    string_functions.rewrite,
    numpy_calls.rewrite,
    pickles.rewrite,
    truth.rewrite,
    flags.rewrite,
    function_arguments.rewrite,
    tensors.rewrite,
    nnet.rewrite,
    names.rewrite,
)

__all__ = ["IDEAS"]
