"""Solvers under constraints; their ends are polished and checked by the KKT conditions."""
