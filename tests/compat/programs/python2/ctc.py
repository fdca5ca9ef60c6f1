"""Connectionist temporal classification by scan: one sequence, plain and in logs, and batches with masks."""
from __future__ import division
import numpy
import theano
from theano import tensor, function
from theano import tensor as T
floatX = theano.config.floatX


# ---------------------------------------------------------------- one label sequence at a time
class CTCLayer():
    def __init__(self, inpt, labels, blank, log_space):
        self.inpt = inpt
        self.labels = labels
        self.blank = blank
        self.n = self.labels.shape[0]
        if log_space:
            self._log_ctc()
        else:
            self._plain_ctc()
        self.params = []

    def _plain_ctc(self):
        labels2 = T.concatenate((self.labels, [self.blank, self.blank]))
        sec_diag = T.neq(labels2[:-2], labels2[2:]) * \
            T.eq(labels2[1:-1], self.blank)
        recurrence_relation = \
            T.eye(self.n) + \
            T.eye(self.n, k=1) + \
            T.eye(self.n, k=2) * sec_diag.dimshuffle((0, 'x'))
        pred_y = self.inpt[:, self.labels]
        probabilities, _ = theano.scan(
            lambda curr, accum: curr * T.dot(accum, recurrence_relation),
            sequences=[pred_y],
            outputs_info=[T.eye(self.n)[0]]
        )
        labels_probab = T.sum(probabilities[-1, -2:])
        self.cost = -T.log(labels_probab)
        self.debug = probabilities.T

    def _log_ctc(self):
        _1000 = tensor.eye(self.n)[0]
        prev_mask = 1 - _1000
        prevprev_mask = T.neq(self.labels[:-2], self.labels[2:]) * \
            T.eq(self.labels[1:-1], self.blank)
        prevprev_mask = T.concatenate(([0, 0], prevprev_mask))
        prev_mask = safe_log(prev_mask)
        prevprev_mask = safe_log(prevprev_mask)
        prev = T.arange(-1, self.n - 1)
        prevprev = T.arange(-2, self.n - 2)
        log_pred_y = T.log(self.inpt[:, self.labels])

        def step(curr, accum):
            return logmul(curr, logadd(accum,
                          logadd(logmul(prev_mask, accum[prev]),
                                 logmul(prevprev_mask, accum[prevprev]))))

        log_probs, _ = theano.scan(step, sequences=[log_pred_y], outputs_info=[safe_log(_1000)])
        log_labels_probab = logadd(log_probs[-1, -1], log_probs[-1, -2])
        self.cost = -log_labels_probab
        self.debug = T.exp(log_probs.T)


def safe_log(x):
    return T.log(T.maximum(x, numpy.float32(1e-20)).astype(floatX))


def safe_exp(x):
    return T.exp(T.minimum(x, numpy.float32(1e20)).astype(floatX))


def logadd_simple(x, y):
    return x + safe_log(1 + safe_exp(y - x))


def logadd(x, y, *zs, **kwargs):
    add = kwargs.get('add', logadd_simple)
    if zs:
        return logadd(logadd(x, y), *zs)
    M = tensor.maximum(x, y)
    m = tensor.minimum(x, y)
    return add(M, m)


def logmul(x, y):
    return x + y


# ---------------------------------------------------------------- batches with masks
def ctc_cost_batch(y_hat, y, y_hat_mask, y_mask):
    """y_hat (T, B, C+1), y (L, B), masks of the same; log domain with -inf handled by switch."""
    C = y_hat.shape[2] - 1
    L, B = y.shape[0], y.shape[1]
    ext = tensor.alloc(C, 2 * L + 1, B)
    ext = tensor.set_subtensor(ext[1::2], y)
    ext_len = tensor.cast(2 * y_mask.sum(axis=0) + 1, 'int64')
    same = tensor.concatenate([tensor.zeros((2, B)), tensor.neq(ext[2:], ext[:-2]) * tensor.neq(ext[2:], C)])
    neg = numpy.asarray(-1e30, dtype=floatX)
    log_yh = tensor.log(y_hat)
    emit = log_yh[:, tensor.arange(B).dimshuffle('x', 0), ext]
    alpha0 = tensor.fill(tensor.zeros((2 * L + 1, B)), neg)
    alpha0 = tensor.set_subtensor(alpha0[:2], emit[0, :2])

    def lse(*xs):
        x = tensor.stack(xs)
        m = tensor.max(x, axis=0)
        return m + tensor.log(tensor.sum(tensor.exp(x - m.dimshuffle('x', 0, 1)), axis=0))

    def step(e, m, a):
        s1 = tensor.concatenate([tensor.fill(a[:1], neg), a[:-1]], axis=0)
        s2 = tensor.concatenate([tensor.fill(a[:2], neg), a[:-2]], axis=0)
        s2 = tensor.switch(same, s2, neg)
        new = e + lse(a, s1, s2)
        return tensor.switch(m, new, a)
    alphas, _ = theano.scan(step, sequences=[emit[1:], y_hat_mask[1:]], outputs_info=[alpha0])
    last = alphas[-1]
    b = tensor.arange(B)
    x1, x2 = last[ext_len - 1, b], last[ext_len - 2, b]
    m = tensor.maximum(x1, x2)
    return -(m + tensor.log(tensor.exp(x1 - m) + tensor.exp(x2 - m)))


def decode(probs, blank):
    best = probs.argmax(1)
    out = []
    prev = None
    for b in best:
        if b != prev and b != blank:
            out.append(b)
        prev = b
    return out


rng = numpy.random.RandomState(3)
n_classes, n_hid, n_in, steps = 4, 8, 5, 14
blank = n_classes
x = tensor.matrix('x')
y = tensor.ivector('y')
W1 = theano.shared(rng.normal(0, .5, (n_in, n_hid)).astype(floatX), name='W1')
U1 = theano.shared(numpy.linalg.qr(rng.normal(size=(n_hid, n_hid)))[0].astype(floatX), name='U1')
W2 = theano.shared(rng.normal(0, .5, (n_hid, n_classes + 1)).astype(floatX), name='W2')
params = [W1, U1, W2]
h, _ = theano.scan(lambda xt, hm, U: T.tanh(xt + T.dot(hm, U)), sequences=T.dot(x, W1),
                   outputs_info=T.zeros((n_hid,)), non_sequences=U1)
soft = T.nnet.softmax(T.dot(h, W2))
for log_space in (False, True):
    layer = CTCLayer(soft, y, blank, log_space)
    g = T.grad(layer.cost, params)
    f = function([x, y], [layer.cost, layer.debug] + g)
    labels = [1, 0, 0, 2]
    ext = [blank]
    for l in labels:
        ext += [l, blank]
    X = rng.normal(size=(steps, n_in)).astype(floatX)
    out = f(X, numpy.asarray(ext, 'int32'))
    print log_space, out[0], out[1].shape, ['%.8f' % abs(o).sum() for o in out[2:]]

layer = CTCLayer(soft, y, blank, True)
updates = [(p, p - 0.1 * gp) for p, gp in zip(params, T.grad(layer.cost, params))]
train = function([x, y], [layer.cost, soft], updates=updates)
for i in range(40):
    c, s = train(X, numpy.asarray(ext, 'int32'))
    if i % 20 == 0:
        print i, '%.6f' % c, decode(s, blank)
print 'decoded', decode(s, blank), 'target', labels

# batch
B = 3
yh = tensor.tensor3('yh')
yb = tensor.lmatrix('yb')
mx = tensor.matrix('mx')
my = tensor.matrix('my')
pre = yh.reshape((-1, yh.shape[2]))
sm = T.nnet.softmax(pre).reshape(yh.shape)
costs = ctc_cost_batch(sm, yb, mx, my)
fb = function([yh, yb, mx, my], [costs, T.grad(costs.sum(), yh)])
YH = rng.normal(size=(9, B, n_classes + 1)).astype(floatX)
YB = rng.randint(0, n_classes, (3, B))
MX = numpy.ones((9, B), floatX)
MX[7:, 1] = 0
MY = numpy.ones((3, B), floatX)
MY[2, 1] = 0
c, gr = fb(YH, YB, MX, MY)
print c
print gr[:2]
print abs(gr[7:, 1]).sum()
