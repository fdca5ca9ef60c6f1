"""What became of whole modules."""

from .rows import Adapted, Gone, Moved, Row, Same, same

# fmt: off
ROWS: tuple[Row, ...] = (
    Same("theano"),
    *same("theano", "compile d3viz gradient ifelse printing raise_op scalar sparse tensor typed_list"),
    *same("theano.compile", "builders io mode ops sharedvalue"),
    *same("theano.d3viz", "d3viz formatting"),
    *same("theano.scalar", "basic sharedvar"),
    *same("theano.sparse", "basic sharedvar type utils"),
    *same("theano.tensor", """
        basic blas blas_c blas_headers elemwise elemwise_cgen extra_ops fft fourier sharedvar signal
        subtensor type type_other utils xlogx
    """),
    *same("theano.tensor.signal", "conv"),
    *same("theano.typed_list", "basic type"),
    Adapted(
        "theano.compile.debugmode", "pytensor.compile.debug.debugmode",
        "Other names are in pytensor.compile.debug.",
    ),
    Adapted(
        "theano.compile.function_module", "pytensor.compile.maker",
        "Other names are in pytensor.compile.executor, pytensor.compile.aliasing, pytensor.compile.io.",
    ),
    Moved("theano.compile.monitormode", "pytensor.compile.debug.monitormode"),
    Moved("theano.compile.nanguardmode", "pytensor.compile.debug.nanguardmode"),
    Moved("theano.compile.profiling", "pytensor.compile.debug.profiling"),
    Adapted(
        "theano.gof", "pytensor.graph",
        "Other names are in pytensor.graph.basic, pytensor.graph.op, pytensor.graph.type, "
        "pytensor.graph.fg, pytensor.link.c.op, pytensor.link.c.type, pytensor.link.c.params_type, "
        "pytensor.graph.rewriting.basic, pytensor.graph.features, pytensor.graph.traversal, "
        "pytensor.graph.rewriting.db, pytensor.link.basic, pytensor.link.vm, pytensor.link.c.basic.",
    ),
    Adapted("theano.gof.cc", "pytensor.link.c.basic", "Other names are in pytensor.link.c.interface."),
    Moved("theano.gof.cmodule", "pytensor.link.c.cmodule"),
    Moved("theano.gof.compiledir", "pytensor.compile.compiledir"),
    Moved("theano.gof.compilelock", "pytensor.compile.compilelock"),
    Moved("theano.gof.destroyhandler", "pytensor.graph.destroyhandler"),
    Adapted("theano.gof.fg", "pytensor.graph.fg", "Other names are in pytensor.graph.utils."),
    Adapted(
        "theano.gof.graph", "pytensor.graph.basic",
        "Other names are in pytensor.graph.traversal, pytensor.graph.replace.",
    ),
    Adapted("theano.gof.link", "pytensor.link.basic", "Other names are in pytensor.link.utils."),
    Moved("theano.gof.null_type", "pytensor.graph.null_type"),
    Adapted("theano.gof.op", "pytensor.graph.op", "Other names are in pytensor.link.c.op."),
    Moved("theano.gof.opt", "pytensor.graph.rewriting.basic"),
    Moved("theano.gof.optdb", "pytensor.graph.rewriting.db"),
    Moved("theano.gof.params_type", "pytensor.link.c.params_type"),
    Moved("theano.gof.toolbox", "pytensor.graph.features"),
    Adapted("theano.gof.type", "pytensor.graph.type", "Other names are in pytensor.link.c.type."),
    Moved("theano.gof.unify", "pytensor.graph.rewriting.unify"),
    Adapted("theano.gof.utils", "pytensor.graph.utils", "Other names are in pytensor.utils."),
    Moved("theano.gof.vm", "pytensor.link.vm"),
    Moved("theano.scan_module", "pytensor.scan"),
    Moved("theano.scan_module.scan_op", "pytensor.scan.op"),
    Moved("theano.scan_module.scan_opt", "pytensor.scan.rewriting"),
    Moved("theano.scan_module.scan_utils", "pytensor.scan.utils"),
    Moved("theano.scan_module.scan_views", "pytensor.scan.views"),
    Moved("theano.sparse.opt", "pytensor.sparse.rewriting"),
    Adapted(
        "theano.tensor.opt", "pytensor.tensor.rewriting.basic",
        "Other names are in pytensor.tensor.rewriting.math, pytensor.tensor.rewriting.shape, "
        "pytensor.tensor.rewriting.subtensor, pytensor.tensor.rewriting.elemwise, "
        "pytensor.tensor.rewriting.uncanonicalize.",
    ),
    Moved("theano.typed_list.opt", "pytensor.typed_list.rewriting"),
    Gone("theano.compat", "Python 3 has itself what this is for."),
    Gone("theano.pathparse", "Change os.environ."),
    Gone("theano.sandbox", "Experiments; compat.theano.sandbox keeps those that programs use."),
    Gone("theano.scan_module.scan_perform_ext", "Scan has no C extension of that name."),
    Gone("theano.tensor.io", "Load arrays with numpy.load and hand them in."),
    Gone(
        "theano.tensor.nnet",
        "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps them.",
    ),
    Gone(
        "theano.tensor.raw_random",
        "Use pytensor.tensor.random; compat.theano.tensor.raw_random keeps Theano's numbers.",
    ),
    Gone("theano.tensor.signal.pool", "PyTensor has no pooling; compat.theano.tensor.signal.pool keeps it."),
    Gone("theano.updates", "Updates are a dict: a + b is {**a, **b}."),
    Adapted(
        "theano.tensor.nlinalg", "pytensor.tensor.linalg",
        "Functions may be named or ordered differently; see each.",
    ),
    Adapted(
        "theano.tensor.slinalg", "pytensor.tensor.linalg",
        "Functions may be named or ordered differently; see each.",
    ),
)
