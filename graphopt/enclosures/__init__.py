"""Sound lower and upper bounds of programs over many boxes at once."""
