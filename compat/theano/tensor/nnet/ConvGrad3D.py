"""The module `theano.tensor.nnet.ConvGrad3D` of Theano before 0.9."""

from .volumes import ConvGrad3D, convGrad3D

__all__ = ["ConvGrad3D", "convGrad3D"]
