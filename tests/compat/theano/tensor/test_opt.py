"""Rewrites that programs register."""

from compat import theano
from compat.theano import tensor as T
from compat.theano.gof import local_optimizer
from compat.theano.tensor.opt import register_canonicalize


def test_a_rewrite_may_have_a_name_that_pytensor_uses_and_theano_did_not():
    @register_canonicalize
    @local_optimizer([T.exp])
    def local_exp_log(node):
        below = node.inputs[0].owner
        if node.op == T.exp and below and below.op == T.log and below.inputs[0].name == "marked":
            return [below.inputs[0] + 1000]

    x = T.dvector("marked")
    mode = theano.compile.mode.get_mode("FAST_RUN")
    assert theano.function([x], T.exp(T.log(x)), mode=mode)([2.0]).tolist() == [1002.0]
    unchanged = theano.function([x], T.exp(T.log(x)), mode=mode.excluding("local_exp_log"))
    assert abs(unchanged([2.0])[0] - 2) < 1e-12
