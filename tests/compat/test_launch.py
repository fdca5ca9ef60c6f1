"""A launched program finds what it expects around it: arguments, paths, modules, names, its own lines."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
needs_fissix = pytest.mark.skipif(
    importlib.util.find_spec("fissix") is None, reason='needs pip install "graphopt[port]"'
)


def launch(*arguments, folder, text=None):
    """Run ``python -m compat`` with `arguments` in `folder`; `text` is its standard input."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "MPLBACKEND": ""}
    environment = {k: v for k, v in environment.items() if v and k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "-m", "compat", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment, input=text, check=False
    )


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return write


def lines(done):
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_a_script_is_main_with_its_own_arguments(write, tmp_path):
    write("beside.py", "value = 3\n")
    script = write(
        "sub/script.py",
        """
        import sys
        print(__name__, __file__, sys.argv[1:], sys.path[0])
        import own
        print(own.__name__, sys.modules["__main__"].__dict__ is globals())
        sys.exit(7)
        """,
    )
    write("sub/own.py", "")
    done = launch("run", "sub/script.py", "-x", "--help", folder=tmp_path)
    assert lines(done) == [f"__main__ sub/script.py ['-x', '--help'] {script.parent}", "own True"]
    assert done.returncode == 7


@pytest.mark.parametrize(
    ("ending", "code"), [("sys.exit()", 0), ("sys.exit('why')", 1), ("1 / 0", 1), ("pass", 0)]
)
def test_exit_codes_are_passed_on(write, tmp_path, ending, code):
    script = write("script.py", f"import sys\n{ending}\n")
    assert launch("run", script, folder=tmp_path).returncode == code


@needs_fissix
def test_a_traceback_shows_the_lines_of_the_program_only(write, tmp_path):
    script = write(
        "script.py",
        """\
        def half(x):
            print "half of", x
            return x / 0

        half(3)
        """,
    )
    done = launch("run", script, folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout == "half of 3\n"
    assert done.stderr.splitlines() == [
        "Traceback (most recent call last):",
        f'  File "{script}", line 5, in <module>',
        "    half(3)",
        f'  File "{script}", line 3, in half',
        "    return x / 0",
        "ZeroDivisionError: integer division or modulo by zero",
    ]


def test_traces_of_variables_hold_the_lines_of_the_program_only(write, tmp_path):
    write("model.py", "import theano.tensor as T\ny = T.tanh(T.dot(T.matrix(), T.matrix()))\n")
    script = write("script.py", "from model import y\nprint([frame[2:] for frame in y.tag.trace[0]])\n")
    assert lines(launch("run", script, folder=tmp_path)) == [
        "[('<module>', 'from model import y'), ('<module>', 'y = T.tanh(T.dot(T.matrix(), T.matrix()))')]"
    ]


def test_a_module_or_a_package_runs_as_main(write, tmp_path):
    write("pkg/__init__.py", "")
    write(
        "pkg/__main__.py",
        "import sys\nfrom . import part\nprint(__name__, __package__, sys.argv[1:], part.x)\n",
    )
    write("pkg/part.py", "x = 1\n")
    assert lines(launch("run", "-m", "pkg", "a", folder=tmp_path)) == ["__main__ pkg ['a'] 1"]


def test_a_program_may_come_from_standard_input_or_the_command_line(tmp_path):
    assert lines(launch("run", "-", "a", folder=tmp_path, text="import sys; print(sys.argv)")) == [
        "['-', 'a']"
    ]
    assert lines(launch("run", "-c", "import sys; print(sys.argv)", "b", folder=tmp_path)) == ["['-c', 'b']"]


@needs_fissix
def test_modules_beside_a_program_of_python2_are_python2_too(write, tmp_path):
    """`util` has no sign of its own; `new` has one of Python 3; `pkg` imports its own `other` first."""
    script = write("script.py", "import util, new, pkg.mod\nprint util.half(7), new.half(7), pkg.mod.half\n")
    write("util.py", "def half(n): return n / 2\n")
    write("new.py", "def half(n: int): return n / 2\n")
    write("other.py", "z = 0\n")
    write("pkg/__init__.py", "")
    write("pkg/mod.py", "import other\nfrom other import z\nhalf = other.z / 2\n")
    write("pkg/other.py", "z = 9\n")
    assert lines(launch("run", script, folder=tmp_path)) == ["3 3.5 4"]


def test_a_program_without_signs_is_python3_unless_its_modules_say_otherwise(write, tmp_path):
    alone = write("alone.py", "print(7 / 2)\n")
    assert lines(launch("run", alone, folder=tmp_path)) == ["3.5"]
    write("util.py", "for i in xrange(1): pass\n")
    script = write("script.py", "import util\nprint(7 / 2)\n")
    assert lines(launch("run", script, folder=tmp_path)) == ["3"]


def test_a_program_may_have_a_module_with_the_name_of_this_package(write, tmp_path):
    write("compat.py", "mine = 5\n")
    script = write("script.py", "import compat, time\nprint(compat.mine, time.clock() >= 0)\n")
    assert lines(launch("run", script, folder=tmp_path)) == ["5 True"]


def test_dropped_names_are_back_for_programs_of_either_python(write, tmp_path):
    script = write(
        "script.py",
        """
        import collections, inspect
        import numpy as np
        from numpy import *
        from scipy.misc import logsumexp, factorial
        def f(a, b=1): pass
        print(inspect.getargspec(f).args, collections.Mapping.__name__, np.float is float)
        print(product([2, 3]), Inf, np.array([[1, 2], [3]]).shape, np.arange(5).ptp(), [np.float64(0.5)])
        print(round(float(logsumexp([0, 0])), 3))
        """,
    )
    assert lines(launch("run", script, folder=tmp_path)) == [
        "['a', 'b'] Mapping True",
        "6 inf (2,) 4 [0.5]",
        "0.693",
    ]


def test_arrays_of_objects_load_without_running_what_a_file_says(write, tmp_path):
    script = write(
        "script.py",
        """
        import os
        import numpy as np
        class Evil:
            def __reduce__(self): return os.system, ("echo run",)
        np.save("plain.npy", np.array([{"a": 1}, [1, 2]], dtype=object))
        np.savez("plain.npz", x=np.array([None, "text"], dtype=object), y=np.arange(2))
        np.save("evil.npy", np.array([Evil()], dtype=object))
        print(np.load("plain.npy")[0], np.load("plain.npz")["x"], np.load("plain.npz")["y"])
        try:
            np.load("evil.npy")
        except ValueError as error:
            print("allow_pickle=True" in str(error))
        """,
    )
    assert lines(launch("run", script, folder=tmp_path)) == ["{'a': 1} [None 'text'] [0 1]", "True"]


def test_sums_of_float32_grow_to_float64(write, tmp_path):
    """``0. + np.float32(.1)`` three times is 0.30000000447034836 with NumPy 1.16."""
    script = write(
        "script.py",
        """
        import numpy as np
        total = 0.
        for i in range(3):
            total += np.float32(.1)
        print(total, type(sum([np.float32(1)])).__name__, sum([1, 2]))
        """,
    )
    assert lines(launch("run", script, folder=tmp_path)) == ["0.30000000447034836 float64 3"]


def test_bytes_of_arrays_mix_with_text_in_python2(write, tmp_path):
    script = write(
        "script.py",
        """
        import numpy as np
        with open('vectors.bin', 'wb') as f:
            f.write('word' + ' ' + np.float32([1, 2]).tostring() + '\\n')
        data = open('vectors.bin', 'rb').read()
        print np.fromstring(data[5:-1], dtype='float32'), np.arange(3, dtype='int8').tobytes() == '\\0\\1\\2'
        """,
    )
    assert lines(launch("run", script, folder=tmp_path)) == ["[1. 2.] True"]


def test_pictures_need_no_screen(write, tmp_path):
    pytest.importorskip("matplotlib")
    script = write(
        "script.py",
        """
        import matplotlib
        matplotlib.use("TkAgg")
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.show()
        plt.savefig("x.png")
        print(matplotlib.get_backend().lower())
        """,
    )
    assert lines(launch("run", script, folder=tmp_path)) == ["agg"]


@needs_fissix
def test_pytest_runs_tests_of_python2(write, tmp_path):
    pytest.importorskip("pytest")
    write(
        "test_old.py",
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        print 'x'\n"
        "        self.assertEquals(7 / 2, 3)\n",
    )
    write("test_new.py", "def test_b():\n    assert 7 / 2 == 3.5\n")
    done = launch("pytest", "-q", "-p", "no:cacheprovider", folder=tmp_path)
    assert "2 passed" in done.stdout, done.stdout
    assert done.returncode == 0


def test_theano_says_its_version(write, tmp_path):
    script = write(
        "script.py", "import importlib.metadata as m\nprint(m.version('Theano'), m.version('theano'))\n"
    )
    assert lines(launch("run", script, folder=tmp_path)) == ["1.0.5 1.0.5"]


def test_without_fissix_the_message_says_what_to_install(write, tmp_path):
    write("fissix.py", "raise ImportError\n")
    script = write("script.py", "print 'a'\n")
    done = launch("run", script, folder=tmp_path)
    assert done.returncode == 1
    assert 'pip install "graphopt[port]"' in done.stderr


def test_help_and_launching_do_not_import_pytensor(write, tmp_path):
    assert "activate" in launch("--help", folder=tmp_path).stdout
    script = write(
        "script.py", "import pickle, sys\nprint({'pytensor', 'numpy', 'theano'} & set(sys.modules))\n"
    )
    assert lines(launch("run", script, folder=tmp_path)) == ["set()"]


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "--help"], ["run", "-m"], ["run", "missing.py"], ["nothing"]]
)
def test_wrong_calls_are_answered(arguments, tmp_path):
    done = launch(*arguments, folder=tmp_path)
    assert "theano-compat" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if arguments == ["run", "--help"] else 2)
