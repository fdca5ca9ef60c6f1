"""`scan_checkpoints`: a loop whose gradient computes most steps a second time instead of keeping them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .scan import scan

__all__ = ["scan_checkpoints"]


def scan_checkpoints(
    fn: Callable,
    sequences: Any = (),
    outputs_info: Any = None,
    non_sequences: Any = (),
    name: str = "checkpointscan_fn",
    n_steps: Any = None,
    save_every_N: int = 10,
    padding: bool = True,
) -> tuple:
    """Return every `save_every_N`-th row of the outputs of a loop, and the updates.

    What lies between these rows is computed again for the gradient: less memory, more time.

    Parameters
    ----------
    fn, sequences, outputs_info, non_sequences, name, n_steps
        As of `scan`. Sequences have one common length, which `n_steps` is too if given; states have no taps.
    save_every_N : int
        How many steps go by without being kept.
    padding : bool
        Whether sequences are filled up with zeros to a multiple of `save_every_N` rows. Without, their length
        must be one.

    Raises
    ------
    RuntimeError
        If a state has taps.
    """
    from ..tensor import ceil, eq, join, ones, set_subtensor, switch, zeros

    sequences, outputs_info, fixed = map(_listed, (sequences, outputs_info, non_sequences))
    if any(isinstance(info, dict) and "taps" in info for info in outputs_info):
        raise RuntimeError("scan_checkpoints doesn't work with taps.")
    if n_steps is None:
        n_steps = sequences[0].shape[0]
    outer_steps = ceil(n_steps / save_every_N).astype("int64")
    rest = n_steps % save_every_N
    inner_steps = save_every_N * ones((outer_steps,), "int64")
    inner_steps = set_subtensor(inner_steps[-1], switch(eq(rest, 0), save_every_N, rest))

    blocks = []
    for s in sequences:
        lengths = [s.shape[i] for i in range(1, s.ndim)]
        if padding:
            s = join(0, s, zeros([-s.shape[0] % save_every_N, *lengths], dtype=s.dtype))
        blocks.append(s.reshape([s.shape[0] // save_every_N, save_every_N, *lengths], s.ndim + 1))
    n_states = sum(info is not None for info in outputs_info)
    n_free = len(outputs_info) - n_states

    def block_of_steps(*arguments: Any) -> tuple:
        *inner, steps = arguments[: len(blocks) + 1]
        states = list(arguments[len(blocks) + 1 :][:n_states])
        results, updates = scan(
            fn=fn,
            sequences=inner,
            outputs_info=states + [None] * n_free,
            non_sequences=list(arguments[len(blocks) + 1 + n_states :]),
            name=name + "_inner",
            n_steps=steps,
            return_list=True,
        )
        return [r[-1] for r in results], updates

    return scan(
        fn=block_of_steps,
        sequences=[*blocks, inner_steps],
        outputs_info=outputs_info,
        non_sequences=fixed,
        name=name + "_outer",
        n_steps=outer_steps,
        allow_gc=True,
    )


def _listed(value: Any) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]
