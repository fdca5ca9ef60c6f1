"""Dropout and noise from MRG_RandomStreams, batch normalisation, weight norm constraints,
a function for training and one for testing; and draws of every distribution."""
import numpy as np
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

floatX = theano.config.floatX
srng = MRG_RandomStreams(seed=1234)
init = np.random.RandomState(4321)


def glorot(n_in, n_out, name):
    bound = np.sqrt(6. / (n_in + n_out))
    return theano.shared(init.uniform(-bound, bound, (n_in, n_out)).astype(floatX), name=name)


def dropout(X, p=0.):
    if p > 0:
        retain_prob = 1 - p
        X *= srng.binomial(X.shape, p=retain_prob, dtype=theano.config.floatX)
        X /= retain_prob
    return X


class BatchNorm(object):
    def __init__(self, n, momentum=.9):
        self.gamma, self.beta = theano.shared(np.ones(n), 'gamma'), theano.shared(np.zeros(n), 'beta')
        self.mean, self.var = theano.shared(np.zeros(n), 'mean'), theano.shared(np.ones(n), 'var')
        self.momentum = momentum
        self.updates = []

    def __call__(self, x, deterministic):
        if deterministic:
            mean, var = self.mean, self.var
        else:
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.updates = [(old, self.momentum * old + (1 - self.momentum) * new)
                            for old, new in ((self.mean, mean), (self.var, var))]
        return T.nnet.batch_normalization(x, self.gamma, self.beta, mean, T.sqrt(var + 1e-4), mode='high_mem')


w_h, w_h2, w_o = glorot(6, 16, 'w_h'), glorot(16, 16, 'w_h2'), glorot(16, 3, 'w_o')
norms = [BatchNorm(16), BatchNorm(16)]


def model(X, p_drop_input, p_drop_hidden, deterministic=False):
    X = dropout(X, p_drop_input)
    h = T.nnet.relu(norms[0](T.dot(X, w_h), deterministic))
    h = dropout(h, p_drop_hidden)
    h2 = T.maximum(norms[1](T.dot(h, w_h2), deterministic), 0.)
    h2 = dropout(h2, p_drop_hidden)
    return T.nnet.softmax(T.dot(h2, w_o))


def RMSprop(cost, params, lr=0.01, rho=0.9, epsilon=1e-6):
    grads = T.grad(cost=cost, wrt=params)
    updates = []
    for p, g in zip(params, grads):
        acc = theano.shared(p.get_value() * 0.)
        acc_new = rho * acc + (1 - rho) * g ** 2
        gradient_scaling = T.sqrt(acc_new + epsilon)
        g = g / gradient_scaling
        updates.append((acc, acc_new))
        stepped = p - lr * g
        if p.ndim == 2:
            col_norms = T.sqrt(T.sum(T.sqr(stepped), axis=0))
            desired = T.clip(col_norms, 0, 2.)
            stepped = stepped * (desired / (1e-7 + col_norms))
        updates.append((p, stepped))
    return updates


X, Y = T.matrix('X'), T.lvector('Y')
noisy = model(X, 0.1, 0.4)
clean = model(X, 0., 0., deterministic=True)
params = [w_h, w_h2, w_o] + [p for n in norms for p in (n.gamma, n.beta)]
cost = T.mean(T.nnet.categorical_crossentropy(noisy, Y))
updates = RMSprop(cost, params) + [u for n in norms for u in n.updates]
train = theano.function(inputs=[X, Y], outputs=cost, updates=updates, allow_input_downcast=True)
predict = theano.function(inputs=[X], outputs=T.argmax(clean, axis=1), allow_input_downcast=True)

data = init.normal(size=(180, 6))
labels = (data[:, :3] + .5 * data[:, 3:] ** 2).argmax(axis=1)
trX, trY, teX, teY = data[:120], labels[:120], data[120:], labels[120:]
for epoch in range(10):
    total = 0
    for start, end in zip(range(0, len(trX), 30), range(30, len(trX) + 1, 30)):
        total += train(trX[start:end], trY[start:end])
    print('%d %.8f %.4f' % (epoch, total / 4, np.mean(teY == predict(teX))))
for p in params:
    print('%-6s %.6f' % (p.name, np.sqrt((p.get_value() ** 2).sum())))

print('draws')
draws = MRG_RandomStreams(7)
n = draws.normal((2, 3), avg=1., std=2.)
u = draws.uniform((4,), low=-1, high=1, dtype='float32')
b = draws.binomial((8,), p=.3)
m = draws.multinomial(pvals=np.array([[.2, .3, .5]] * 4))
c = draws.choice(size=2, replace=False, p=np.array([[.1, .2, .3, .2, .2]] * 2))
f = theano.function([], [n, u, b, m, c])
for call in range(2):
    for out in f():
        print(out.dtype, np.round(np.asarray(out, 'float64'), 6).tolist())

# each call draws again, unless the default update is left out; two functions share their state
frozen = theano.function([], u, no_default_updates=True)
print((frozen() == frozen()).all(), (f()[1] == frozen()).all(), (f()[1] == f()[1]).all())
state = draws.rstate.copy()
draws.seed(7)
print(np.round(f()[1].astype('float64'), 6).tolist(), state.shape)
for variable, update in [pair[:2] for pair in draws.state_updates[:1]]:
    print(variable.get_value().shape, variable.get_value().dtype, variable.get_value()[0].tolist())
scan_draws, scan_updates = theano.scan(lambda total: total + draws.uniform((2,)), outputs_info=T.zeros((2,)), n_steps=5)
walk = theano.function([], scan_draws[-1], updates=scan_updates)
print(np.round(walk(), 6), np.round(walk(), 6))
try:
    draws.uniform((0, 2))
except ValueError as e:
    print('ValueError', str(e)[:40])
