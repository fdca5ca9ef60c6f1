"""How fast elementwise operations are, a cheap one and a dear one."""

import sys
import time
from optparse import OptionParser

import numpy as np

from .. import config, function
from .. import tensor as T

parser = OptionParser(usage="%prog <options>\n Compute time for fast and slow elemwise operations")
parser.add_option(
    "-N", "--N", type="int", default=config.openmp_elemwise_minsize, help="Number of vector elements"
)
parser.add_option("--script", action="store_true", default=False, help="print two numbers alone")


def evalTime(f, v, script=False, loops=1000):
    """Return the shortest time, in seconds, of `loops` calls ``f(v)``."""
    shortest = 1e10
    for _ in range(loops):
        began = time.perf_counter()
        f(v)
        shortest = min(shortest, time.perf_counter() - began)
    if not script:
        print(f" run time in {loops} loops was {shortest:2.9f} sec")
    return shortest


def ElemwiseOpTime(N, script=False, loops=1000):
    """Return the times of ``2 x + x x`` and of ``tanh(x)`` for a vector of length `N`."""
    x = T.vector("x")
    v = np.random.RandomState(1235).random_sample(N).astype(config.floatX)
    times = []
    for name, expression in (("Fast", 2 * x + x * x), ("Slow", T.tanh(x))):
        f = function([x], expression)
        if not script:
            print(name, "op ", end=" ")
        times.append(evalTime(f, v, script=script, loops=loops))
    return tuple(times)


if __name__ == "__main__":
    options, _ = parser.parse_args(sys.argv)
    cheap, dear = ElemwiseOpTime(N=options.N, script=options.script)
    if options.script:
        print(f"{cheap:2.9f} {dear:2.9f}")
