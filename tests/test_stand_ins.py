"""Stand-ins answer what PyTensor asks while it is imported; everybody else gets the modules themselves."""

import importlib.metadata
import subprocess
import sys

import pytest

from graphopt.stand_ins import installed_version, parse_version


def run(program):
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), program + done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    "distribution", ["numpy", "cons", "etuples", "logical-unification", "Logical.Unification"]
)
def test_the_version_is_that_of_the_metadata(distribution):
    assert installed_version(distribution) == importlib.metadata.version(distribution)


def test_what_is_not_installed_is_an_error_of_the_standard_library():
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        installed_version("no-such-distribution")


@pytest.mark.parametrize(("smaller", "greater"), [("0.4.0", "0.4.7"), ("0.4.7.dev3", "0.10"), ("1", "1.0.1")])
def test_versions_compare_by_their_numbers(smaller, greater):
    assert parse_version(smaller) < parse_version(greater)


IMPORT = "import sys, graphopt; graphopt.engine; import numpy, pytensor.tensor as pt\n"


def test_pytensor_comes_without_the_modules():
    heavy = ("importlib.metadata", "packaging", "email", "numpy.ma")
    assert run(IMPORT + f"print([m for m in {heavy} if m in sys.modules])") == ["[]"]


def test_its_dependencies_know_their_versions():
    printed = run(
        IMPORT
        + "import cons, etuples, unification\nfor m in (cons, etuples, unification): print(m.__version__)"
    )
    assert printed == [importlib.metadata.version(n) for n in ("cons", "etuples", "logical-unification")]


MASKED = """
masked = {name}.masked_array([1.0, 2.0], [True, False])
assert masked.sum() == 2.0
assert isinstance(masked, {name}.MaskedArray) and isinstance(masked, numpy.ma.MaskedArray)
class Own({name}.MaskedArray): pass
import pickle
assert pickle.loads(pickle.dumps(masked)).mask.tolist() == [True, False]
for make in (pt.as_tensor, pt.constant):
    try: make(masked)
    except NotImplementedError as error: assert "MaskedArray" in str(error)
    else: raise AssertionError("PyTensor took a masked array")
assert "masked_array" in dir({name})
assert type(numpy.ma).__name__ == "module" and numpy.ma is sys.modules["numpy.ma"]
"""


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("", "numpy.ma"),
        ("import numpy.ma", "numpy.ma"),
        ("import numpy.ma as ma", "ma"),
        ("from numpy import ma", "ma"),
        ("from numpy.ma import masked_array; import numpy.ma.core", "numpy.ma"),
        ("import numpy.ma.extras", "numpy.ma"),
    ],
)
def test_masked_arrays_are_there_whichever_way_they_are_asked_for(asked, name):
    run(IMPORT + asked + MASKED.format(name=name))


def test_masked_arrays_that_were_there_before_stay():
    run("import numpy.ma\n" + IMPORT + MASKED.format(name="numpy.ma"))


def test_a_class_made_from_the_stand_in_is_a_masked_array():
    run(
        IMPORT
        + "import numpy as np\nclass Own(np.ma.MaskedArray): pass\nassert Own is not np.ma.MaskedArray\n"
        "assert np.ma.MaskedArray in Own.__mro__ and issubclass(Own, np.ndarray)"
    )


@pytest.mark.parametrize(
    "use",
    [
        "import importlib.metadata; print(importlib.metadata.version('numpy'))",
        "from importlib.metadata import version; print(version('numpy'))",
        "import importlib; import importlib.metadata as m; print(m.distribution('numpy').version)",
        "from importlib import metadata; print(metadata.metadata('numpy')['Version'])",
        "import packaging.version; print(packaging.version.parse('1.2.3').micro)",
        "from packaging import version; print(version.Version('2.0').release)",
    ],
)
def test_the_standard_library_is_itself_before_and_after(use):
    assert run(IMPORT + use) == run(use)


def test_another_thread_gets_the_modules_while_pytensor_is_imported():
    program = """
import sys
from graphopt.stand_ins import stand_ins
with stand_ins():
    import importlib.metadata, packaging.version
    from importlib.metadata import version
    assert version("numpy") == importlib.metadata.distribution("numpy").version
    assert packaging.version.Version("1.10") > packaging.version.Version("1.9")
    import pytensor
import importlib.metadata, packaging.version
assert type(sys.modules["importlib.metadata"]).__name__ == type(packaging).__name__ == "module"
assert importlib.metadata.PackageNotFoundError
"""
    run(program)
