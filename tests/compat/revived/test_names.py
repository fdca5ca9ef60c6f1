"""Every row leads somewhere; the values are those of NumPy 1.19, SciPy 1.0 and Python 2.7's library."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import os
import warnings

import numpy as np
import pytest

from compat.revived.changed import changed
from compat.revived.modules import MODULES
from compat.revived.names import NAMES
from compat.revived.reviving import absolute, find

MEMBERS = [(module, name) for module, rows in NAMES.items() for name in rows if name != "*"]


def installed(module):
    return importlib.util.find_spec(absolute(module).partition(".")[0]) is not None


@pytest.mark.parametrize(("module", "name"), MEMBERS, ids=[".".join(member) for member in MEMBERS])
@pytest.mark.filterwarnings("ignore")
def test_a_dropped_member_is_found(module, name):
    if not installed(module):
        pytest.skip(f"{module} is not installed")
    find(module, name)


@pytest.mark.parametrize("old", MODULES)
@pytest.mark.filterwarnings("ignore")
def test_a_dropped_module_is_found(old):
    new = MODULES[old]
    if not installed(new) or "tkinter" in new:
        pytest.skip(f"{new} is not installed")
    importlib.import_module(absolute(new))


def test_numpy_members_do_what_they_did():
    def old(name):
        return find("numpy", name)

    assert old("float") is float
    assert old("product")([2, 3]) == 6
    np.testing.assert_array_equal(old("in1d")([[1, 2], [3, 4]], [2, 3]), [False, True, True, False])
    assert old("cast")["int32"](2.7) == 2
    assert old("asscalar")(np.array([3.5])) == 3.5
    assert old("find_common_type")([np.float32], [np.int64, np.float64]) == np.float32
    assert old("find_common_type")([np.float32], [complex]) == np.complex128
    assert old("find_common_type")([np.int64], [np.float16]) == np.float64
    assert old("find_common_type")([np.int16], [np.float16]) == np.float32
    assert old("find_common_type")([np.float64], [np.complex64]) == np.complex128
    assert old("MAXDIMS") >= 32
    assert find("numpy.linalg", "linalg").LinAlgError is np.linalg.LinAlgError
    assert old("nbytes")[np.float32] == 4
    assert old("maximum_sctype")(np.int8) is np.int64


def test_integers_at_random_include_both_ends():
    assert set(find("numpy.random", "random_integers")(1, 2, 50)) == {1, 2}


def test_getargspec_names_the_arguments():
    def function(a, b=1, *c, **d): ...

    assert find("inspect", "getargspec")(function) == (["a", "b"], "c", "d", (1,))


def test_images_are_scaled_to_bytes(tmp_path):
    """`scipy.misc.bytescale([[0, .5], [.25, 1]])` of SciPy 1.0 is [[0, 128], [64, 255]]."""
    pytest.importorskip("PIL")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from compat.revived import scipy_misc
    a = np.array([[0, 0.5], [0.25, 1]])
    assert scipy_misc.bytescale(a).tolist() == [[0, 128], [64, 255]]
    path = os.fspath(tmp_path / "a.png")
    scipy_misc.imsave(path, a)
    assert scipy_misc.imread(path).tolist() == [[0, 128], [64, 255]]
    assert scipy_misc.imresize(np.zeros((4, 6)), 50).shape == (2, 3)
    assert scipy_misc.imresize(np.zeros((4, 6)), (3, 5)).shape == (3, 5)


def test_derivative_of_a_cube():
    """The third-order central difference of x**3 at 1 with step 1 is ((2)**3 - 0) / 2 = 4."""
    from compat.revived.scipy_misc import central_diff_weights, derivative

    assert derivative(lambda x: x**3, 1.0) == pytest.approx(4.0)
    np.testing.assert_allclose(central_diff_weights(5), np.array([1, -8, 0, 8, -1]) / 12, atol=1e-12)


def test_versions_are_ordered_as_setuptools_did():
    parse_version = importlib.import_module("compat.revived.standard.pkg_resources").parse_version
    ordered = ["0.9", "1.0a1", "1.0rc2", "1.0", "1.0.1", "1.10"]
    assert all(parse_version(a) < parse_version(b) for a, b in itertools.pairwise(ordered))


def test_installed_distributions_are_found():
    pkg_resources = importlib.import_module("compat.revived.standard.pkg_resources")
    assert pkg_resources.get_distribution("numpy>=1.7").version == np.__version__
    with pytest.raises(pkg_resources.DistributionNotFound):
        pkg_resources.get_distribution("there-is-no-such-distribution")
    assert pkg_resources.resource_exists("compat", "revived/modules.py")


@pytest.mark.parametrize("name", ["array", "asarray", "asanyarray"])
def test_rows_of_unlike_lengths_make_an_array_of_objects(name):
    make = changed(np, name)
    assert [make([[1], [2, 3]]).dtype, make([[1], [2]]).dtype] == [np.dtype("O"), np.dtype(int)]
    with pytest.raises(ValueError, match="inhomogeneous"):
        make([[1], [2, 3]], float)


@pytest.mark.parametrize("name", ["column_stack", "dstack", "hstack", "stack", "vstack"])
def test_arrays_are_stacked_from_a_generator(name):
    stack = changed(np, name)
    np.testing.assert_array_equal(stack(np.ones(2) * i for i in range(3)), stack([[0, 0], [1, 1], [2, 2]]))
