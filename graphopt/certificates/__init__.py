"""What is known about an answer without asking the solver."""

from graphopt.certificates.certificate import Certificate, Check
from graphopt.certificates.verdict import certify_point

__all__ = ["Certificate", "Check", "certify_point"]
