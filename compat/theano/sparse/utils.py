"""A hash of the contents of a sparse matrix."""

from pytensor.sparse.utils import hash_from_sparse

__all__ = ["hash_from_sparse"]
