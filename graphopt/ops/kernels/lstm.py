"""The LSTM layer in the kernel language; the same layout and results as ``graphopt.ops.lstm``.

``REAL`` stands for ``f32`` or ``f64``. ``work`` holds 4 B H numbers forward and 4 H H backward.
"""

FORWARD = """
def lstm_forward(
    T: i64, B: i64, H: i64, z: REALp, U: REALp, h0: REALp, c0: REALp,
    h: REALp, c: REALp, gates: REALp, work: REALp,
) -> None:
    n = B * H
    for t in range(T):
        if t == 0:
            lstm_step(B, H, z, U, h0, c0, h, c, gates, work)
        else:
            lstm_step(B, H, z[4 * n * t:], U, h[n * (t - 1):], c[n * (t - 1):],
                      h[n * t:], c[n * t:], gates[4 * n * t:], work)


def lstm_step(
    B: i64, H: i64, z: REALp, U: REALp, h_before: REALp, c_before: REALp,
    h: REALp, c: REALp, gates: REALp, work: REALp,
) -> None:
    n = B * H
    if B == 1:
        gemv(1, H, 4 * H, 1.0, U, h_before, 0.0, work)
    else:
        gemm(0, 0, B, 4 * H, H, 1.0, h_before, U, 0.0, work)
    for b in range(B):
        k = b * H
        lstm_cell(H, work[4 * k:], z[4 * k:], c_before[k:], gates[k:], gates[n + k:], gates[2 * n + k:],
                  gates[3 * n + k:], c[k:], h[k:])


def lstm_cell(
    H: i64, a: REALp, z: REALp, c_before: REALp, i: REALp, f: REALp, g: REALp, o: REALp, c: REALp, h: REALp,
) -> None:
    for j in range(H):
        i[j] = sigmoid(a[j] + z[j])
    for j in range(H):
        f[j] = sigmoid(a[H + j] + z[H + j])
    for j in range(H):
        g[j] = tanh(a[2 * H + j] + z[2 * H + j])
    for j in range(H):
        o[j] = sigmoid(a[3 * H + j] + z[3 * H + j])
    for j in range(H):
        c_now = f[j] * c_before[j] + i[j] * g[j]
        c[j] = c_now
        h[j] = o[j] * tanh(c_now)
"""

BACKWARD = """
def lstm_backward(
    T: i64, B: i64, H: i64, U: REALp, gates: REALp, c: REALp, c0: REALp, dh: REALp, with_dc: i64, dc: REALp,
    dz: REALp, dh0: REALp, dc0: REALp, work: REALp,
) -> None:
    n = B * H
    for j in range(n):
        dh0[j] = 0.0
        dc0[j] = 0.0
    turned = 0
    if B > 1 and T * B > 64:
        turned = 1
        for j in range(4 * H):
            for k in range(H):
                work[j * H + k] = U[k * 4 * H + j]
    for s in range(T):
        t = T - 1 - s
        for b in range(B):
            k = t * n + b * H
            g = 4 * t * n + b * H
            if with_dc != 0:
                for j in range(H):
                    dc0[b * H + j] += dc[k + j]
            if t == 0:
                lstm_slope(H, gates[g:], gates[g + n:], gates[g + 2 * n:], gates[g + 3 * n:], c[k:],
                           c0[b * H:], dh[k:], dh0[b * H:], dc0[b * H:], dz[4 * k:])
            else:
                lstm_slope(H, gates[g:], gates[g + n:], gates[g + 2 * n:], gates[g + 3 * n:], c[k:],
                           c[k - n:], dh[k:], dh0[b * H:], dc0[b * H:], dz[4 * k:])
        if B == 1:
            gemv(0, H, 4 * H, 1.0, U, dz[4 * t * n:], 0.0, dh0)
        elif turned == 1:
            gemm(0, 0, B, H, 4 * H, 1.0, dz[4 * t * n:], work, 0.0, dh0)
        else:
            gemm(0, 1, B, H, 4 * H, 1.0, dz[4 * t * n:], U, 0.0, dh0)


def lstm_slope(
    H: i64, i: REALp, f: REALp, g: REALp, o: REALp, c: REALp, c_before: REALp, dh: REALp, dh0: REALp,
    dc0: REALp, dz: REALp,
) -> None:
    for j in range(H):
        squashed = tanh(c[j])
        dh_now = dh0[j] + dh[j]
        dc_now = dc0[j] + dh_now * o[j] * (1.0 - squashed * squashed)
        dz[j] = dc_now * g[j] * i[j] * (1.0 - i[j])
        dz[H + j] = dc_now * c_before[j] * f[j] * (1.0 - f[j])
        dz[2 * H + j] = dc_now * i[j] * (1.0 - g[j] * g[j])
        dz[3 * H + j] = dh_now * squashed * o[j] * (1.0 - o[j])
        dc0[j] = dc_now * f[j]
"""
