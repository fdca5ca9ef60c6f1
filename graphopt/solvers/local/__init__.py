"""Solvers of smooth problems in a box: L-BFGS-B, its starts, and runs of many at once."""
