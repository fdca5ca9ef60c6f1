"""Branch and bound: boxes of inputs, split until their bounds close the gap."""
