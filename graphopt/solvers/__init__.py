"""How an answer is looked for: local solvers, starts, exact methods, and what comes back."""

from graphopt.solvers.augmented_lagrangian import AugmentedLagrangian
from graphopt.solvers.lbfgsb import LBFGSB
from graphopt.solvers.multistart import MultiStart
from graphopt.solvers.slsqp import SLSQP
from graphopt.solvers.solution import Solution, Status
from graphopt.solvers.trust_constr import TrustConstr

__all__ = ["LBFGSB", "SLSQP", "AugmentedLagrangian", "MultiStart", "Solution", "Status", "TrustConstr"]
