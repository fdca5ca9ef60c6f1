"""Helpers for tests of Theano programs: seeds, gradients, inferred shapes, comparisons."""

import logging
import re
import sys
import unittest
from copy import copy, deepcopy
from functools import wraps
from unittest import SkipTest

import numpy as np

from .. import tensor as T
from ..compile import function as theano_function
from ..compile import get_default_mode
from ..configdefaults import config

_logger = logging.getLogger("theano.tests.unittest_tools")
integer_types = (int,)
assert_raises = unittest.TestCase().assertRaises


def attr(*marks, **values):
    """Return a decorator that marks a test, as nose's did."""

    def decorate(test):
        for mark in marks:
            setattr(test, mark, True)
        for name, value in values.items():
            setattr(test, name, value)
        return test

    return decorate


def custom_name_func(testcase_func, param_num, param):
    """Return the name of a parameterized test: the function's name and its arguments."""
    return f"{testcase_func.__name__}_{re.sub(r'[^a-zA-Z0-9_]+', '_', '_'.join(map(str, param.args)))}"


def fetch_seed(pseed=None):
    """Return `pseed`, or ``config.unittests.rseed`` if it is not given; None stands for 'random'."""
    seed = pseed or config.unittests.rseed
    try:
        return int(seed) if seed and seed != "random" else None
    except ValueError:
        print("Error: config.unittests.rseed contains invalid seed, using None instead", file=sys.stderr)
        return None


def seed_rng(pseed=None):
    """Seed `numpy.random` with `fetch_seed`, and return the seed."""
    seed = fetch_seed(pseed)
    if pseed and pseed != seed:
        print(
            f"Warning: using seed given by config.unittests.rseed={seed} instead of seed {pseed} given as "
            "parameter",
            file=sys.stderr,
        )
    np.random.seed(seed)
    return seed


def verify_grad(op, pt, n_tests=2, rng=None, *args, **kwargs):
    """Compare the gradient of `op` at `pt` with finite differences; see `theano.gradient.verify_grad`.

    Without `rng`, `numpy.random` is used, seeded by `seed_rng`.
    """
    if rng is None:
        seed_rng()
        rng = np.random
    T.verify_grad(op, pt, n_tests, rng, *args, **kwargs)


verify_grad.E_grad = T.verify_grad.E_grad


class MockRandomState:
    """Draws nothing but the lowest number (``val=0``) or the highest."""

    def __init__(self, val):
        self.val = val

    def rand(self, *shape):
        return np.zeros(shape, dtype="float64") + self.val

    def randint(self, minval, maxval=None, size=1):
        if maxval is None:
            minval, maxval = 0, minval
        return np.zeros(size, dtype="int64") + (minval if self.val == 0 else maxval - 1)


class TestOptimizationMixin:
    """Assertions about the nodes of compiled functions."""

    __test__ = False

    def assertFunctionContains(self, f, op, min=1, max=sys.maxsize):
        self._count(f, op, [node for node in f.maker.fgraph.toposort() if node.op == op], min, max)

    def assertFunctionContains0(self, f, op):
        return self.assertFunctionContains(f, op, min=0, max=0)

    def assertFunctionContains1(self, f, op):
        return self.assertFunctionContains(f, op, min=1, max=1)

    def assertFunctionContainsN(self, f, op, N):
        return self.assertFunctionContains(f, op, min=N, max=N)

    def assertFunctionContainsClass(self, f, op, min=1, max=sys.maxsize):
        self._count(f, op, [node for node in f.maker.fgraph.toposort() if isinstance(node.op, op)], min, max)

    def assertFunctionContainsClassN(self, f, op, N):
        return self.assertFunctionContainsClass(f, op, min=N, max=N)

    def SkipTest(self, msg="Skip this test"):
        raise SkipTest(msg)

    @staticmethod
    def _count(f, op, found, least, most):
        assert least <= len(found) <= most, (
            f.maker.fgraph.toposort(),
            found,
            str(op),
            len(found),
            least,
            most,
        )


OptimizationTestMixin = TestOptimizationMixin


class T_OpContractMixin:
    """Tests that Ops are equal to their copies and to nothing else; set `ops` and define `clone`."""

    other_op = T.add

    def copy(self, x):
        return copy(x)

    def deepcopy(self, x):
        return deepcopy(x)

    def clone(self, op):
        raise NotImplementedError("return new instance like `op`")

    def test_eq(self):
        for i, op in enumerate(self.ops):
            assert all(op == same for same in (op, self.copy(op), self.deepcopy(op), self.clone(op)))
            assert op != self.other_op
            assert all(op != other for j, other in enumerate(self.ops) if i != j)

    def test_hash(self):
        for op in self.ops:
            same = (op, self.copy(op), self.deepcopy(op), self.clone(op))
            assert {hash(s) for s in same} == {hash(op)}
            assert hash(op) != hash(self.other_op)

    def test_name(self):
        assert all(str(op) for op in self.ops)


class InferShapeTester(unittest.TestCase):
    """``self._compile_and_check`` tests an Op's `infer_shape`."""

    def setUp(self):
        seed_rng()
        mode = getattr(self, "mode", None)
        self.mode = (get_default_mode() if mode is None else mode).including("canonicalize")

    def _compile_and_check(
        self, inputs, outputs, numeric_inputs, cls, excluding=None, warn=True, check_topo=True
    ):
        """Compare the inferred shapes of `outputs` with those of their values.

        With `check_topo`, Ops of the class `cls` must not be needed for the shapes. With `warn`, inputs that
        have the same length along two axes are told of: mistaken axes would not show.
        """
        mode = self.mode.excluding(*excluding) if excluding else self.mode
        if warn:
            _warn_of_equal_lengths(inputs, numeric_inputs, cls)
        values = theano_function(inputs, outputs, mode=mode)
        shapes = theano_function(inputs, [o.shape for o in outputs], mode=mode)
        if check_topo:
            assert not any(isinstance(node.op, cls) for node in shapes.maker.fgraph.toposort())
        assert any(isinstance(node.op, cls) for node in values.maker.fgraph.toposort())
        for value, shape in zip(values(*numeric_inputs), shapes(*numeric_inputs)):
            assert np.all(value.shape == shape), (value.shape, shape)


def _warn_of_equal_lengths(inputs, values, cls):
    for variable, value in zip(inputs, values):
        if isinstance(value, int | float | list | tuple):
            value = variable.type.filter(value)
        pattern = getattr(variable.type, "broadcastable", None)
        lengths = [n for i, n in enumerate(getattr(value, "shape", ())) if not (pattern and pattern[i])]
        if len(set(lengths)) != len(lengths):
            _logger.warning(
                "While testing shape inference for %r, we received an input with a shape that has some "
                "repeated values: %r, like a square matrix. This makes it impossible to check if the values "
                "for these dimensions have been correctly used, or if they have been mixed up.",
                cls,
                value.shape,
            )
            return


def str_diagnostic(expected, value, rtol, atol):
    """Return how two arrays differ, in several lines."""
    lines = ["           : shape, dtype, strides, min, max, n_inf, n_nan:"]
    for name, array in (("Expected", np.asarray(expected)), ("Value   ", np.asarray(value))):
        if array.size and array.dtype.kind in "biufc":
            counts = np.isinf(array).sum(), np.isnan(array).sum()
            facts = (array.shape, array.dtype, array.strides, array.min(), array.max(), *counts)
            lines.append(f"  {name} : {' '.join(map(str, facts))}")
    lines += [f"  expected    : {expected}", f"  value    : {value}"]
    try:
        absolute = np.absolute(np.asarray(value) - np.asarray(expected))
        with np.errstate(all="ignore"):
            relative = absolute / np.absolute(np.asarray(expected))
        for kind, difference in (("Abs", absolute), ("Rel", relative)):
            for function in (np.max, np.mean, np.median, np.std):
                lines.append(f"  {function.__name__.title()} {kind} Diff:  {function(difference)}")
    except (TypeError, ValueError) as error:
        lines.append(f"  no difference: {error}")
    default_atol, default_rtol = T.basic._get_atol_rtol(expected, value)
    rtol = default_rtol if rtol is None else rtol
    atol = default_atol if atol is None else atol
    return "\n".join([*lines, f"  rtol, atol: {rtol} {atol}", ""])


class WrongValue(Exception):
    """A value is too far from the expected one."""

    def __init__(self, expected_val, val, rtol, atol):
        super().__init__()
        self.val1, self.val2, self.rtol, self.atol = expected_val, val, rtol, atol

    def __str__(self):
        return "WrongValue\n" + str_diagnostic(self.val1, self.val2, self.rtol, self.atol)


def assert_allclose(expected, value, rtol=None, atol=None):
    """Raise `WrongValue` unless the arrays agree, by default within the precision of their dtype."""
    if not T.basic._allclose(expected, value, rtol, atol):
        raise WrongValue(expected, value, rtol, atol)


class AttemptManyTimes:
    """Decorator of random tests: up to `n_attempts` runs, each with another seed, until enough have passed.

    A failure is raised when there are no attempts left to make up for it.
    """

    def __init__(self, n_attempts, n_req_successes=1):
        assert n_attempts >= n_req_successes
        self.n_attempts = n_attempts
        self.n_req_successes = n_req_successes

    def __call__(self, fct):
        @wraps(fct)
        def attempt_multiple_times(*args, **kwargs):
            seed = original_seed = config.unittests.rseed
            case = args[0] if len(args) == 1 and hasattr(args[0], "_testMethodName") else None
            failures = successes = 0
            while successes < self.n_req_successes:
                try:
                    config.unittests.rseed = seed
                    getattr(case, "setUp", lambda: None)()
                    fct(*args, **kwargs)
                    successes += 1
                except Exception:
                    failures += 1
                    if failures + self.n_req_successes > self.n_attempts:
                        raise
                finally:
                    config.unittests.rseed = original_seed
                    getattr(case, "tearDown", lambda: None)()
                    if seed not in (None, "random"):
                        seed = str(int(seed) + 1)

        return attempt_multiple_times


def assertFailure_fast(f):
    """Return a test that expects `f` to fail where ``cycle_detection`` is 'fast'."""
    if config.cycle_detection != "fast":
        return f

    def expects_failure(*args, **kwargs):
        with assert_raises(Exception):
            f(*args, **kwargs)

    return expects_failure
