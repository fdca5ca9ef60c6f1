"""The GPU's random streams: on a CPU the MRG streams stand in, with numbers of their own."""

from ..rng_mrg import MRG_RandomStreams


class CURAND_RandomStreams(MRG_RandomStreams):
    """Random streams with the interface of cuRAND's.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
