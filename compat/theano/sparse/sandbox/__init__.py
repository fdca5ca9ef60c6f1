"""Sparse operations that never left the sandbox."""
