"""The module `theano.tensor.nnet.ConvTransp3D` of Theano before 0.9."""

from .volumes import ConvTransp3D, convTransp3D

__all__ = ["ConvTransp3D", "convTransp3D"]
