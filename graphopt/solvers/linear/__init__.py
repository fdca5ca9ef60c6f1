"""Linear programs, with whole numbers too, whose bounds are recomputed from their multipliers."""
