"""An activated environment has Theano: found when it is imported, nothing before."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Return a function that runs Python in an environment of its own that sees the packages of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.EnvBuilder(with_pip=False, system_site_packages=False).create(folder)
    python = folder / "bin" / "python"
    own = next(folder.glob("lib/python*/site-packages"), folder / "Lib" / "site-packages")
    if not python.exists():
        python = folder / "Scripts" / "python.exe"
    import pytensor

    entries = [str(ROOT), *map(str, Path(pytensor.__file__).parents[1:2])]
    (own / "packages.pth").write_text("\n".join(entries) + "\n")

    def run(*arguments):
        variables = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return subprocess.run(
            [str(python), *arguments], capture_output=True, text=True, env=variables, cwd=folder, check=False
        )

    run.site = own
    return run


def test_activate_and_deactivate(environment):
    find = "import importlib.util as u; print(u.find_spec('theano') is not None)"
    assert environment("-c", find).stdout == "False\n"
    done = environment("-m", "compat", "activate")
    assert done.returncode == 0, done.stderr
    assert environment("-c", find).stdout == "True\n"
    loaded = "import sys; print({'compat', 'pytensor', 'theano', 'numpy'} & set(sys.modules))"
    assert environment("-c", loaded).stdout == "set()\n"
    version = "import importlib.metadata as m; print(m.version('Theano'))"
    assert environment("-c", version).stdout == "1.0.5\n"
    use = (
        "import theano, theano.tensor as T; from theano import theano as again; import numpy as np, inspect; "
        "x = T.dvector(); print(theano.function([x], x * 2)([1.5]), theano.__version__, np.product([2, 3]))"
    )
    done = environment("-W", "ignore", "-c", use)
    assert (done.stdout, done.stderr) == ("[3.] 1.0.5 6\n", "")
    assert environment("-m", "compat", "deactivate").returncode == 0
    assert environment("-c", find).stdout == "False\n"
    assert sorted(path.name for path in environment.site.glob("*.pth")) == ["packages.pth"]


def test_a_program_may_have_a_module_with_the_name_of_this_package(environment, tmp_path):
    (tmp_path / "compat.py").write_text("mine = 1\n")
    (tmp_path / "script.py").write_text("import compat, theano\nprint(compat.mine, theano.__version__)\n")
    environment("-m", "compat", "activate")
    done = environment("-W", "ignore", str(tmp_path / "script.py"))
    environment("-m", "compat", "deactivate")
    assert (done.stdout, done.stderr) == ("1 1.0.5\n", "")


def test_another_theano_is_not_hidden(environment):
    other = environment.site / "Theano-0.9.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: Theano\nVersion: 0.9.0\n")
    done = environment("-m", "compat", "activate")
    assert done.returncode == 1
    assert "pip uninstall Theano" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_distribution_carries_what_an_activated_environment_finds():
    setup = (ROOT / "setup.py").read_text()
    entry = ROOT / "compat" / "path_entry"
    kept = {path.parent.name for path in entry.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert kept == {"theano", "Theano-1.0.5.dist-info"}
    assert '"compat": ["path_entry/theano/*.py", "path_entry/Theano-1.0.5.dist-info/*"]' in setup
