"""Make `import theano` work in a whole environment, and take it back.

An activated environment has one more file in its ``site-packages``, a ``.pth`` that adds one entry to
``sys.path``. Nothing runs when Python starts; `theano` is looked up there when a program imports it.
"""

from __future__ import annotations

import importlib.metadata
import sysconfig
from pathlib import Path

from .launch import PATH_ENTRY

FILE = "theano_compat.pth"


def pth_file() -> Path:
    """Return the file that an activated environment has."""
    return Path(sysconfig.get_path("purelib")) / FILE


def activate() -> str:
    """Make ``import theano`` find this package's in every program of this environment; return what was done.

    Raises
    ------
    RuntimeError
        If another Theano is installed here, or the environment cannot be written.
    """
    for found in importlib.metadata.distributions(name="theano"):
        place = Path(str(found.locate_file(""))).resolve()
        if place != Path(PATH_ENTRY).resolve():
            raise RuntimeError(
                f"Theano {found.version} is installed in {place}. Uninstall it first: pip uninstall Theano"
            )
    file = pth_file()
    try:
        file.write_text(PATH_ENTRY + "\n", encoding="utf-8")
    except OSError as error:
        raise RuntimeError(
            f"{file} cannot be written: {error.strerror}. Use a virtual environment, or run programs with: "
            "theano-compat run SCRIPT"
        ) from error
    return f"`import theano` is Theano 1.0.5 on PyTensor in this environment now ({file})."


def deactivate() -> str:
    """Take back what `activate` did; return what was done."""
    file = pth_file()
    if not file.exists():
        return f"Nothing to do: {file} is not there."
    file.unlink()
    return f"`import theano` is as it was before ({file} removed)."
