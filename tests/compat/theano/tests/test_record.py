"""Records of what functions compute."""

import io

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tests.record import MismatchError, Record, RecordMode


def test_lines():
    recorded = io.StringIO()
    for line in ("a\n", "b\n"):
        Record(recorded).handle_line(line)
    assert recorded.getvalue() == "a\nb\n"
    replay = Record(io.StringIO("a\nb\n"), replay=True)
    replay.handle_line("a\n")
    with pytest.raises(MismatchError, match="I wanted to write:\nc\n\nwhen previous job wrote:\nb\n"):
        replay.handle_line("c\n")


def test_a_file(tmp_path):
    record = Record(file_path=tmp_path / "r")
    record.handle_line("a\n")
    record.f.close()
    replay = Record(file_path=tmp_path / "r", replay=True)
    replay.handle_line("a\n")
    replay.f.close()


def run(record, values):
    x = T.dvector("x")
    f = theano.function([x], T.exp(x).sum(), mode=RecordMode(record))
    return [float(f(value)) for value in values]


def test_functions():
    recorded = io.StringIO()
    values = [np.arange(3.0), np.arange(2.0)]
    assert run(Record(recorded), values) == pytest.approx([np.exp(v).sum() for v in values])
    assert recorded.getvalue().startswith("Node 0:")
    run(Record(io.StringIO(recorded.getvalue()), replay=True), values)
    with pytest.raises(MismatchError):
        run(Record(io.StringIO(recorded.getvalue()), replay=True), [values[0], values[0]])
