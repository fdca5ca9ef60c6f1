"""PyTensor is imported in less time, and the collector is afterwards what it was."""

import subprocess
import sys

import pytest

IMPORT = "import gc, weakref, graphopt.importing\nwith graphopt.importing.QuickImports(): import pytensor\n"


def run(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.split()


def test_the_collector_runs_again_and_nothing_is_hidden_from_it():
    assert run(IMPORT + "print(gc.isenabled(), gc.get_freeze_count())") == ["True", "0"]


def test_garbage_from_before_is_still_found():
    garbage = "class C: pass\nc = C(); c.me = c; gone = []\n"
    watched = "import weakref; w = weakref.ref(c, gone.append); del c\n"
    assert run(garbage + watched + IMPORT + "gc.collect(); print(w(), len(gone))") == ["None", "1"]


@pytest.mark.parametrize(("before", "printed"), [("gc.disable()", "False 0"), ("gc.freeze()", "True True")])
def test_what_the_user_told_the_collector_holds(before, printed):
    said = run(
        f"import gc; {before}; n = gc.get_freeze_count()\n"
        + IMPORT
        + "print(gc.isenabled(), n and gc.get_freeze_count() > 0)"
    )
    assert " ".join(said) == printed
