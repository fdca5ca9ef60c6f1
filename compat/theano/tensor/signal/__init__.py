"""Pooling and convolution of signals: `theano.tensor.signal`."""

from ....names.attributes import module_attributes

__getattr__ = module_attributes(__name__)
