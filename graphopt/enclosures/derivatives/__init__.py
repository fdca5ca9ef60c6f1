"""Bounds of first and second derivatives of programs over boxes."""
