"""Second order training: Gauss-Newton and Hessian vector products by Rop and Lop,
solved by conjugate gradients with damping (Hessian-free), checked against the whole matrices."""
import numpy as np
import theano
import theano.tensor as T

rng = np.random.RandomState(0)
sizes = [3, 5, 2]
params, names = [], []
for k, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:])):
    params += [theano.shared(rng.normal(scale=n_in ** -.5, size=(n_in, n_out)), name='W%d' % k),
               theano.shared(np.zeros(n_out), name='b%d' % k)]

x, t = T.matrices('x', 't')
h = x
activations = []
for W, b in zip(params[::2], params[1::2]):
    s = T.dot(h, W) + b
    h = T.tanh(s)
    activations.append(h)
s = s                                   # the last layer is linear
cost = T.sum(T.sqr(s - t), axis=1).mean()


def list_to_flat(l):
    return np.concatenate([i.flatten() for i in l])


def flat_to_list(vector):
    position, result = 0, []
    for p in params:
        value = p.get_value(borrow=True)
        result.append(vector[position:position + value.size].reshape(value.shape))
        position += value.size
    return result


def gauss_newton_product(cost, p, v, s):
    """the Gauss-Newton matrix of `cost` with respect to p, times v; s: the output of the net"""
    Jv = T.Rop(s, p, v)
    HJv = T.grad(T.sum(T.grad(cost, s) * Jv), s, consider_constant=[Jv], disconnected_inputs='ignore')
    Gv = T.grad(T.sum(HJv * s), p, consider_constant=[HJv, Jv], disconnected_inputs='ignore')
    return [T.as_tensor_variable(a) for a in Gv]


v = [p.type('v_' + p.name) for p in params]
grads = T.grad(cost, params)
f_cost = theano.function([x, t], cost)
f_grad = theano.function([x, t], grads)
f_Gv = theano.function([x, t] + v, gauss_newton_product(cost, params, v, s))
f_Hv = theano.function([x, t] + v, T.Rop(grads, params, v))
f_Hv2 = theano.function([x, t] + v, T.grad(sum(T.sum(g * u) for g, u in zip(grads, v)), params,
                                           consider_constant=v))
f_Jv = theano.function([x] + v, T.Rop(s, params, v))
f_vJ = theano.function([x, t], T.Lop(s, params, t))

inputs = rng.uniform(-1, 1, size=(40, 3))
targets = np.stack([np.sin(2 * inputs[:, 0]), inputs[:, 1] * inputs[:, 2]], axis=1)

# checks: symmetric, two ways of one product, Rop against differences
a, b = [flat_to_list(rng.normal(size=sum(p.get_value().size for p in params))) for _ in range(2)]
Ga, Gb = [list_to_flat(f_Gv(inputs, targets, *u)) for u in (a, b)]
print('vGu = uGv: %.8f %.8f' % (Ga.dot(list_to_flat(b)), Gb.dot(list_to_flat(a))))
Ha, Ha2 = list_to_flat(f_Hv(inputs, targets, *a)), list_to_flat(f_Hv2(inputs, targets, *a))
print('Hessian by Rop and by grad of grad agree:', np.allclose(Ha, Ha2), '%.8f' % np.abs(Ha).sum())
eps = 1e-6
start = [p.get_value() for p in params]
forward = theano.function([x], s)
out = []
for sign in (1, -1):
    for p, p0, u in zip(params, start, a):
        p.set_value(p0 + sign * eps * u)
    out.append(forward(inputs))
for p, p0 in zip(params, start):
    p.set_value(p0)
print('Rop against differences:', np.allclose((out[0] - out[1]) / (2 * eps), f_Jv(inputs, *a), atol=1e-6))
print('v(Ju) = (vJ)u: %.8f %.8f' % ((f_Jv(inputs, *a) * targets).sum(),
                                    list_to_flat(f_vJ(inputs, targets)).dot(list_to_flat(a))))


def cg(product, b, x0, damping, iterations=30):
    x = x0.copy()
    r = b - product(x) - damping * x
    d, rr = r.copy(), r.dot(r)
    for i in range(iterations):
        Ad = product(d) + damping * d
        alpha = rr / d.dot(Ad)
        x += alpha * d
        r -= alpha * Ad
        rr, old = r.dot(r), rr
        if rr < 1e-14:
            break
        d = r + (rr / old) * d
    return x, i + 1


damping, direction = 1., np.zeros(sum(p0.size for p0 in start))
value = f_cost(inputs, targets)
for iteration in range(12):
    gradient = list_to_flat(f_grad(inputs, targets))
    product = lambda u: list_to_flat(f_Gv(inputs, targets, *flat_to_list(u)))
    direction, steps = cg(product, -gradient, 0.9 * direction, damping)
    predicted = gradient.dot(direction) + direction.dot(product(direction)) / 2
    for p, d in zip(params, flat_to_list(direction)):
        p.set_value(p.get_value() + d)
    new = f_cost(inputs, targets)
    rho = (new - value) / predicted
    if new > value:
        for p, d in zip(params, flat_to_list(direction)):
            p.set_value(p.get_value() - d)
        direction *= 0
    else:
        value = new
    damping *= 1.5 if rho < .25 else 2 / 3. if rho > .75 else 1
    print('iteration %2d: cost %.8f, |g| %.6f, %d cg steps, damping %.5f' % (
        iteration, value, np.sqrt(gradient.dot(gradient)), steps, damping))

# whole matrices of a small function
w = T.vector('w')
f = T.stack([w[0] ** 2 * w[1], T.exp(w[1]) * w[2], T.sum(w ** 3)])
point = np.array([1., .5, -2.])
print(theano.function([w], theano.gradient.jacobian(f, w))(point))
print(theano.function([w], theano.gradient.hessian(T.sum(f), w))(point))
