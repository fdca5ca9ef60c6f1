"""`distutils.spawn`: programs on the path."""

from shutil import which


def find_executable(executable: str, path: str | None = None) -> str | None:
    """Return where `executable` is, or None."""
    return which(executable, path=path)
