"""Logistic regression of sparse rows, csr and csc, then what sparse matrices can do and their gradients."""
import numpy as np
import scipy.sparse as sp
import theano
import theano.tensor as T
from theano import sparse

np.set_printoptions(precision=6)
rng = np.random.RandomState(0)
n, d, k = 40, 30, 3
X = sp.random(n, d, density=.15, format='csr', random_state=3, dtype='float64')
X.data = np.round(X.data * 5) + 1
y = np.asarray(X.dot(rng.normal(size=(d, k)))).argmax(axis=1)


class SparseLogReg(object):
    def __init__(self, n_in, n_out, format='csr', l1=1e-3, l2=1e-3):
        self.x = sparse.csr_matrix('x') if format == 'csr' else sparse.csc_matrix('x')
        self.y = T.lvector('y')
        self.W = theano.shared(np.zeros((n_in, n_out)), name='W')
        self.b = theano.shared(np.zeros(n_out), name='b')
        scores = sparse.structured_dot(self.x, self.W) + self.b
        self.p = T.nnet.softmax(scores)
        self.nll = -T.mean(T.log(self.p)[T.arange(self.y.shape[0]), self.y])
        self.cost = self.nll + l1 * abs(self.W).sum() + l2 * (self.W ** 2).sum()
        self.pred = T.argmax(self.p, axis=1)
        self.params = [self.W, self.b]

    def compile(self, lr):
        lr = T.as_tensor_variable(np.asarray(lr))
        g = T.grad(self.cost, self.params)
        self.train = theano.function([self.x, self.y], [self.cost, self.nll],
                                     updates=[(p, p - lr * gi) for p, gi in zip(self.params, g)])
        self.predict = theano.function([self.x], [self.pred, self.p])


for fmt in ('csr', 'csc'):
    m = SparseLogReg(d, k, fmt)
    m.compile(0.3)
    data = X if fmt == 'csr' else X.tocsc()
    for i in range(25):
        c, nll = m.train(data, y)
        if i % 8 == 0:
            print(fmt, i, '%.8f %.8f' % (c, nll))
    p, probs = m.predict(data)
    print((p == y).mean(), probs[:2], m.W.get_value().sum(), m.b.get_value())
    try:
        m.train(X.toarray(), y)
        print('dense accepted')
    except TypeError as e:
        print('TypeError')

# sparse algebra
a, b = sparse.csr_matrix('a'), sparse.csr_matrix('b')
v = T.vector('v')
M = T.matrix('M')
A = sp.random(4, 5, density=.5, format='csr', random_state=1)
B = sp.random(4, 5, density=.5, format='csr', random_state=2)
exprs = [
    lambda: a + b,
    lambda: a - b,
    lambda: a * b,
    lambda: sparse.mul(a, 2.),
    lambda: sparse.dot(a, b.T),
    lambda: sparse.transpose(a),
    lambda: sparse.sp_sum(a, axis=0),
    lambda: sparse.sp_sum(a, axis=1),
    lambda: sparse.sp_sum(a),
    lambda: sparse.row_scale(a, T.arange(4) + 1.),
    lambda: sparse.col_scale(a, v),
    lambda: sparse.structured_sigmoid(a),
    lambda: sparse.structured_exp(a),
    lambda: sparse.structured_pow(a, 2),
    lambda: sparse.sqr(a),
    lambda: sparse.sqrt(a),
    lambda: sparse.tanh(a),
    lambda: sparse.log1p(a),
    lambda: sparse.dense_from_sparse(a),
    lambda: sparse.true_dot(a, M),
    lambda: sparse.dot(a, M),
    lambda: sparse.cast(a, 'float32'),
    lambda: sparse.hstack([a, b]),
    lambda: sparse.vstack([a, b]),
    lambda: a[1:3],
    lambda: a[2, 3],
    lambda: a[:, 1:2],
    lambda: sparse.neg(a),
    lambda: sparse.square_diagonal(v),
    lambda: sparse.diag(sparse.dot(a, b.T)),
    lambda: sparse.ensure_sorted_indices(a),
    lambda: sparse.remove0(a),
    lambda: sparse.mul_s_v(a, v),
    lambda: sparse.structured_add_s_v(a, v),
    lambda: sparse.gt(a, b),
    lambda: sparse.sp_ones_like(a),
    lambda: sparse.clean(a),
    lambda: sparse.csm_data(a),
    lambda: sparse.csm_indices(a),
    lambda: sparse.csm_shape(a),
    lambda: a.shape,
    lambda: a.T,
    lambda: sparse.structured_maximum(a, .5),
    lambda: sparse.structured_minimum(a, .5),
    lambda: sparse.sampling_dot(M, M, sparse.csr_from_dense(T.eye(5))),
]
for i, e in enumerate(exprs):
    try:
        e = e()
        f = theano.function([a, b, v, M], e, on_unused_input='ignore')
        o = f(A, B, np.arange(5.) + 1, np.arange(15.).reshape(5, 3))
    except Exception as err:
        print(i, 'error', type(err).__name__)
        continue
    dense = o.toarray() if sp.issparse(o) else np.asarray(o)
    print(i, getattr(o, 'format', '-'), dense.dtype, dense.shape, '%.8f' % (dense.astype(float) ** 2).sum(), e.type)
# gradients through sparse things
for name, cost, wrt in (('dot', (sparse.dot(a, M) ** 2).sum(), M), ('struct', (sparse.structured_dot(a, M) ** 2).sum(), M),
                        ('sum', (sparse.sp_sum(sparse.mul(a, a), axis=0) * v).sum(), v),
                        ('a', sparse.sp_sum(sparse.structured_sigmoid(a), sparse_grad=True), a),
                        ('dense', (sparse.dense_from_sparse(a) ** 3).sum(), a),
                        ('colscale', sparse.sp_sum(sparse.col_scale(a, v)), v)):
    g = T.grad(cost, wrt)
    f = theano.function([a, M, v], g, on_unused_input='ignore')
    o = f(A, np.arange(15.).reshape(5, 3), np.arange(5.) + 1)
    print(name, g.type, type(o).__name__, (o.toarray() if sp.issparse(o) else o).sum())
# construct: CSR from parts with a gradient in the data
data, ind, ptr = T.vector('data'), T.ivector('ind'), T.ivector('ptr')
S = sparse.CSR(data, ind, ptr, T.as_tensor_variable(np.array([4, 5], "int32")))
f = theano.function([data, ind, ptr, M], [sparse.dot(S, M), T.grad(sparse.structured_dot(S, M).sum(), data)])
o = f(A.data, A.indices, A.indptr, np.arange(15.).reshape(5, 3))
print(o[0], o[1])
shared = theano.shared(A.copy(), name='A')
print(shared, shared.type, shared.get_value().nnz, theano.function([M], theano.dot(shared, M))(np.ones((5, 2))).sum())
shared.set_value(B)
up = theano.function([], sparse.sp_sum(shared), updates=[(shared, shared + shared)])
print(up(), up(), up())
print(sparse.as_sparse_variable(A), sparse.as_sparse_or_tensor_variable(np.eye(2)), theano.sparse.basic._is_sparse_variable(a))
from theano import pp
print(pp(sparse.structured_dot(a, M)), a.dtype, a.format, a.ndim)
theano.printing.debugprint(sparse.structured_dot(a, M).sum())
