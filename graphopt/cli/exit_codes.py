"""What the exit code of the command says."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes, the same for every command."""

    OK = 0  # done; for a search: feasible and converged
    INTERNAL_ERROR = 1
    BAD_USAGE = 2  # a wrong option, value or file
    INFEASIBLE = 3  # proved
    NOT_CONVERGED = 4  # a limit was reached; the best point is still written
    REFUSED = 5  # unsafe to do
    INTERRUPTED = 130  # Ctrl-C
