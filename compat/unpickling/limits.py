"""How much a pickle may ask for before it is refused."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

__all__ = ["Limits", "Refused"]


class Refused(pickle.UnpicklingError):
    """A pickle that asks for something a loader of data must not do."""


@dataclass(frozen=True)
class Limits:
    """The largest pickle that is read; anything beyond is `Refused`.

    The defaults hold the models and data sets people used to pickle with Theano, and bound what a hostile
    file can cost: memory stays within a small multiple of the file's size.

    Attributes
    ----------
    bytes : int
        Length of the file, and of everything unpacked from a compressed one.
    expansion : int
        Unpacked bytes per packed byte, beyond `free_bytes`: weights never compress like a bomb does.
    free_bytes : int
        Unpacked bytes that need not obey `expansion`.
    instructions : int
        Instructions of the pickle.
    objects : int
        Lists, tuples, dicts, sets and instances the pickle makes.
    memo : int
        Objects the pickle keeps for later reference.
    depth : int
        How deep objects are nested. A node of a graph counts about five levels.
    """

    bytes: int = 1 << 30
    expansion: int = 100
    free_bytes: int = 1 << 26
    instructions: int = 20_000_000
    objects: int = 1_000_000
    memo: int = 5_000_000
    depth: int = 20_000

    def check(self, name: str, amount: int) -> None:
        """Raise `Refused` if `amount` is more than the limit `name`."""
        most = getattr(self, name)
        if amount > most:
            raise Refused(
                f"The pickle asks for {amount:,} {name}, more than the limit of {most:,}. "
                f"If you trust the file, load it with limits=Limits({name}={amount})."
            )
