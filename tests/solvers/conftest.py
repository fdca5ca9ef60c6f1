"""Both ways to HiGHS."""

import pytest

from graphopt.solvers.linear import highs


@pytest.fixture(params=["scipy", "highspy"])
def backend(request):
    """Return the name of a backend that is installed."""
    if request.param == "highspy" and not highs.installed():
        pytest.skip('needs highspy: pip install "graphopt[milp]"')
    return request.param
