"""``python -m benchmarks``: see `run`."""

import sys

from benchmarks.run import main

if __name__ == "__main__":
    sys.exit(min(main(), 100))
