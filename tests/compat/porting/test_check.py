"""What a launched script would miss."""

from __future__ import annotations

import pytest

from compat.porting.check import check, findings


def found(text):
    return [(f.line, f.message) for f in findings(text, "script.py")]


def test_what_theano_had_is_there():
    text = "import theano\nimport theano.tensor as T\nfrom theano.tensor.nnet import conv2d\n"
    assert found(text + "theano.config.floatX = 'float32'\nT.nnet.softmax(T.matrix())\n") == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("theano.no_such_name", "Theano 1.0.5 has no such name"),
        ("theano.config.no_such_flag", "theano.config.no_such_flag"),
        ("import no_such_package", "no_such_package is not installed"),
    ],
)
def test_what_is_missing_is_named(line, part):
    ((number, message),) = found(f"import theano\n{line}\n")
    assert number == 2
    assert part in message


def test_what_a_program_guards_is_no_finding():
    assert found("try:\n    import no_such_package\nexcept ImportError:\n    pass\n") == []


def test_stand_ins_and_modules_beside_the_script_are_there(tmp_path):
    (tmp_path / "helper.py").touch()
    text = "import cPickle, StringIO, six, helper\nfrom scipy.misc import imread\n"
    assert list(findings(text, str(tmp_path / "script.py"))) == []


def test_the_command_answers_with_an_exit_code(tmp_path, capsys):
    pytest.importorskip("fissix")
    good, old, bad = tmp_path / "good.py", tmp_path / "old.py", tmp_path / "bad.py"
    good.write_text("import theano\n")
    old.write_text("import no_such_package\nprint 'a'\n")
    bad.write_text("x = = 1\n")
    assert check([str(good)]) == 0
    assert check([str(good), str(old)]) == 1
    assert f"{old}:1: no_such_package is not installed." in capsys.readouterr().out
    assert check([str(bad), str(tmp_path / "missing.py")]) == 2
