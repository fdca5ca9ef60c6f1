"""The parts of `distutils` that programs use at run time."""
