"""How libraries behave in a launched program where they once behaved otherwise: printing, plotting, tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from . import hdf5, promotion


def no_display() -> bool:
    """Return whether there is no screen to draw on."""
    return sys.platform not in ("win32", "darwin") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


_WITHOUT_SCREEN = frozenset({"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"})


def _numpy(numpy: ModuleType) -> None:
    """Scalars print as plain numbers and take part in arithmetic as they did before NumPy 2."""
    numpy.set_printoptions(legacy="1.25")
    promotion.learn_types(numpy)


def _matplotlib(matplotlib: ModuleType) -> None:
    """Without a screen pictures are drawn in memory, whatever back end the program asks for."""
    if not no_display():
        return
    os.environ.setdefault("MPLBACKEND", "Agg")
    use = matplotlib.use

    def use_what_works(backend: str, *arguments: Any, **options: Any) -> None:
        drawn = backend.lower() in _WITHOUT_SCREEN or backend.startswith("module://")
        use(backend if drawn else "Agg", force=options.get("force", True))

    matplotlib.use = use_what_works  # type: ignore[attr-defined]
    matplotlib.rcParams["backend"] = "Agg"


def _pyplot(pyplot: ModuleType) -> None:
    """`show` does not wait for somebody to close a window; without a screen there is nothing to show."""
    show = pyplot.show

    def show_at_once(*arguments: Any, **options: Any) -> None:
        if not no_display():
            show(block=False)

    pyplot.show = show_at_once  # type: ignore[attr-defined]
    if no_display():
        pyplot.pause = lambda interval=0: None  # type: ignore[attr-defined]


def _pickle(pickle: ModuleType) -> None:
    """What the real Theano pickled loads too."""
    from ..unpickling import ordinary

    ordinary.change(pickle)


def _argparse(argparse: ModuleType) -> None:
    """A `Namespace` prints its attributes in alphabetical order, as before Python 3.9."""
    argparse.Namespace._get_kwargs = lambda self: sorted(vars(self).items())


def _testcase(case: ModuleType) -> None:
    """The names that `unittest.TestCase` had before Python 3.12 and in Python 2."""
    for old, new in _ASSERTIONS.items():
        if not hasattr(case.TestCase, old):
            setattr(case.TestCase, old, getattr(case.TestCase, new))


_ASSERTIONS = {
    "assertEquals": "assertEqual",
    "assertNotEquals": "assertNotEqual",
    "assertAlmostEquals": "assertAlmostEqual",
    "assertNotAlmostEquals": "assertNotAlmostEqual",
    "assertRegexpMatches": "assertRegex",
    "assertNotRegexpMatches": "assertNotRegex",
    "assertRaisesRegexp": "assertRaisesRegex",
    "assertItemsEqual": "assertCountEqual",
    "assert_": "assertTrue",
    "failUnless": "assertTrue",
    "failIf": "assertFalse",
    "failUnlessEqual": "assertEqual",
    "failIfEqual": "assertNotEqual",
    "failUnlessAlmostEqual": "assertAlmostEqual",
    "failUnlessRaises": "assertRaises",
}

SETTINGS: dict[str, Callable[[ModuleType], None]] = {
    "argparse": _argparse,
    "numpy": _numpy,
    "pickle": _pickle,
    "matplotlib": _matplotlib,
    "matplotlib.pyplot": _pyplot,
    "unittest.case": _testcase,
    "h5py._hl.attrs": hdf5.ascii_attributes_are_bytes,
    "h5py._hl.dataset": hdf5.datasets_have_values,
    "h5py._hl.files": hdf5.files_open_to_be_written,
}
"""Module -> what is done to it when it has been imported."""
