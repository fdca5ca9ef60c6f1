"""The simple recurrent layer in the kernel language; the same layout and results as ``graphopt.ops.rnn``.

``REAL`` stands for ``f32`` or ``f64``. `activation` is the place in ``graphopt.ops.rnn.ACTIVATIONS``:
0 linear, 1 relu, 2 sigmoid, 3 tanh. Forward needs no ``work``; backward H H numbers.
"""

FORWARD = """
def rnn_forward(
    T: i64, B: i64, H: i64, z: REALp, U: REALp, h0: REALp, activation: i64, h: REALp, work: REALp,
) -> None:
    n = B * H
    for t in range(T):
        if t == 0:
            rnn_step(B, H, z, U, h0, activation, h)
        else:
            rnn_step(B, H, z[t * n:], U, h[(t - 1) * n:], activation, h[t * n:])


def rnn_step(B: i64, H: i64, z: REALp, U: REALp, before: REALp, activation: i64, h: REALp) -> None:
    n = B * H
    if B == 1:
        gemv(1, H, H, 1.0, U, before, 0.0, h)
    else:
        gemm(0, 0, B, H, H, 1.0, before, U, 0.0, h)
    if activation == 0:
        for j in range(n):
            h[j] += z[j]
    elif activation == 1:
        for j in range(n):
            h[j] = maximum(h[j] + z[j], 0.0)
    elif activation == 2:
        for j in range(n):
            h[j] = sigmoid(h[j] + z[j])
    else:
        for j in range(n):
            h[j] = tanh(h[j] + z[j])
"""

BACKWARD = """
def rnn_backward(
    T: i64, B: i64, H: i64, U: REALp, h: REALp, dh: REALp, activation: i64, dz: REALp, dh0: REALp,
    work: REALp,
) -> None:
    n = B * H
    for j in range(n):
        dh0[j] = 0.0
    turned = 0
    if B > 1 and T * B > 64:
        turned = 1
        for j in range(H):
            for k in range(H):
                work[j * H + k] = U[k * H + j]
    for s in range(T):
        t = T - 1 - s
        k = t * n
        if activation == 0:
            for j in range(n):
                dz[k + j] = dh0[j] + dh[k + j]
        elif activation == 1:
            for j in range(n):
                dz[k + j] = dh0[j] + dh[k + j] if h[k + j] > 0.0 else 0.0
        elif activation == 2:
            for j in range(n):
                dz[k + j] = (dh0[j] + dh[k + j]) * h[k + j] * (1.0 - h[k + j])
        else:
            for j in range(n):
                dz[k + j] = (dh0[j] + dh[k + j]) * (1.0 - h[k + j] * h[k + j])
        if B == 1:
            gemv(0, H, H, 1.0, U, dz[k:], 0.0, dh0)
        elif turned == 1:
            gemm(0, 0, B, H, H, 1.0, dz[k:], work, 0.0, dh0)
        else:
            gemm(0, 1, B, H, H, 1.0, dz[k:], U, 0.0, dh0)
"""
