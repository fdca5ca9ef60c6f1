"""Theano 1.0.5 on top of PyTensor: announced, and still empty."""
