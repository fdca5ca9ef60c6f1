"""Small modules of `theano.sandbox`."""

import importlib
import sys

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T


def fresh(name):
    """Import a module of the sandbox as for the first time."""
    sys.modules.pop(f"compat.theano.sandbox.{name}", None)
    return importlib.import_module(f"compat.theano.sandbox.{name}")


def test_moved_names():
    with pytest.warns(DeprecationWarning, match="blocksparse"):
        assert fresh("blocksparse").sparse_block_dot is T.nnet.blocksparse.sparse_block_dot
    with pytest.warns(UserWarning, match="slinalg"):
        assert fresh("solve").solve is T.slinalg.solve
    assert fresh("neighbours").images2neibs is T.nnet.neighbours.images2neibs


def test_notices(capsys):
    assert fresh("softsign").softsign is T.nnet.nnet.softsign
    fresh("conv")
    said = capsys.readouterr().err
    assert "softsign was moved" in said
    assert "no longer provides conv" in said


def test_minimal(capsys):
    from compat.theano.sandbox.minimal import minimal

    x = T.dmatrix()
    assert theano.function([x], minimal(x, x))(np.eye(2)) == 0
    assert "perform got 2 arguments" in capsys.readouterr().out


@pytest.fixture(scope="module")
def fourier():
    with pytest.warns(UserWarning, match="deprecated"):
        return fresh("fourier")


@pytest.mark.parametrize("axis", [0, 1])
def test_fourier(fourier, axis):
    x = np.random.RandomState(0).randn(4, 6)
    for transform, expected in (
        (fourier.fft, np.fft.fft(x, 8, axis)),
        (fourier.ifft, np.fft.ifft(x, 8, axis)),
        (fourier.half_fft, np.fft.fft(x, 8, axis).take(range(4), axis=axis)),
    ):
        frames = T.dmatrix()
        np.testing.assert_allclose(theano.function([frames], transform(frames, 8, axis))(x), expected)


def test_half_of_an_odd_length(fourier):
    frames = T.dmatrix()
    f = theano.function([frames], fourier.half_fft(frames, 5, 0))
    with pytest.raises(ValueError, match="odd-length"):
        f(np.eye(5))


def test_cosine_matrix_is_orthogonal(fourier):
    matrix = fourier.dct_matrix(5, 5)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(5), atol=1e-15)
