"""How fast matrices are multiplied: ``python -m theano.misc.check_blas``."""

import os
import sys
import time
from optparse import OptionParser

import numpy as np


def execute(execute=True, verbose=True, M=2000, N=2000, K=2000, iters=10, order="C"):
    """Return the seconds of `iters` updates ``C = 0.4 C + 0.8 A B``, and who computes them.

    A is of shape (M, N), B of (N, K), both laid out in `order`. With ``execute=False`` nothing is timed; with
    `verbose` settings are printed first.
    """
    from .. import function, shared
    from ..configdefaults import config
    from ..tensor import dot

    if verbose:
        print("Some Theano flags:")
        for name in ("floatX", "device"):
            print(f"    {name}=", getattr(config, name))
        print("    blas.ldflags=", config.blas.ldflags)
        print("Some OS information:")
        for name in ("platform", "version", "prefix"):
            print(f"    sys.{name}=", getattr(sys, name))
        print("Some environment variables:")
        for name in ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            print(f"    {name}=", os.getenv(name))
        print("\nNumpy version:", np.__version__)
        print("Numpy location:", np.__file__)
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        print("Numpy BLAS:", blas.get("name"), blas.get("version"))
    a, b, c = (shared(np.ones(shape, dtype=config.floatX, order=order)) for shape in ((M, N), (N, K), (M, K)))
    f = function([], updates=[(c, 0.4 * c + 0.8 * dot(a, b))])
    f()  # the first call may compile
    began = time.perf_counter()
    if execute:
        for _ in range(iters):
            f()
        return time.perf_counter() - began, "CPU (NumPy's BLAS)"
    return -1, "CPU (NumPy's BLAS)"


def jobman_job(state, channel):
    execute()
    return channel.COMPLETE


def test():
    return execute()


test.__test__ = False

parser = OptionParser(
    usage="%prog <options>\nCompute time needed to perform BLAS gemm computations between matrices of size "
    "(M, N) and (N, K)."
)
parser.add_option("-q", "--quiet", action="store_true", default=False, help="print the time alone")
parser.add_option("--print_only", action="store_true", default=False, help="print settings, time nothing")
for _option in "MNK":
    parser.add_option(f"-{_option}", f"--{_option}", type="int", default=0, help=f"the size {_option}")
parser.add_option("--iter", type="int", default=10, help="the number of calls")
parser.add_option("--order", default="C", help="C or F, the layout of the matrices")
parser.add_option("-B", "--B", type="int", default=5000, help="the size of M, N and K that are not given")


def main(arguments=None):
    options, _ = parser.parse_args(arguments)
    M, N, K = (getattr(options, name) or options.B for name in "MNK")
    seconds, implementation = execute(
        not options.print_only, not options.quiet, M=M, N=N, K=K, iters=options.iter, order=options.order
    )
    if options.quiet:
        print(seconds)
    elif not options.print_only:
        shapes = f"({M}, {N}) and ({N}, {K})"
        print(f"\nWe executed {options.iter} calls to gemm with a and b matrices of shapes {shapes}.")
        print(f"\nTotal execution time: {seconds:.2f}s on {implementation}.")


if __name__ == "__main__":
    main()
