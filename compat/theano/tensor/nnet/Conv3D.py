"""The module `theano.tensor.nnet.Conv3D` of Theano before 0.9."""

from .volumes import Conv3D, conv3D

__all__ = ["Conv3D", "conv3D"]
