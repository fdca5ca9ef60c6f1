"""The command `conformance`, on a distribution of a few lines."""

import json

import pytest

from compat.conformance import main

TESTS = {
    "theano/tests/test_small.py": """
        import os
        import time
        import unittest

        import numpy as np
        import theano
        from nose.plugins.skip import SkipTest
        from nose.tools import assert_raises, with_setup
        from parameterized import parameterized
        from six.moves import xrange
        from theano.tests.helper import double

        calls = []

        def test_function():
            assert theano.function([], theano.tensor.constant(1) + 1)() == 2
            assert np.float is float and list(xrange(2)) == [0, 1]
            assert_raises(ZeroDivisionError, lambda: 1 // 0)

        def test_parts():
            for i in range(3):
                yield check, i

        def check(i):
            assert i != 1

        @with_setup(lambda: calls.append(1))
        def test_fixture():
            assert calls == [1]

        class TestCase(unittest.TestCase):
            def setUp(self):
                self.x = double(2)

            def test_set_up(self):
                self.assertEqual(self.x, 4)

            def test_failed(self):
                self.assertEqual(self.x, 5)

            @parameterized.expand([("one", 1), ("two", 2)])
            def test_each(self, name, value):
                assert name and value < 3

        class test_plain(object):
            def test_error(self):
                raise KeyError("why")

            def test_skipped(self):
                raise SkipTest("no reason")

        class Helper(unittest.TestCase):
            __test__ = False

        def helper_test():
            pass

        helper_test.__test__ = False

        def test_too_long():
            time.sleep(60)

        def test_z_crash():
            os._exit(5)

        def test_after_the_crash():
            pass
    """,
    "theano/tests/helper.py": """
        def double(x):
            return 2 * x
    """,
    "theano/tensor/tests/test_broken.py": """
        import nothing_of_that_name
    """,
}
PREFIX = "tests/test_small.py::"
EXPECTED = {
    "test_function": "passed",
    "test_parts[0]": "passed",
    "test_parts[1]": "failed",
    "test_parts[2]": "passed",
    "test_fixture": "passed",
    "TestCase::test_set_up": "passed",
    "TestCase::test_failed": "failed",
    "TestCase::test_each_0_one": "passed",
    "TestCase::test_each_1_two": "passed",
    "test_plain::test_error": "error",
    "test_plain::test_skipped": "skipped",
    "test_too_long": "timeout",
    "test_z_crash": "crash",
    "test_after_the_crash": "passed",
}


@pytest.fixture
def root(tmp_path):
    from textwrap import dedent

    for name, text in TESTS.items():
        path = tmp_path / "sdist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return tmp_path / "sdist"


def run(root, *arguments):
    """Return (exit code, status of each test) of the command."""
    output = root.parent / "results.json"
    code = main(["--root", str(root), "--output", str(output), "--timeout", "2", *map(str, arguments)])
    files = json.loads(output.read_text(encoding="utf-8"))
    return code, {test: o["status"] for file in files.values() for test, o in file["tests"].items()}


def test_outcomes_recording_and_regressions(root, tmp_path, capsys):
    expected = tmp_path / "expected.txt"
    code, outcomes = run(root, "--expected", expected, "--record", "--jobs", 2)
    assert outcomes == {PREFIX + test: status for test, status in EXPECTED.items()}
    assert code == 0
    passed = {PREFIX + test for test, status in EXPECTED.items() if status == "passed"}
    assert set(expected.read_text().split()) == passed
    assert "No module named 'nothing_of_that_name'" in capsys.readouterr().out

    only = tmp_path / "only.txt"
    only.write_text(f"{PREFIX}test_function\n{PREFIX}test_parts[2]\n")
    assert run(root, "--expected", expected, "--only", only)[0] == 0
    assert "2 of 2 tests that must pass do" in capsys.readouterr().out

    expected.write_text(f"{PREFIX}test_function\n{PREFIX}TestCase::test_failed\n{PREFIX}test_gone\n")
    only.write_text(f"{PREFIX}test_function\n{PREFIX}TestCase::test_failed\n{PREFIX}test_gone\n")
    code, _ = run(root, "--expected", expected, "--only", only)
    out = capsys.readouterr().out
    assert code == 1
    assert f"LOST {PREFIX}TestCase::test_failed: failed AssertionError: 4 != 5" in out
    assert f"LOST {PREFIX}test_gone: not found" in out


def test_wrong_calls(root, tmp_path, capsys):
    assert main(["--root", str(tmp_path / "nowhere")]) == 2
    assert main(["--root", str(root), "--files", "theano/tests/test_none.py"]) == 2
    err = capsys.readouterr().err
    assert "not an unpacked Theano-1.0.5.tar.gz" in err
    assert "no file theano/tests/test_none.py" in err
