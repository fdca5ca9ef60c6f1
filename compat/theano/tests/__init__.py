"""`theano.tests`: what programs use to test Ops of their own."""


def main(modulename, debug=False):
    """Run the tests of the module called `modulename`; with `debug`, errors are not caught."""
    import sys
    import unittest

    if not debug:
        unittest.main(modulename)
    for case in unittest.TestLoader().loadTestsFromModule(sys.modules[modulename]):
        case.debug()
