"""`distutils.dir_util`: folders made, copied and removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def mkpath(name: str, mode: int = 0o777, verbose: int = 1, dry_run: int = 0) -> list[str]:
    """Make a folder and those above it."""
    os.makedirs(name, mode, exist_ok=True)
    return [name]


def copy_tree(src: str, dst: str, *options: int, **named: int) -> list[str]:
    """Copy what is in the folder `src` into `dst`; return the files that are there then."""
    shutil.copytree(src, dst, dirs_exist_ok=True)
    return [str(path) for path in Path(dst).rglob("*") if path.is_file()]


def remove_tree(directory: str, verbose: int = 1, dry_run: int = 0) -> None:
    shutil.rmtree(directory)
