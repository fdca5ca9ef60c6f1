"""scan in its many forms, `until`, map, reduce and folds, ifelse and switch."""
import warnings
import numpy as np
import theano
import theano.tensor as T
from theano import function, scan, shared
from theano.ifelse import ifelse
from theano.scan_module import until

# A ** k
k = T.iscalar("k")
A = T.vector("A")
result, updates = theano.scan(fn=lambda prior_result, A: prior_result * A,
                              outputs_info=T.ones_like(A), non_sequences=A, n_steps=k)
power = theano.function(inputs=[A, k], outputs=result[-1], updates=updates)
print(power(range(10), 2))
print(power(range(10), 4))

# a polynomial
coefficients = T.vector("coefficients")
x = T.scalar("x")
components, updates = theano.scan(fn=lambda coefficient, power, free_variable: coefficient * (free_variable ** power),
                                  outputs_info=None, sequences=[coefficients, T.arange(10000)], non_sequences=x)
polynomial = components.sum()
calculate = theano.function([coefficients, x], [polynomial, T.grad(polynomial, x), T.grad(polynomial, coefficients)])
print(*calculate(np.asarray([1, 0, 2]), 3))

# powers of two, until one is large enough
max_value = T.scalar()
values, _ = theano.scan(lambda previous_power, max_value: (previous_power * 2, until(previous_power * 2 > max_value)),
                        outputs_info=T.constant(1.), non_sequences=max_value, n_steps=1024)
print(theano.function([max_value], values)(45))

# a fixed point: x = cos(x), with the number of steps it took; and its derivative
start, tolerance = T.dscalars('start', 'tolerance')


def step(x_tm1, i):
    x_t = T.cos(x_tm1)
    return [x_t, i + 1], until(abs(x_t - x_tm1) < tolerance)


(xs, steps), _ = scan(step, outputs_info=[start, T.constant(0, dtype='int64')], n_steps=500)
fixed = function([start, tolerance], [xs[-1], steps[-1], T.grad(xs[-1], start)])
for tol in (1e-2, 1e-6, 1e-10):
    point, count, slope = fixed(1., tol)
    print('tolerance %g: %.12f after %d steps, slope %.3e' % (tol, point, count, slope))

# square root by Newton's iteration, a while loop over a vector
n = T.dvector('n')
roots, _ = scan(lambda r, n: ((r + n / r) / 2, until(T.all(abs(r * r - n) < 1e-9))), outputs_info=[n], non_sequences=[n], n_steps=100)
print(function([n], [roots[-1], roots.shape])(np.array([2., 9., 1e6])))

# several taps in the past and the future of a sequence and of an output
u = T.vector('u')
y0 = T.vector('y0')
W = shared(np.array([.5, -.25, .1]), 'W')
ys, updates = scan(lambda u_tm1, u_t, u_tp1, y_tm2, y_tm1, W: W[0] * y_tm1 + W[1] * y_tm2 + W[2] * (u_tm1 + u_t + u_tp1),
                   sequences=dict(input=u, taps=[-1, 0, 1]), outputs_info=dict(initial=y0, taps=[-2, -1]),
                   non_sequences=[W], strict=True)
print(function([u, y0], [ys, T.grad(ys[-1], W), T.grad((ys ** 2).sum(), y0)])(np.arange(6.), [1., -1.]))
print(function([u, y0], ys.shape)(np.arange(6.), [1., -1.]))

# backwards, truncated, with shared variables updated inside
backwards, _ = scan(lambda a, b: a + 2 * b, sequences=u, outputs_info=T.zeros_like(u[0]), go_backwards=True)
print(function([u], backwards)([1., 2., 3.]))
truncated, _ = scan(lambda h, W: T.tanh(W[0] * h + 1), outputs_info=T.constant(.3), non_sequences=W, n_steps=8, truncate_gradient=3)
print('%.10f %.10f' % tuple(function([], [truncated[-1], T.grad(truncated[-1], W)[0]])()))
counter = shared(0, 'counter')
many, updates = scan(lambda: {counter: counter + 1}, n_steps=7)
count = function([], [], updates=updates)
count(), count()
print(counter.get_value(), type(updates).__name__, len(updates))

# the helpers
M = T.matrix('M')
value = np.array([[1., 2.], [3., 4.], [5., 6.]])
row_norms, _ = theano.map(lambda row: T.sqrt((row ** 2).sum()), M)
total, _ = theano.reduce(lambda row, acc: row + acc, M, T.zeros((2,)))
left, _ = theano.foldl(lambda row, acc: row - acc, M, T.zeros((2,)))
right, _ = theano.foldr(lambda row, acc: row - acc, M, T.zeros((2,)))
print(*function([M], [row_norms, total, left, right])(value))
outer, _ = scan(lambda row: scan(lambda a: a ** 2, sequences=row)[0].sum(), sequences=M)
print('nested', function([M], [outer, T.grad(outer.sum(), M)[1]])(value))
jac, _ = scan(lambda i, y, x: T.grad(y[i], x), sequences=T.arange(3), non_sequences=[u ** 2 * u[::-1], u])
print(function([u], jac)([1., 2., 3.]))
location, values = T.imatrix('location'), T.vector('values')
filled, _ = scan(lambda loc, val, out: T.set_subtensor(out[loc[0], loc[1]], val),
                 sequences=[location, values], outputs_info=T.zeros((3, 3)))
print(function([location, values], filled[-1])(np.array([[1, 1], [2, 0]], 'int32'), [42., 50.]))
triangular = scan(lambda i, M: M[i] * T.ge(T.arange(2), i), sequences=T.arange(M.shape[0]), non_sequences=M)[0]
print(function([M], triangular)(value))

# lazy and not
a, b = T.scalars('a', 'b')
lazy = ifelse(T.lt(a, b), T.exp(a), T.log(b))
both = T.switch(T.lt(a, b), T.exp(a), T.log(b))
choose = function([a, b], [lazy, both, T.grad(lazy, a), T.grad(both, b)])
for pair in ((1., 2.), (2., 1.)):
    print(*['%.8f' % v for v in choose(*pair)])
two = ifelse(a > 0, [M.sum(), M[0]], [M.prod(), M[1]])
print(function([a, M], two)(1, value), function([a, M], two)(-1, value))


class Complaint(theano.Op):
    __props__ = ()
    itypes = otypes = [T.dscalar]

    def perform(self, node, inputs, outputs):
        raise RuntimeError('this branch should not run')


guarded = function([a, b], ifelse(a > 0, b, Complaint()(b)))
print(guarded(1, 5))
try:
    guarded(-1, 5)
except RuntimeError as e:
    print(str(e).split('\n')[0])
for wrong in (lambda: ifelse(M.sum() > 0, M, a),
              lambda: scan(lambda x: x, sequences=[u], outputs_info=[None, None]),
              lambda: scan(lambda x: x, outputs_info=[None]),
              lambda: scan(lambda p, W: p, outputs_info=[u], non_sequences=[M], n_steps=M)):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            wrong()
        print('accepted')
    except Exception as e:
        print(type(e).__name__)
