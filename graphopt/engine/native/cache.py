"""Where compiled kernels are kept: a private folder, and files that are whole or absent."""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path


def cache_directory() -> Path:
    """Return the folder of compiled kernels, made if it was not there.

    ``$GRAPHOPT_CACHE``, else ``graphopt`` in the user's cache folder, else (when that cannot be written) a
    folder of this user among the temporary files, else one of this process alone, removed at its end. A
    folder that belongs to somebody else, or that others may write, is never used: libraries in it are run.
    """
    return _usable(os.environ.get("GRAPHOPT_CACHE") or "", str(_user_cache()))


@functools.cache
def _usable(asked: str, usual: str) -> Path:
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    candidates = [Path(asked)] if asked else [Path(usual) / "graphopt"]
    candidates.append(Path(tempfile.gettempdir()) / f"graphopt{user}")
    for folder in candidates:
        if _make_private(folder):
            return folder
    return private_directory()


@functools.cache
def private_directory() -> Path:
    """Return a folder of this process, removed when it ends."""
    folder = tempfile.mkdtemp(prefix="graphopt-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _user_cache() -> Path:
    home = Path(os.path.expanduser("~"))
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")


def _make_private(folder: Path) -> bool:
    """Return whether `folder` exists (made if need be), is ours alone to write, and can be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = os.lstat(folder)
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & 0o022):
        return False
    try:
        handle, probe = tempfile.mkstemp(prefix="probe-", dir=folder)
        os.close(handle)
        os.unlink(probe)
    except OSError:
        return False
    return True


def store(path: Path, note: dict) -> None:
    """Write the note beside the file at `path`: its sha256 and `note`, whole or not at all."""
    text = json.dumps({**note, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()})
    handle, name = tempfile.mkstemp(prefix="tmp-", dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(name, note_path(path))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def recall(path: Path) -> dict | None:
    """Return the note of the file at `path` if both are there and the file is as it was stored, else None."""
    try:
        note = json.loads(note_path(path).read_text())
        content = path.read_bytes()
    except (OSError, ValueError):
        return None
    if not isinstance(note, dict) or note.get("sha256") != hashlib.sha256(content).hexdigest():
        return None
    return note


def note_path(path: Path) -> Path:
    """Return the path of the note that stands beside `path`."""
    return path.with_name(path.name + ".json")
