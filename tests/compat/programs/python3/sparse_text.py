"""Sparse matrices: text classification by sparse bags of words, and the operations around it."""
import numpy as np
import scipy.sparse as sp
import theano
import theano.sparse
import theano.tensor as T
from theano import sparse

rng = np.random.RandomState(99)
n, words, topics = 60, 30, 3
labels = (np.arange(n) % topics).astype('int64')
counts = np.zeros((n, words))
for row, label in zip(counts, labels):
    for w in rng.randint(0, words, 4):
        row[w] += 1
    for w in rng.randint(0, 10, 4):
        row[label * 10 + w] += 1
bags = sp.csr_matrix(counts)
print('%d x %d, %d entries' % (bags.shape + (bags.nnz,)))

x = sparse.csr_matrix(name='x', dtype='float64')
y = T.lvector('y')
W = theano.shared(np.zeros((words, topics)), 'W')
b = theano.shared(np.zeros(topics), 'b')
p = T.nnet.softmax(sparse.dot(x, W) + b)
cost = T.nnet.categorical_crossentropy(p, y).mean() + .01 * (W ** 2).sum()
train = theano.function([x, y], cost, updates=[(v, v - .5 * g) for v, g in zip((W, b), T.grad(cost, [W, b]))])
for i in range(10):
    c = train(bags, labels)
    if i % 3 == 0:
        print('step %d: %.8f' % (i, c))
error = theano.function([x, y], T.mean(T.neq(p.argmax(axis=1), y)))
print('error', error(bags, labels))
print('heaviest words', np.argsort(-W.get_value(), axis=0, kind='mergesort')[:4].T.tolist())

print(x.type, '|', sparse.csc_matrix('c').type, '|', x.format, x.dtype, x.ndim)
for op in (sparse.structured_dot, theano.dot, sparse.true_dot):
    z = op(x, W)
    print(type(z.type).__name__, '%.8f' % abs(theano.function([x], z)(bags)).sum())

a = sp.csr_matrix(np.array([[1., 0., 2.], [0., 0., 0.], [0., -3., 0.]]))
b2 = sp.csr_matrix(np.array([[0., 5., 1.], [0., 0., 0.], [4., 1., 0.]]))
s, t = sparse.csr_matrix('s'), sparse.csr_matrix('t')
d = T.matrix('d')
ds = np.arange(9.).reshape(3, 3)


def show(name, expression, **values):
    inputs = dict(s=s, t=t, d=d)
    out = theano.function([inputs[k] for k in sorted(values)], expression, on_unused_input='ignore')(
        *[values[k] for k in sorted(values)])
    if sp.issparse(out):
        print('%-12s' % name, out.format, out.dtype, out.toarray().tolist())
    else:
        print('%-12s' % name, np.asarray(out).dtype, np.asarray(out).tolist())


show('transpose', s.T, s=a)
show('add', s + t, s=a, t=b2)
show('minus', s - t, s=a, t=b2)
show('times', s * t, s=a, t=b2)
show('times dense', s * d, s=a, d=ds)
show('plus dense', s + d, s=a, d=ds)
show('negative', -s, s=a)
show('scaled', s * 2.5, s=a)
show('sparse dot', sparse.true_dot(s, t), s=a, t=b2)
show('sum', sparse.sp_sum(s, axis=0), s=a)
show('sum rows', sparse.sp_sum(s, axis=1), s=a)
show('sum all', sparse.sp_sum(s), s=a)
show('diagonal', sparse.diag(s), s=a)
show('square', sparse.square_diagonal(sparse.sp_sum(s, axis=0)), s=a)
show('zeros like', sparse.sp_zeros_like(s), s=a)
show('ones like', sparse.sp_ones_like(s), s=a)
show('dense', sparse.dense_from_sparse(s), s=a)
show('from dense', sparse.csc_from_dense(d), d=ds)
show('item', s[2, 1], s=a)
show('slice', s[0:2, 1:], s=a)
show('sqr', sparse.sqr(s), s=a)
show('sigmoid', sparse.structured_sigmoid(s), s=a)
show('hstack', sparse.hstack([s, t]), s=a, t=b2)
show('vstack', sparse.vstack([s, t], format='csr'), s=a, t=b2)
show('remove0', sparse.remove0(s), s=sp.csr_matrix((np.array([0., 1.]), [0, 2], [0, 1, 2, 2]), (3, 3)))
show('column scale', sparse.col_scale(s, d[0]), s=a, d=ds)
show('row scale', sparse.row_scale(s, d[1]), s=a, d=ds)
show('greater', sparse.gt(s, t), s=a, t=b2)
show('cast', sparse.cast(s, 'float32'), s=a)

data, indices, indptr, shape = sparse.csm_properties(s)
f = theano.function([s], [data, indices, indptr, shape])
for part in f(a):
    print(part.dtype, part.tolist())
rebuilt = sparse.CSR(data * 10, indices, indptr, shape)
print(theano.function([s], rebuilt)(a).toarray().tolist())
print('gradient through the data', theano.function([s], T.grad((sparse.dense_from_sparse(rebuilt) ** 2).sum(), data))(a))
show('gradient', T.grad(sparse.sp_sum(s * s), s), s=a)
show('structured', T.grad(sparse.structured_dot(s, d).sum(), s), s=a, d=ds)
kept = theano.shared(a, name='kept')
bump = theano.function([], [], updates=[(kept, kept + kept)])
bump(), bump()
print(type(kept).__name__, abs(kept.get_value()).sum(), kept.type)
try:
    print('a dense array will do: %.8f' % train(counts, labels))
except TypeError as e:
    print('a dense array is refused')
