"""Branch and bound on which neurons of a network of relu are on."""
