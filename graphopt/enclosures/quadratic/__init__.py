"""Quadratic models of programs, carried forwards from the inputs to the outputs."""
