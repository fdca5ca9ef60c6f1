"""The GRU layer in the kernel language; the same layout and results as ``graphopt.ops.gru``.

``REAL`` stands for ``f32`` or ``f64``. ``work`` holds 3 B H numbers forward; backward 3 H H with the reset
gate after the product, B H with the reset gate before.
"""

FORWARD_AFTER = """
def gru_after_forward(
    T: i64, B: i64, H: i64, z: REALp, U: REALp, h0: REALp, h: REALp, gates: REALp, inner: REALp, work: REALp,
) -> None:
    n = B * H
    for t in range(T):
        if t == 0:
            gru_step(B, H, z, U, h0, h, gates, inner, work)
        else:
            gru_step(B, H, z[3 * n * t:], U, h[n * (t - 1):], h[n * t:], gates[3 * n * t:], inner[n * t:],
                     work)


def gru_step(
    B: i64, H: i64, z: REALp, U: REALp, before: REALp, h: REALp, gates: REALp, inner: REALp, work: REALp,
) -> None:
    n = B * H
    if B == 1:
        gemv(1, H, 3 * H, 1.0, U, before, 0.0, work)
    else:
        gemm(0, 0, B, 3 * H, H, 1.0, before, U, 0.0, work)
    for b in range(B):
        k = b * H
        gru_cell(H, work[3 * k:], U[3 * H * H:], z[3 * k:], before[k:], gates[k:], gates[n + k:],
                 gates[2 * n + k:], inner[k:], h[k:])


def gru_cell(
    H: i64, u: REALp, bias: REALp, a: REALp, before: REALp, z: REALp, r: REALp, n: REALp, inner: REALp,
    h: REALp,
) -> None:
    for j in range(H):
        z[j] = sigmoid(a[j] + u[j] + bias[j])
    for j in range(H):
        r[j] = sigmoid(a[H + j] + u[H + j] + bias[H + j])
    for j in range(H):
        inner_now = u[2 * H + j] + bias[2 * H + j]
        n_now = tanh(a[2 * H + j] + r[j] * inner_now)
        inner[j] = inner_now
        n[j] = n_now
        h[j] = n_now + z[j] * (before[j] - n_now)
"""

FORWARD_BEFORE = """
def gru_before_forward(
    T: i64, B: i64, H: i64, z: REALp, U: REALp, h0: REALp, h: REALp, gates: REALp, inner: REALp, work: REALp,
) -> None:
    n = B * H
    for t in range(T):
        if t == 0:
            gru_step(B, H, z, U, h0, h, gates, inner, work)
        else:
            gru_step(B, H, z[3 * n * t:], U, h[n * (t - 1):], h[n * t:], gates[3 * n * t:], inner[n * t:],
                     work)


def gru_step(
    B: i64, H: i64, z: REALp, U: REALp, before: REALp, h: REALp, gates: REALp, inner: REALp, work: REALp,
) -> None:
    n = B * H
    gemm_ld(0, 0, B, 2 * H, H, 1.0, before, H, U, 3 * H, 0.0, work, 3 * H)
    for b in range(B):
        k = b * H
        gru_gates(H, work[3 * k:], z[3 * k:], before[k:], gates[k:], gates[n + k:], inner[k:])
    gemm_ld(0, 0, B, H, H, 1.0, inner, H, U[2 * H:], 3 * H, 0.0, work[2 * H:], 3 * H)
    for b in range(B):
        k = b * H
        gru_state(H, work[3 * k + 2 * H:], z[3 * k + 2 * H:], before[k:], gates[k:], gates[2 * n + k:], h[k:])


def gru_gates(H: i64, u: REALp, a: REALp, before: REALp, z: REALp, r: REALp, inner: REALp) -> None:
    for j in range(H):
        z[j] = sigmoid(a[j] + u[j])
    for j in range(H):
        r_now = sigmoid(a[H + j] + u[H + j])
        r[j] = r_now
        inner[j] = r_now * before[j]


def gru_state(H: i64, u: REALp, a: REALp, before: REALp, z: REALp, n: REALp, h: REALp) -> None:
    for j in range(H):
        n_now = tanh(a[j] + u[j])
        n[j] = n_now
        h[j] = n_now + z[j] * (before[j] - n_now)
"""

BACKWARD_AFTER = """
def gru_after_backward(
    T: i64, B: i64, H: i64, U: REALp, h: REALp, gates: REALp, inner: REALp, h0: REALp, dh: REALp,
    dz: REALp, du: REALp, dh0: REALp, work: REALp,
) -> None:
    n = B * H
    for j in range(n):
        dh0[j] = 0.0
    turned = 0
    if B > 1 and T * B > 64:
        turned = 1
        for j in range(3 * H):
            for k in range(H):
                work[j * H + k] = U[k * 3 * H + j]
    for s in range(T):
        t = T - 1 - s
        for b in range(B):
            k = t * n + b * H
            g = 3 * t * n + b * H
            if t == 0:
                gru_slope(H, gates[g:], gates[g + n:], gates[g + 2 * n:], inner[k:], h0[b * H:], dh[k:],
                          dh0[b * H:], dz[3 * k:], du[3 * k:])
            else:
                gru_slope(H, gates[g:], gates[g + n:], gates[g + 2 * n:], inner[k:], h[k - n:], dh[k:],
                          dh0[b * H:], dz[3 * k:], du[3 * k:])
        if B == 1:
            gemv(0, H, 3 * H, 1.0, U, du[3 * t * n:], 1.0, dh0)
        elif turned == 1:
            gemm(0, 0, B, H, 3 * H, 1.0, du[3 * t * n:], work, 1.0, dh0)
        else:
            gemm(0, 1, B, H, 3 * H, 1.0, du[3 * t * n:], U, 1.0, dh0)


def gru_slope(
    H: i64, z: REALp, r: REALp, n: REALp, inner: REALp, before: REALp, dh: REALp, dh0: REALp, dz: REALp,
    du: REALp,
) -> None:
    for j in range(H):
        dh_now = dh0[j] + dh[j]
        d_n = dh_now * (1.0 - z[j]) * (1.0 - n[j] * n[j])
        d_z = dh_now * (before[j] - n[j]) * z[j] * (1.0 - z[j])
        d_r = d_n * inner[j] * r[j] * (1.0 - r[j])
        dz[j] = d_z
        du[j] = d_z
        dz[H + j] = d_r
        du[H + j] = d_r
        dz[2 * H + j] = d_n
        du[2 * H + j] = d_n * r[j]
        dh0[j] = dh_now * z[j]
"""

BACKWARD_BEFORE = """
def gru_before_backward(
    T: i64, B: i64, H: i64, U: REALp, h: REALp, gates: REALp, inner: REALp, h0: REALp, dh: REALp,
    dz: REALp, dh0: REALp, work: REALp,
) -> None:
    n = B * H
    for j in range(n):
        dh0[j] = 0.0
    for s in range(T):
        t = T - 1 - s
        if t == 0:
            gru_slopes(B, H, U, gates, h0, dh, dh0, dz, work)
        else:
            gru_slopes(B, H, U, gates[3 * t * n:], h[(t - 1) * n:], dh[t * n:], dh0, dz[3 * t * n:], work)


def gru_slopes(
    B: i64, H: i64, U: REALp, gates: REALp, before: REALp, dh: REALp, dh0: REALp, dz: REALp, work: REALp,
) -> None:
    n = B * H
    for b in range(B):
        k = b * H
        gru_slope(H, gates[k:], gates[2 * n + k:], before[k:], dh[k:], dh0[k:], dz[3 * k:])
    gemm_ld(0, 1, B, H, H, 1.0, dz[2 * H:], 3 * H, U[2 * H:], 3 * H, 0.0, work, H)
    for b in range(B):
        k = b * H
        gru_reset(H, gates[n + k:], before[k:], work[k:], dh0[k:], dz[3 * k + H:])
    gemm_ld(0, 1, B, H, 2 * H, 1.0, dz, 3 * H, U, 3 * H, 1.0, dh0, H)


def gru_slope(H: i64, z: REALp, n: REALp, before: REALp, dh: REALp, dh0: REALp, dz: REALp) -> None:
    for j in range(H):
        dh_now = dh0[j] + dh[j]
        dz[j] = dh_now * (before[j] - n[j]) * z[j] * (1.0 - z[j])
        dz[2 * H + j] = dh_now * (1.0 - z[j]) * (1.0 - n[j] * n[j])
        dh0[j] = dh_now * z[j]


def gru_reset(H: i64, r: REALp, before: REALp, d_inner: REALp, dh0: REALp, dz: REALp) -> None:
    for j in range(H):
        dz[j] = d_inner[j] * before[j] * r[j] * (1.0 - r[j])
        dh0[j] += d_inner[j] * r[j]
"""
