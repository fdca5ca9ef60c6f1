"""How an answer is looked for: local solvers, starts, exact methods, and what comes back."""

from graphopt.solvers.constrained.augmented_lagrangian import AugmentedLagrangian
from graphopt.solvers.constrained.slsqp import SLSQP
from graphopt.solvers.constrained.trust_constr import TrustConstr
from graphopt.solvers.local.lbfgsb import LBFGSB
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solvers.solution import Solution, Status

__all__ = ["LBFGSB", "SLSQP", "AugmentedLagrangian", "MultiStart", "Solution", "Status", "TrustConstr"]
