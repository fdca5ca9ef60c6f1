"""`random` with Python 2's numbers: the same generator, used as Python 2 used it."""

from __future__ import annotations

import math
import random as _random
from typing import Any

from ..hashing import hash_
from ._rest import rest_of


class Random(_random.Random):
    """The Mersenne Twister, integers drawn as ``int(random() * n)``."""

    def seed(self, a: Any = None, version: int = 1) -> None:
        if a is None or isinstance(a, float | str | bytes | bytearray):
            super().seed(abs(hash_(a)) if isinstance(a, float) else a, version=1)
        elif isinstance(a, int):
            super().seed(a)
        else:
            super().seed(abs(hash_(a)))

    def _randbelow(self, n: int) -> int:
        return int(self.random() * n) if n < 1 << 53 else self.getrandbits(n.bit_length() + 64) % n

    def jumpahead(self, n: int) -> None:
        """Move to a state far from this one; not the state that Python 2 moved to."""
        self.seed(hash((self.getstate()[1], n)))

    def gammavariate(self, alpha: float, beta: float) -> float:
        if alpha != 1.0:
            return super().gammavariate(alpha, beta)
        u = self.random()
        while u <= 1e-7:
            u = self.random()
        return -math.log(u) * beta

    def sample(self, population: Any, k: int) -> list:
        if not hasattr(population, "__getitem__") or isinstance(population, dict):
            population = list(population)
        return super().sample(population, k)

    def shuffle(self, x: Any, random: Any = None) -> None:
        if random is None:
            super().shuffle(x)
            return
        for i in reversed(range(1, len(x))):
            j = int(random() * (i + 1))
            x[i], x[j] = x[j], x[i]


_inst = Random()
seed = _inst.seed
random = _inst.random
uniform = _inst.uniform
triangular = _inst.triangular
randint = _inst.randint
choice = _inst.choice
randrange = _inst.randrange
sample = _inst.sample
shuffle = _inst.shuffle
normalvariate = _inst.normalvariate
lognormvariate = _inst.lognormvariate
expovariate = _inst.expovariate
vonmisesvariate = _inst.vonmisesvariate
gammavariate = _inst.gammavariate
gauss = _inst.gauss
betavariate = _inst.betavariate
paretovariate = _inst.paretovariate
weibullvariate = _inst.weibullvariate
getstate = _inst.getstate
setstate = _inst.setstate
getrandbits = _inst.getrandbits
jumpahead = _inst.jumpahead

__all__ = [
    "Random", "betavariate", "choice", "expovariate", "gammavariate", "gauss", "getrandbits", "getstate",
    "jumpahead", "lognormvariate", "normalvariate", "paretovariate", "randint", "random", "randrange",
    "sample", "seed", "setstate", "shuffle", "triangular", "uniform", "vonmisesvariate", "weibullvariate",
]  # fmt: skip
__getattr__ = rest_of(_random)
