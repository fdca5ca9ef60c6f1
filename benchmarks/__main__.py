"""``python -m benchmarks``: see `run`; ``python -m benchmarks theano``: see `theano_run`."""

import sys

from benchmarks import run, theano_run

if __name__ == "__main__":
    arguments = sys.argv[1:]
    failed = theano_run.main(arguments[1:]) if arguments[:1] == ["theano"] else run.main(arguments)
    sys.exit(min(failed, 100))
