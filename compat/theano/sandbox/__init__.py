"""Where Theano kept what was not yet, or no longer, part of its core: the MRG random streams above all."""
