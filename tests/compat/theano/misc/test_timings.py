"""The modules that time operations."""

from compat.theano.misc import check_blas, elemwise_time_test


def test_check_blas(capsys):
    seconds, implementation = check_blas.execute(verbose=False, M=4, N=5, K=6, iters=2)
    assert seconds >= 0
    assert implementation == "CPU (NumPy's BLAS)"
    check_blas.main(["-M", "3", "-N", "3", "-K", "3", "--iter", "1", "--order", "F"])
    out = capsys.readouterr().out
    assert "floatX= float64" in out
    assert "1 calls to gemm with a and b matrices of shapes (3, 3) and (3, 3)." in out
    check_blas.main(["-q", "-B", "3", "--iter", "1"])
    assert float(capsys.readouterr().out) >= 0


def test_elemwise_times(capsys):
    cheap, dear = elemwise_time_test.ElemwiseOpTime(10, loops=2)
    assert cheap > 0
    assert dear > 0
    assert "Fast op " in capsys.readouterr().out
