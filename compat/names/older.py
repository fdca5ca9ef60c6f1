"""What became of what Theano 1.0.5 itself had dropped, and of whole modules that went."""

from .rows import Adapted, Gone, Row

_GPU = "The GPU back ends are gone; delete this, or keep it behind a check of theano.config.device."

ROWS: tuple[Row, ...] = (
    Gone("theano.gpuarray", _GPU),
    Gone("theano.sandbox.cuda", _GPU),
    Gone("theano.sandbox.gpuarray", _GPU),
    Gone("theano.sandbox.tests", "Tests of an experiment."),
    Gone("theano.sandbox.theano_object", "Keep the variables in a class of your own."),
    Gone("theano.sandbox.debug", "It became theano.tests.record, which is gone too."),
    Gone("theano.sandbox.scan", "Use scan."),
    Gone("theano.sandbox.scan_module", "Use scan."),
    Gone("theano.tensor.deprecated", "Use theano.tensor.raw_random."),
    Gone("theano.tensor.randomstreams", "Use theano.tensor.shared_randomstreams."),
    Gone("theano.tensor.signal.downsample", "Use theano.tensor.signal.pool: max_pool_2d is pool_2d."),
    Gone(
        "theano.compat.python2x", "Python 3 has all of it: collections.OrderedDict, collections.defaultdict."
    ),
    Gone("theano.compat.six", "Import six, or what it stands for in Python 3."),
    Gone("theano.gof.python25", "Python 3 has all of it."),
    Gone("theano.gof.cutils", "C code is compiled by PyTensor itself."),
    Gone("theano.gof.lazylinker_c", "C code is compiled by PyTensor itself."),
    Gone(
        "theano.configparser", "PyTensor's flags are in pytensor.config; environment variable PYTENSOR_FLAGS."
    ),
    Gone(
        "theano.configdefaults",
        "PyTensor's flags are in pytensor.config; environment variable PYTENSOR_FLAGS.",
    ),
    Gone("theano.misc", "Helpers of Theano itself; compat.theano.misc keeps most of them."),
    Gone(
        "theano.tests",
        "Helpers for tests of Theano; compat.theano.tests keeps unittest_tools and breakpoint.",
    ),
    Gone("theano.ProfileMode", "Compile with profile=True."),
    Adapted("theano.tensor.shared_randomstreams", "pytensor.tensor.random.utils", "It draws other numbers."),
    Gone("theano.version", "pytensor.__version__ is a string."),
    Gone("theano.tensor.inplace", "Rewrites make operations inplace; call the function without _inplace."),
)
