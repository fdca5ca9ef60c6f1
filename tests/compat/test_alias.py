"""`import theano` is this package's theano: the same module objects, in a process that asked for it."""

import subprocess
import sys


def run(program):
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def test_the_same_modules_under_both_names():
    printed = run(
        "import compat; made = compat.install(); import theano, theano.tensor.nnet.conv, theano.sparse\n"
        "import compat.theano.tensor.nnet.conv as ours\n"
        "print(made is theano, theano.tensor.nnet.conv is ours, theano.__version__, theano.sparse.__name__)\n"
        "from theano import theano as again; print(again is theano)"
    )
    assert printed == ["True", "True", "1.0.5", "compat.theano.sparse", "True"]


def test_uninstall_takes_the_name_away():
    printed = run(
        "import compat; compat.install(); compat.uninstall()\n"
        "try:\n    import theano\nexcept ImportError: print('gone')"
    )
    assert printed == ["gone"]


def test_another_theano_is_not_replaced():
    printed = run(
        "import sys, types; sys.modules['theano'] = types.ModuleType('theano'); import compat\n"
        "try:\n    compat.install()\nexcept ImportError as error: print('Another' in str(error))"
    )
    assert printed == ["True"]


def test_unknown_and_unported_names():
    printed = run(
        "import compat; compat.install(); import theano.tensor as T\n"
        "print(hasattr(T, 'no_such_name'))\n"
        "try:\n    from theano.tensor import no_such_name\nexcept ImportError: print('ImportError')\n"
        "from theano.tensor.nnet.nnet import Apply; import theano; print(Apply is theano.Apply)"
    )
    assert printed == ["False", "ImportError", "True"]
