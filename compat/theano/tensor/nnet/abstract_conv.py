"""Convolutions, their gradients and their shapes: `theano.tensor.nnet.abstract_conv`."""

from . import conv_ops, conv_shapes, convolving, upsampling
from .conv_ops import *
from .conv_shapes import *
from .convolving import *
from .upsampling import *

imported_scipy_signal = True

__all__ = ["imported_scipy_signal"]
__all__ += conv_ops.__all__ + conv_shapes.__all__ + convolving.__all__ + upsampling.__all__
