# Matrix factorisation of a table with holes; the update rules are written out:
# sgd with momentum, adagrad, adadelta, rmsprop and adam.
import sys, math
from itertools import izip, imap
from collections import OrderedDict
import numpy
import theano
import theano.tensor as T

floatX = theano.config.floatX = 'float32'


def sharedX(value, name=None, borrow=False, dtype=None):
    return theano.shared(theano._asarray(value, dtype=dtype or theano.config.floatX),
                         name=name, borrow=borrow)


def zeros_like(p):
    return theano.shared(p.get_value() * numpy.cast[floatX](0.), broadcastable=p.broadcastable)


def momentum(params, grads, lr=0.02, mu=0.9):
    for p, g in izip(params, grads):
        v = zeros_like(p)
        new = mu * v - lr * g
        yield v, new
        yield p, p + new


def adagrad(params, grads, lr=0.2, epsilon=1e-6):
    for p, g in izip(params, grads):
        acc = zeros_like(p)
        new = acc + g ** 2
        yield acc, new
        yield p, p - lr * g / T.sqrt(new + epsilon)


def adadelta(params, grads, rho=0.95, epsilon=1e-4):
    for p, g in izip(params, grads):
        eg2, edx2 = zeros_like(p), zeros_like(p)
        new_eg2 = rho * eg2 + (1 - rho) * T.sqr(g)
        dx = -T.sqrt(edx2 + epsilon) / T.sqrt(new_eg2 + epsilon) * g
        yield eg2, new_eg2
        yield edx2, rho * edx2 + (1 - rho) * T.sqr(dx)
        yield p, p + dx


def rmsprop(params, grads, lr=0.05, decay=0.9, epsilon=1e-4):
    for p, g in izip(params, grads):
        ms = zeros_like(p)
        new = decay * ms + (1 - decay) * g * g
        yield ms, new
        yield p, p - lr * g / T.maximum(T.sqrt(new), numpy.float32(epsilon))


def adam(params, grads, lr=0.1, b1=0.1, b2=0.001, e=1e-8):
    i = sharedX(0.)
    i_t = i + 1.
    fix1 = 1. - (1. - b1) ** i_t
    fix2 = 1. - (1. - b2) ** i_t
    lr_t = lr * (T.sqrt(fix2) / fix1)
    for p, g in zip(params, grads):
        m = theano.shared(p.get_value() * 0.)
        v = theano.shared(p.get_value() * 0.)
        m_t = (b1 * g) + ((1. - b1) * m)
        v_t = (b2 * T.sqr(g)) + ((1. - b2) * v)
        g_t = m_t / (T.sqrt(v_t) + e)
        yield m, m_t
        yield v, v_t
        yield p, p - (lr_t * g_t)
    yield i, i_t


RULES = {'momentum': momentum, 'adagrad': adagrad, 'adadelta': adadelta, 'rmsprop': rmsprop, 'adam': adam}


class Ratings:
    """an old-style class: a table of low rank, a third of it unknown"""
    def __init__(self, n_users=12, n_items=9, rank=2, seed=5):
        rng = numpy.random.RandomState(seed)
        self.table = numpy.dot(rng.normal(size=(n_users, rank)), rng.normal(size=(rank, n_items)))
        self.known = rng.uniform(size=self.table.shape) > 1./3
        self.users, self.items = numpy.nonzero(self.known)

    def __len__(self):
        return len(self.users)

    def __nonzero__(self):
        return True


def run(name, ratings, epochs=60, rank=2):
    rng = numpy.random.RandomState(42)
    P = sharedX(rng.normal(scale=.3, size=(ratings.table.shape[0], rank)), 'P')
    Q = sharedX(rng.normal(scale=.3, size=(ratings.table.shape[1], rank)), 'Q')
    u, i = T.ivectors('u', 'i')
    r = T.fvector('r')
    prediction = (P[u] * Q[i]).sum(axis=1)
    penalty = sum([(p ** 2).sum() for p in (P, Q)])
    cost = T.mean((prediction - r) ** 2) + 1e-3 * penalty
    params = [P, Q]
    updates = OrderedDict(RULES[name](params, T.grad(cost, params)))
    train = theano.function([u, i, r], cost, updates=updates, allow_input_downcast=True)
    costs = [train(ratings.users, ratings.items, ratings.table[ratings.known]) for _ in range(epochs)]
    filled = theano.function([], T.dot(P, Q.T))()
    hidden = math.sqrt(((filled - ratings.table)[~ratings.known] ** 2).mean())
    print >>sys.stdout, '%-9s' % name, ' '.join(['%.5f' % c for c in costs[::15]]), '| hidden %.4f' % hidden
    return updates, costs[-1]


ratings = Ratings()
if ratings:
    print '%i of %i entries known' % (len(ratings), ratings.table.size)
best = {}
for name, rule in sorted(RULES.iteritems()):
    updates, best[name] = run(name, ratings)
    print '  %i updates, types %s' % (len(updates), sorted(set(imap(str, [k.type for k in updates]))))
winner, cost = min(best.items(), key=lambda (name, cost): cost)
print 'lowest cost:', winner, `len(best)`, 'rules tried'

# integer division and rounding, as they were
print 7 / 2, -7 / 2, 7 / 2., divmod(-7, 2), round(2.5), round(-0.5), 0777, 10L ** 3, 1 <> 2
x, y = T.iscalars('x', 'y')
print map(int, theano.function([x, y], [x // y, x % y])(-7, 2)), theano.function([x, y], x / y)(-7, 2)
print sum(map(lambda v: v ** 2, filter(None, range(5)))), sorted({'b': 1, 'a': 2}.keys())[0], min(zip('ba', (1, 2)))
