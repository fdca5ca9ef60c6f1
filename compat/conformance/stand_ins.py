"""What the tests import and this project does not need: small stand-ins for nose and parameterized."""

from __future__ import annotations

import functools
import inspect
import re
import sys
import unittest
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import numpy.testing

from ..revived import revive
from ..revived.standard import numpy_decorators


class SkipTest(unittest.SkipTest):
    """nose's, which unittest's own catches."""


class KnownFailureTest(unittest.SkipTest):
    """numpy.testing's: a failure that is known."""


def install_stand_ins() -> None:
    """Make `nose`, `parameterized` and what NumPy and six have dropped importable."""
    revive()
    numpy.testing.dec = numpy_decorators
    for name, members in _modules().items():
        module = ModuleType(name)
        module.__path__ = []  # type: ignore[attr-defined]
        vars(module).update(members)
        sys.modules[name] = module
        package, _, last = name.rpartition(".")
        if package in sys.modules:
            setattr(sys.modules[package], last, module)


def _modules() -> dict[str, dict[str, Any]]:
    return {
        "nose": {"SkipTest": SkipTest, "__version__": "1.3.7", "__versioninfo__": (1, 3, 7)},
        "nose.exc": {"SkipTest": SkipTest},
        "nose.plugins": {},
        "nose.plugins.attrib": {"attr": attr},
        "nose.plugins.builtin": {},
        "nose.plugins.skip": {"SkipTest": SkipTest},
        "nose.tools": _tools(),
        "nose.util": {"isgenerator": lambda f: inspect.isgeneratorfunction(f) or inspect.isgenerator(f)},
        "numpy.testing.noseclasses": {"KnownFailure": KnownFailureTest, "KnownFailureTest": KnownFailureTest},
        "parameterized": {"param": param, "parameterized": parameterized},
    }


def attr(*marks: str, **values: Any) -> Callable:
    """Return a decorator that sets attributes of a test."""

    def decorate(test: Any) -> Any:
        for name, value in {**dict.fromkeys(marks, True), **values}.items():
            setattr(test, name, value)
        return test

    return decorate


def raises(*errors: type[BaseException]) -> Callable:
    """Return a decorator: the test must raise one of `errors`."""

    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def expecting(*args: Any, **kwargs: Any) -> None:
            try:
                test(*args, **kwargs)
            except errors:
                return
            raise AssertionError(f"{test.__name__}() did not raise {' or '.join(e.__name__ for e in errors)}")

        return expecting

    return decorate


def with_setup(setup: Callable | None = None, teardown: Callable | None = None) -> Callable:
    """Return a decorator that says what goes before and after a test function."""
    return attr(setup=setup, teardown=teardown)


def make_decorator(func: Callable) -> Callable:
    """Return a decorator that makes a function look like `func`."""
    return functools.partial(functools.update_wrapper, wrapped=func)


def _tools() -> dict[str, Any]:
    """Return `nose.tools`: unittest's assertions in small letters, and its decorators."""
    case = unittest.TestCase()
    tools: dict[str, Any] = {
        re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name): getattr(case, name)
        for name in dir(case)
        if re.fullmatch("assert[A-Za-z]+", name)
    }

    def ok_(condition: Any, msg: Any = None) -> None:
        if not condition:
            raise AssertionError(msg)

    def eq_(a: Any, b: Any, msg: Any = None) -> None:
        if not a == b:
            raise AssertionError(msg or f"{a!r} != {b!r}")

    return tools | {
        "SkipTest": SkipTest,
        "assert_equals": case.assertEqual,
        "assert_items_equal": case.assertCountEqual,
        "assert_not_equals": case.assertNotEqual,
        "assert_raises_regexp": case.assertRaisesRegex,
        "eq_": eq_,
        "istest": attr(__test__=True),
        "make_decorator": make_decorator,
        "nottest": attr(__test__=False),
        "ok_": ok_,
        "raises": raises,
        "with_setup": with_setup,
    }


class param:
    """The arguments of one parameterized test."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs


def _as_param(given: Any) -> param:
    if isinstance(given, param):
        return given
    return (
        param(*given) if isinstance(given, Iterable) and not isinstance(given, str | bytes) else param(given)
    )


def _default_name(function: Callable, number: str, arguments: param) -> str:
    first = arguments.args[0] if arguments.args else None
    told = f"_{parameterized.to_safe_name(first)}" if isinstance(first, str) else ""
    return f"{function.__name__}_{number}{told}"


class parameterized:
    """``@parameterized.expand([...])``: a test method for each entry, in the class that is being defined."""

    @staticmethod
    def to_safe_name(text: Any) -> str:
        return re.sub("[^a-zA-Z0-9_]+", "_", str(text))

    @classmethod
    def expand(cls, entries: Any, name_func: Callable | None = None, **options: Any) -> Callable:
        name_of = name_func or options.get("testcase_func_name") or _default_name

        def decorate(function: Callable) -> None:
            namespace = sys._getframe(1).f_locals  # of the class, wherever `expand` was called
            all_params = [_as_param(entry) for entry in (entries() if callable(entries) else entries)]
            width = len(str(max(len(all_params) - 1, 0)))
            for number, given in enumerate(all_params):
                method = _with_arguments(function, given)
                method.__name__ = name_of(function, f"{number:0{width}}", given)
                namespace[method.__name__] = method

        return decorate


def _with_arguments(function: Callable, given: param) -> Callable:
    @functools.wraps(function)
    def method(*args: Any, **kwargs: Any) -> Any:
        return function(*args, *given.args, **{**given.kwargs, **kwargs})

    return method
