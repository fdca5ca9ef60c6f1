"""Which tests a module has, by nose's rules: functions, cases of unittest, methods of plain classes."""

from __future__ import annotations

import inspect
import re
import sys
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_NAME = re.compile(r"(?:^|[\b_./-])[Tt]est")
_METHOD = re.compile(r"^[Tt]est")
_CASE_METHOD = re.compile(r"^test")
_BEFORE = ("setUp", "setup", "setup_method")
_AFTER = ("tearDown", "teardown", "teardown_method")
_BEFORE_CLASS = ("setup_class", "setup_all", "setupClass", "setupAll", "setUpClass", "setUpAll")


@dataclass(frozen=True)
class Test:
    """A test: its name, ``file::Class::method``, and the call that runs it and what belongs around it."""

    __test__ = False

    name: str
    call: Callable[[], Any]


def collect(module: ModuleType, prefix: str) -> list[Test]:
    """Return the tests of `module` as they are defined, methods by name."""
    found = []
    for name, thing in list(vars(module).items()):
        if isinstance(thing, type) and _is_test_class(module, name, thing):
            is_ready: list[type] = []
            for method in _methods(thing):
                call = _method_call(thing, method, is_ready)
                found.append(Test(f"{prefix}::{name}::{method}", call))
        elif (
            inspect.isfunction(thing)
            and thing.__module__ == module.__name__
            and _is_marked(thing, name, _NAME)
        ):
            found.append(Test(f"{prefix}::{name}", _function_call(thing)))
    return found


def _is_marked(thing: Any, name: str, pattern: re.Pattern) -> bool:
    """Return what ``__test__`` says, or whether the name is one of tests."""
    mark = getattr(thing, "__test__", None)
    return bool(mark) if mark is not None else pattern.search(name) is not None


def _is_test_class(module: ModuleType, name: str, cls: type) -> bool:
    """Return whether the class holds tests of this module: imported ones count if nobody else shows them."""
    is_case = issubclass(cls, unittest.TestCase)
    if is_case and hasattr(cls, "check_name"):
        cls.check_name = False  # it compares names of test classes, not what they test
    home = sys.modules.get(cls.__module__)
    if cls.__module__ != module.__name__:
        return is_case and getattr(home, name, None) is not cls
    if cls.__name__ != name and getattr(module, cls.__name__, None) is cls:
        return False  # a second name
    return is_case or (getattr(cls, "__test__", None) is not False and _NAME.search(name) is not None)


def _methods(cls: type) -> Iterator[str]:
    pattern = _CASE_METHOD if issubclass(cls, unittest.TestCase) else _METHOD
    for name in sorted(dir(cls)):
        method = getattr(cls, name, None)
        if callable(method) and not isinstance(method, type) and _is_marked(method, name, pattern):
            yield name


def _nothing() -> None:
    pass


def fixtures(thing: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return what is called before and after a test of the instance `thing`."""
    if thing is None or isinstance(thing, type):
        return _nothing, _nothing
    before, after = (
        next((getattr(thing, name) for name in names if callable(getattr(thing, name, None))), _nothing)
        for names in (_BEFORE, _AFTER)
    )
    return before, after


def _function_call(function: Any) -> Callable[[], Any]:
    before, after = (getattr(function, name, None) or _nothing for name in ("setup", "teardown"))
    return between(before, function, after)


def _method_call(cls: type, method: str, is_ready: list[type]) -> Callable[[], Any]:
    def call() -> Any:
        if not is_ready:
            is_ready.append(cls)
            next((getattr(cls, name) for name in _BEFORE_CLASS if hasattr(cls, name)), _nothing)()
        instance = cls(method) if issubclass(cls, unittest.TestCase) else cls()
        before, after = fixtures(instance)
        try:
            return between(before, getattr(instance, method), after)()
        finally:
            getattr(instance, "doCleanups", _nothing)()

    return call


def between(before: Callable, test: Callable, after: Callable) -> Callable[[], Any]:
    """Return a call of `test` with the other two around it."""

    def call() -> Any:
        before()
        try:
            return test()
        finally:
            after()

    return call
