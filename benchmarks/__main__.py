"""``python -m benchmarks``: see `run`; with ``theano``, ``proofs`` or ``milp`` after it: see those."""

import sys

from benchmarks import milp, proofs, run, theano_run

NAMED = {"theano": theano_run.main, "proofs": proofs.main, "milp": milp.main}

if __name__ == "__main__":
    arguments = sys.argv[1:]
    main = NAMED.get(arguments[0]) if arguments else None
    failed = main(arguments[1:]) if main else run.main(arguments)
    sys.exit(min(failed, 100))
