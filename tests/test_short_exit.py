"""Whatever a program leaves open is finished at its end; only where there is nothing, the end is short."""

import io
import subprocess
import sys

import pytest

from graphopt import short_exit

START = """
import atexit, gc, sys
atexit.register(lambda: print("frozen" if gc.get_freeze_count() else "as always", flush=True))
{before}
from graphopt import engine
import pytensor.tensor as pt
x = pt.dvector("x")
def f(): return engine.compile([x], x + 1)
assert f()([1.0]) == 2.0
"""


def end_of(program, before="", *, folder=None):
    """Return what a process prints that runs `before`, PyTensor and `program`, with a word about its end."""
    text = START.format(before=before) + program
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_nothing_to_finish():
    assert end_of("print('last words')\ncycle = []; cycle.append(cycle)") == ["last words", "frozen"]


LOG = """
class Log:
    def __init__(self, name):
        self.file = open(name, "w")
        self.again = self.write  # a cycle
    def write(self, text):
        self.file.write(text)
"""
WRITE = """
import os
log = os.open("log.txt", os.O_CREAT | os.O_WRONLY)
def write(write=os.write): write(log, b"all of it")
"""
LEFT_OPEN = {
    "a file": "file = open('log.txt', 'w'); file.write('all of it')",
    "a file in a cycle": LOG + "log = Log('log.txt'); log.write('all of it')",
    "a compressed file": "import gzip\nclass G(gzip.GzipFile): pass\n"
    "f = G('log.gz', 'w'); f.write(b'all of it')\n"
    "def end():\n    f.flush(); open('log.txt', 'w').write(gzip.open('log.gz').read(9).decode())\n"
    "atexit.register(end)",
    "a generator": WRITE + "def writing():\n    try: yield\n    finally: write()\ng = writing(); next(g)",
    "a __del__": WRITE + "class End:\n    def __del__(self): write()\nend = End(); end.me = end",
}


@pytest.mark.parametrize("program", LEFT_OPEN.values(), ids=LEFT_OPEN)
def test_what_was_left_open_is_finished(program, tmp_path):
    assert end_of(program, folder=tmp_path) == ["as always"]
    assert (tmp_path / "log.txt").read_text() == "all of it"


@pytest.mark.parametrize("generation", [0, 1, 2])
def test_so_it_is_whatever_the_collector_has_moved_where(generation, tmp_path):
    collect = f"\ngc.collect({generation})"
    assert end_of(collect) == ["frozen"]
    assert end_of(LEFT_OPEN["a file in a cycle"] + collect, folder=tmp_path) == ["as always"]
    assert (tmp_path / "log.txt").read_text() == "all of it"


def test_what_was_left_open_before_pytensor_came_is_finished(tmp_path):
    end_of("", before=LEFT_OPEN["a file in a cycle"], folder=tmp_path)
    assert (tmp_path / "log.txt").read_text() == "all of it"


def test_objects_of_unknown_extension_modules_may_have_something_to_finish():
    unknown = (
        "import importlib.machinery, types\nmodule = sys.modules['unknown'] = types.ModuleType('unknown')\n"
    )
    unknown += "module.__file__ = 'unknown' + importlib.machinery.EXTENSION_SUFFIXES[0]"
    assert end_of(unknown) == ["as always"]


@pytest.mark.parametrize("choice", ["gc.disable()", "gc.set_debug(gc.DEBUG_UNCOLLECTABLE)"])
def test_who_steers_the_collector_is_left_alone(choice):
    assert end_of(choice) == ["as always"]


def test_the_streams_may_be_others(tmp_path):
    assert end_of("sys.stderr = open('err.txt', 'w'); print('so', file=sys.stderr)", folder=tmp_path)
    assert (tmp_path / "err.txt").read_text() == "so\n"


def test_the_exit_code_is_the_programs():
    done = subprocess.run(
        [sys.executable, "-c", START.format(before="") + "sys.exit(3)"], capture_output=True
    )
    assert done.returncode == 3


def test_a_stream_that_is_its_own_buffer(monkeypatch):
    """Test runners replace the standard streams by ones that give themselves as their buffer."""

    class Stream(io.StringIO):
        buffer = property(lambda self: self)

    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    assert [layer for layer in short_exit._standard_streams() if layer is stream] == [stream]
