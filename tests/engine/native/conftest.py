"""A cache of their own for the tests of native kernels."""

from __future__ import annotations

import pytest

from graphopt.engine.native import builder, toolchain
from graphopt.engine.native.reference import run_reference

needs_c = pytest.mark.skipif(toolchain.compiler() is None, reason="no C compiler on PATH")


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernels")
    folder.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHOPT_CACHE", str(folder))
        patch.delenv("GRAPHOPT_NATIVE", raising=False)
        yield


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Kernels forgotten, an empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GRAPHOPT_CACHE", str(folder))
    monkeypatch.setattr(builder, "_kernels", {})
    return folder


@pytest.fixture(params=[pytest.param("c", marks=needs_c), "reference"])
def make(request):
    """A function (source, entry) -> callable, once for each way to run a kernel that builds fast."""
    if request.param == "reference":
        return run_reference
    return builder.build


@pytest.fixture(params=[pytest.param("c", marks=needs_c), "reference", "numba"])
def make_any(request, monkeypatch):
    """As `make`, numba too."""
    if request.param == "reference":
        return run_reference
    monkeypatch.setenv("GRAPHOPT_NATIVE", request.param)
    return builder.build
