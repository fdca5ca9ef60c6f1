"""The product of sparse matrices that keeps what is sparse sparse."""

from ..basic import TrueDot, true_dot

__all__ = ["TrueDot", "true_dot"]
