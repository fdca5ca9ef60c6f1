# -*- coding: utf-8 -*-
"""Session-based recommendation with GRUs: session-parallel batches, sampled negatives, BPR/TOP1, Adagrad on rows."""
import numpy as np
import theano
from theano import tensor as T
from theano import function
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams
from collections import OrderedDict
srng = RandomStreams(seed=42)


class GRU4Rec:
    def __init__(self, layers, n_epochs=2, batch_size=5, dropout_p_hidden=0.3, learning_rate=0.05, momentum=0.0,
                 adapt='adagrad', decay=0.9, grad_cap=0, sigma=0, init_as_normal=False, reset_after_session=True,
                 loss='bpr', hidden_act='tanh', final_act=None, n_sample=0, sample_alpha=0.75, smoothing=0,
                 lmbd=0.0, train_random_order=False):
        self.layers = layers
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.dropout_p_hidden = dropout_p_hidden
        self.learning_rate = learning_rate
        self.decay = decay
        self.momentum = momentum
        self.sigma = sigma
        self.init_as_normal = init_as_normal
        self.adapt = adapt
        self.grad_cap = grad_cap
        self.lmbd = lmbd
        self.n_sample = n_sample
        self.sample_alpha = sample_alpha
        self.smoothing = smoothing
        self.hidden_activation = {'tanh': self.tanh, 'relu': self.relu}[hidden_act]
        if loss == 'cross-entropy':
            self.loss_function = self.cross_entropy
            self.final_activation = self.softmax
        elif loss == 'bpr':
            self.loss_function, self.final_activation = self.bpr, self.linear
        else:
            raise NotImplementedError('loss not implemented')

    def linear(self, X):
        return X

    def tanh(self, X):
        return T.tanh(X)

    def softmax(self, X):
        e_x = T.exp(X - X.max(axis=1).dimshuffle(0, 'x'))
        return e_x / e_x.sum(axis=1).dimshuffle(0, 'x')

    def relu(self, X):
        return T.maximum(X, 0)

    def cross_entropy(self, yhat):
        if self.smoothing:
            n_out = T.cast(yhat.shape[1], theano.config.floatX)
            return T.cast(T.mean((1.0 - (n_out / (n_out - 1)) * self.smoothing) * (-T.log(T.diag(yhat) + 1e-24)) +
                          (self.smoothing / (n_out - 1)) * T.sum(-T.log(yhat + 1e-24), axis=1)), theano.config.floatX)
        return T.cast(T.mean(-T.log(T.diag(yhat) + 1e-24)), theano.config.floatX)

    def bpr(self, yhat):
        return T.cast(T.mean(-T.log(T.nnet.sigmoid(T.diag(yhat) - yhat.T))), theano.config.floatX)

    def floatX(self, arr):
        return np.asarray(arr, dtype=theano.config.floatX)

    def init_weights(self, shape):
        sigma = self.sigma if self.sigma != 0 else np.sqrt(6.0 / (shape[0] + shape[1]))
        if self.init_as_normal:
            return theano.shared(self.floatX(np.random.randn(*shape) * sigma), borrow=True)
        return theano.shared(self.floatX(np.random.rand(*shape) * sigma * 2 - sigma), borrow=True)

    def init(self, n_items):
        np.random.seed(42)
        self.n_items = n_items
        self.Wx, self.Wh, self.Wrz, self.Bh, self.H = [], [], [], [], []
        for i in xrange(len(self.layers)):
            n_in = self.layers[i - 1] if i > 0 else n_items
            m = []
            for k in range(3):
                m.append(self.init_weights((n_in, self.layers[i])).get_value())
            self.Wx.append(theano.shared(value=np.hstack(m), borrow=True))
            self.Wh.append(self.init_weights((self.layers[i], self.layers[i])))
            self.Wrz.append(theano.shared(np.hstack([self.init_weights((self.layers[i], self.layers[i])).get_value()
                                                     for k in (0, 1)]), borrow=True))
            self.Bh.append(theano.shared(value=np.zeros((self.layers[i] * 3,), dtype=theano.config.floatX), borrow=True))
            self.H.append(theano.shared(value=np.zeros((self.batch_size, self.layers[i]), dtype=theano.config.floatX),
                                        borrow=True))
        self.Wy = self.init_weights((n_items, self.layers[-1]))
        self.By = theano.shared(value=np.zeros((n_items, 1), dtype=theano.config.floatX), borrow=True)

    def dropout(self, X, drop_p):
        if drop_p > 0:
            retain_prob = 1 - drop_p
            X *= srng.binomial(X.shape, p=retain_prob, dtype=theano.config.floatX) / retain_prob
        return X

    def adagrad(self, param, grad, updates, sample_idx=None, epsilon=1e-6):
        if sample_idx is None:
            acc = theano.shared(param.get_value(borrow=False) * 0., borrow=True)
            acc_new = acc + grad ** 2
            updates[acc] = acc_new
        else:
            acc = theano.shared(param.get_value(borrow=False) * 0., borrow=True)
            acc_s = acc[sample_idx]
            acc_new = T.set_subtensor(acc_s, acc_s + grad ** 2)
            updates[acc] = acc_new
            acc_new = acc_s + grad ** 2
        gradient_scaling = T.cast(T.sqrt(acc_new + epsilon), theano.config.floatX)
        return grad / gradient_scaling

    def rmsprop(self, param, grad, updates, sample_idx=None, epsilon=1e-6):
        acc = theano.shared(param.get_value(borrow=False) * 0., borrow=True)
        if sample_idx is None:
            acc_new = self.decay * acc + (1 - self.decay) * grad ** 2
            updates[acc] = acc_new
        else:
            acc_s = acc[sample_idx]
            acc_new = self.decay * acc_s + (1 - self.decay) * grad ** 2
            updates[acc] = T.set_subtensor(acc_s, acc_new)
        return grad / T.sqrt(acc_new + epsilon)

    def RMSprop(self, cost, params, full_params, sampled_params, sidxs):
        grads = [T.grad(cost=cost, wrt=param) for param in params]
        sgrads = [T.grad(cost=cost, wrt=sparam) for sparam in sampled_params]
        updates = OrderedDict()
        if self.grad_cap > 0:
            norm = T.cast(T.sqrt(T.sum([T.sum([T.sum(g ** 2) for g in g_list]) for g_list in grads]) +
                                 T.sum([T.sum(g ** 2) for g in sgrads])), theano.config.floatX)
            grads = [[T.switch(T.ge(norm, self.grad_cap), g * self.grad_cap / norm, g) for g in gl] for gl in grads]
            sgrads = [T.switch(T.ge(norm, self.grad_cap), g * self.grad_cap / norm, g) for g in sgrads]
        adapt = getattr(self, self.adapt)
        for p_list, g_list in zip(params, grads):
            for p, g in zip(p_list, g_list):
                g = adapt(p, g, updates)
                if self.momentum > 0:
                    velocity = theano.shared(p.get_value(borrow=False) * 0., borrow=True)
                    velocity2 = self.momentum * velocity - np.float32(self.learning_rate) * (g + self.lmbd * p)
                    updates[velocity] = velocity2
                    updates[p] = p + velocity2
                else:
                    updates[p] = p * np.float64(1.0 - self.learning_rate * self.lmbd) - np.float64(self.learning_rate) * g
        for i in range(len(sgrads)):
            fullP, sample_idx, sparam = full_params[i], sidxs[i], sampled_params[i]
            g = adapt(fullP, sgrads[i], updates, sample_idx)
            delta = np.float64(self.learning_rate) * g
            if self.momentum > 0:
                velocity = theano.shared(fullP.get_value(borrow=False) * 0., borrow=True)
                vs = velocity[sample_idx]
                velocity2 = self.momentum * vs - delta
                updates[velocity] = T.set_subtensor(vs, velocity2)
                updates[fullP] = T.inc_subtensor(sparam, velocity2)
            else:
                updates[fullP] = T.inc_subtensor(sparam, - delta)
        return updates

    def model(self, X, H, Y=None, drop_p_hidden=0.0):
        Sx = self.Wx[0][X]
        vec = Sx + self.Bh[0]
        n = self.layers[0]
        rz = T.nnet.sigmoid(vec[:, n:] + T.dot(H[0], self.Wrz[0]))
        h = self.hidden_activation(T.dot(H[0] * rz[:, :n], self.Wh[0]) + vec[:, :n])
        z = rz[:, n:]
        h = (1.0 - z) * H[0] + z * h
        h = self.dropout(h, drop_p_hidden)
        H_new = [h]
        y = h
        for i in range(1, len(self.layers)):
            vec = T.dot(y, self.Wx[i]) + self.Bh[i]
            n = self.layers[i]
            rz = T.nnet.sigmoid(vec.T[n:] + T.dot(H[i], self.Wrz[i]).T)
            h = self.hidden_activation(T.dot(H[i] * rz[:n].T, self.Wh[i]) + vec.T[:n].T)
            z = rz[n:].T
            h = (1.0 - z) * H[i] + z * h
            H_new.append(self.dropout(h, drop_p_hidden))
            y = H_new[-1]
        if Y is not None:
            Sy = self.Wy[Y]
            SBy = self.By[Y]
            out = self.final_activation(T.dot(y, Sy.T) + SBy.flatten())
            return H_new, out, [Sx, Sy, SBy]
        return H_new, self.final_activation(T.dot(y, self.Wy.T) + self.By.flatten()), [Sx]

    def fit(self, sessions, n_items):
        self.init(n_items)
        pop = np.bincount(np.concatenate(sessions), minlength=n_items) ** self.sample_alpha
        pop = pop.cumsum() / pop.sum()
        pop[-1] = 1
        rs = np.random.RandomState(11)
        X, Y = T.ivectors(2)
        H_new, Y_pred, sparams = self.model(X, self.H, Y, self.dropout_p_hidden)
        cost = self.loss_function(Y_pred)
        params = [self.Wx[1:], self.Wh, self.Wrz, self.Bh]
        full_params = [self.Wx[0], self.Wy, self.By]
        sidxs = [X, Y, Y]
        updates = self.RMSprop(cost, params, full_params, sparams, sidxs)
        for i in range(len(self.H)):
            updates[self.H[i]] = H_new[i]
        train_function = function(inputs=[X, Y], outputs=cost, updates=updates, allow_input_downcast=True)
        for epoch in range(self.n_epochs):
            for i in range(len(self.layers)):
                self.H[i].set_value(np.zeros((self.batch_size, self.layers[i]), dtype=theano.config.floatX), borrow=True)
            c = []
            iters = np.arange(self.batch_size)
            maxiter = iters.max()
            pos = np.zeros(self.batch_size, dtype='int64')
            finished = False
            while not finished:
                minlen = min(len(sessions[i]) - p for i, p in zip(iters, pos))
                for i in range(minlen - 1):
                    in_idx = np.array([sessions[j][p + i] for j, p in zip(iters, pos)])
                    y = np.array([sessions[j][p + i + 1] for j, p in zip(iters, pos)])
                    if self.n_sample:
                        y = np.hstack([y, np.searchsorted(pop, rs.rand(self.n_sample))])
                    cost_ = train_function(in_idx, y)
                    c.append(cost_)
                    if np.isnan(cost_):
                        print(str(epoch) + ': NaN error!')
                        return
                pos = pos + minlen - 1
                mask = np.array([len(sessions[j]) - p <= 1 for j, p in zip(iters, pos)])
                for idx in np.nonzero(mask)[0]:
                    maxiter += 1
                    if maxiter >= len(sessions):
                        finished = True
                        break
                    iters[idx] = maxiter
                    pos[idx] = 0
                if len(mask.nonzero()[0]):
                    for i in range(len(self.H)):
                        tmp = self.H[i].get_value(borrow=True)
                        tmp[mask] = 0
                        self.H[i].set_value(tmp, borrow=True)
            print('Epoch{}\tloss: {:.6f}'.format(epoch, np.mean(c)))

    def predict(self, items):
        X = T.ivector()
        for h in self.H:
            h.set_value(h.get_value() * 0)
        yhat = self.model(X, self.H, None)
        f = function([X], yhat[1], updates=zip(self.H, yhat[0]), allow_input_downcast=True)
        return [f(np.repeat(i, self.batch_size)) for i in items][-1]


rs = np.random.RandomState(0)
sessions = []
for s in xrange(14):
    start = rs.randint(0, 20)
    sessions.append([(start + 2 * k + (rs.rand() < .1)) % 20 for k in range(rs.randint(3, 8))])
sessions = [np.array(s, dtype='int64') for s in sessions]
for loss, kw in (('bpr', dict(n_sample=4, momentum=0.2)), ('cross-entropy', dict(adapt='rmsprop', grad_cap=1., smoothing=.1))):
    layers = kw.pop('layers', [6])
    m = GRU4Rec(layers, loss=loss, **kw)
    print loss, sorted(kw.items())
    m.fit(sessions, 20)
    p = m.predict([3, 5])
    print p.shape, p[0].argmax(), p[0][:6]
    print m.Wy.get_value().sum(), abs(m.Wx[0].get_value()).sum(), m.By.get_value().ravel()[:5]
