"""How many processors there are."""

import os


def cpuCount():
    """Return the number of processors, -1 where it is unknown."""
    return os.cpu_count() or -1
