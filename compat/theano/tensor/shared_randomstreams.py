"""`RandomStreams`: random variables whose generators are shared variables that calls advance."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable

from ..compile.sharedvalue import SharedVariable, shared, shared_constructor
from . import raw_random


class RandomStateSharedVariable(SharedVariable):
    """A shared variable that holds a `numpy.random.RandomState`."""


@shared_constructor
def randomstate_constructor(value, name=None, strict=False, allow_downcast=None, borrow=False):
    """Return the shared variable of a `numpy.random.RandomState`.

    Raises
    ------
    TypeError
        If `value` is none.
    """
    if not isinstance(value, np.random.RandomState):
        raise TypeError(f"Expected a numpy.random.RandomState, got {type(value).__name__}.")
    return RandomStateSharedVariable(
        type=raw_random.random_state_type,
        value=value if borrow else copy.deepcopy(value),
        name=name,
        strict=strict,
        allow_downcast=allow_downcast,
    )


class RandomStreams(raw_random.RandomStreamsBase):
    """Makes random variables; each owns a generator seeded in turn from `seed`.

    Parameters
    ----------
    seed : int, optional
        The same seed gives the same numbers to the same variables in the same order.

    Attributes
    ----------
    state_updates : list of (state, new state)
        One pair for each variable made so far.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__()
        self.state_updates: list[tuple[Variable, Variable]] = []
        self.default_instance_seed = seed
        self.gen_seedgen = np.random.RandomState(seed)

    def updates(self) -> list[tuple[Variable, Variable]]:
        """Return the pairs of `state_updates` in a list of their own."""
        return list(self.state_updates)

    def seed(self, seed: int | None = None) -> None:
        """Put every generator back to the state that `seed`, or the first seed of this object, gives it."""
        seedgen = np.random.RandomState(self.default_instance_seed if seed is None else seed)
        for state, _ in self.state_updates:
            state.set_value(np.random.RandomState(int(seedgen.randint(2**30))), borrow=True)

    def __getitem__(self, item: Variable) -> np.random.RandomState:
        """Return the generator that the shared variable `item` holds."""
        return item.get_value(borrow=True)

    def __setitem__(self, item: Variable, val: np.random.RandomState) -> None:
        """Let the shared variable `item` hold the generator `val`."""
        item.set_value(val, borrow=True)

    def gen(self, op: Any, *args: Any, **kwargs: Any) -> Variable:
        """Return the sample of ``op(state, *args, **kwargs)``, a function such as `raw_random.uniform`.

        The sample has the attributes `rng`, the shared variable of its generator, and `update`.
        """
        state = shared(np.random.RandomState(int(self.gen_seedgen.randint(2**30))))
        state.tag.is_rng = True
        new_state, out = op(state, *args, **kwargs)
        out.rng = state
        out.update = (state, new_state)
        self.state_updates.append(out.update)
        state.default_update = new_state
        return out
