"""The pooling functions: old names of arguments, warnings and refusals. Their values are in `test_images`."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.signal.pool import Pool, pool_2d, pool_3d

X = np.arange(25.0).reshape(1, 1, 5, 5)


def test_old_names_of_arguments():
    x = T.dtensor4()
    new = pool_2d(x, ws=(3, 3), stride=(2, 2), pad=(1, 1), ignore_border=True)
    with pytest.warns(UserWarning, match="DEPRECATION") as warned:
        old = pool_2d(x, ds=(3, 3), st=(2, 2), padding=(1, 1), ignore_border=True)
    names = [("ds", "ws"), ("st", "stride"), ("padding", "pad")]
    for (before, after), warning in zip(names, warned, strict=True):
        assert f"the '{before}' parameter is not going to exist" in str(warning.message)
        assert f"'{after}'" in str(warning.message)
        assert warning.filename == __file__
    np.testing.assert_array_equal(*theano.function([x], [new, old])(X))


@pytest.mark.parametrize(
    "names", [{"ws": (2, 2), "ds": (2, 2)}, {"ws": (2, 2), "stride": (1, 1), "st": (1, 1)}, {}], ids=str
)
def test_one_name_only(names):
    for function, shape in ((pool_2d, ()), (Pool.out_shape, ((4, 4),))):
        with pytest.raises(ValueError, match=r"You can't provide a tuple value to both|You must provide a"):
            function(*(shape or (T.tensor4(),)), ignore_border=True, **names)
    with pytest.raises(ValueError, match="You can't provide a tuple value to both 'padding' and pad"):
        pool_2d(T.tensor4(), (2, 2), True, pad=(1, 1), padding=(1, 0))


def test_a_border_that_is_not_mentioned_is_kept_with_a_warning():
    x = T.dtensor4()
    with pytest.warns(
        UserWarning, match=r"pool_2d\(\) will have the parameter ignore_border default value"
    ) as w:
        y = pool_2d(x, (2, 2))
    assert w[0].filename == __file__
    assert theano.function([x], y)(X).shape == (1, 1, 3, 3)


def test_too_few_axes_are_refused():
    with pytest.raises(NotImplementedError, match="pool_2d requires a dimension >= 2"):
        pool_2d(T.vector(), (2, 2), True)
    with pytest.raises(NotImplementedError, match="pool_3d requires a dimension >= 3"):
        pool_3d(T.matrix(), (2, 2, 2), True)
