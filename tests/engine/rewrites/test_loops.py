"""The gradient of a truncated loop; the numbers are the real Theano 1.0.5's."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from graphopt import engine


def test_a_truncated_gradient_sums_over_the_steps_it_makes():
    mask, steps, start = pt.dmatrix("mask"), pt.dtensor3("steps"), pt.dmatrix("start")
    inner, outer = pytensor.shared(np.eye(3) * 0.5), pytensor.shared(np.eye(3))
    states = pytensor.scan(
        lambda m, x, h, w: m[:, None] * pt.tanh(x + pt.dot(h, w)) + (1 - m)[:, None] * h,
        sequences=[mask, pt.dot(steps, outer)],
        outputs_info=start,
        non_sequences=inner,
        truncate_gradient=2,
        n_steps=steps.shape[0],
        return_updates=False,
    )
    of_both = engine.compile([mask, steps, start], pytensor.grad((states**2).sum(), [inner, outer]))
    values = np.ones((5, 4)), np.arange(60.0).reshape(5, 4, 3) / 60, np.ones((4, 3))
    of_inner, of_outer = of_both(*values)
    np.testing.assert_allclose(of_inner[0], [3.25519064, 3.16107878, 3.06836951], rtol=1e-8)
    np.testing.assert_allclose(of_outer[2], [3.83628191, 3.72534431, 3.61607285], rtol=1e-8)
