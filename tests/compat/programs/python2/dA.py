"""
Denoising autoencoder with tied weights: corrupt, encode, decode, cross-entropy.
"""
import time
import sys

import numpy

import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams


class dA(object):
    def __init__(self, numpy_rng, theano_rng=None, input=None, n_visible=16, n_hidden=8,
                 W=None, bhid=None, bvis=None):
        self.n_visible = n_visible
        self.n_hidden = n_hidden
        if not theano_rng:
            theano_rng = RandomStreams(numpy_rng.randint(2 ** 30))
        if not W:
            initial_W = numpy.asarray(
                numpy_rng.uniform(
                    low=-4 * numpy.sqrt(6. / (n_hidden + n_visible)),
                    high=4 * numpy.sqrt(6. / (n_hidden + n_visible)),
                    size=(n_visible, n_hidden)
                ),
                dtype=theano.config.floatX
            )
            W = theano.shared(value=initial_W, name='W', borrow=True)
        if not bvis:
            bvis = theano.shared(value=numpy.zeros(n_visible, dtype=theano.config.floatX),
                                 name='bvis', borrow=True)
        if not bhid:
            bhid = theano.shared(value=numpy.zeros(n_hidden, dtype=theano.config.floatX),
                                 name='bhid', borrow=True)
        self.W = W
        self.b = bhid
        self.b_prime = bvis
        self.W_prime = self.W.T
        self.theano_rng = theano_rng
        if input is None:
            self.x = T.dmatrix(name='input')
        else:
            self.x = input
        self.params = [self.W, self.b, self.b_prime]

    def get_corrupted_input(self, input, corruption_level):
        return self.theano_rng.binomial(size=input.shape, n=1, p=1 - corruption_level,
                                        dtype=theano.config.floatX) * input

    def get_hidden_values(self, input):
        return T.nnet.sigmoid(T.dot(input, self.W) + self.b)

    def get_reconstructed_input(self, hidden):
        return T.nnet.sigmoid(T.dot(hidden, self.W_prime) + self.b_prime)

    def get_cost_updates(self, corruption_level, learning_rate):
        tilde_x = self.get_corrupted_input(self.x, corruption_level)
        y = self.get_hidden_values(tilde_x)
        z = self.get_reconstructed_input(y)
        L = - T.sum(self.x * T.log(z) + (1 - self.x) * T.log(1 - z), axis=1)
        cost = T.mean(L)
        gparams = T.grad(cost, self.params)
        updates = [(param, param - learning_rate * gparam)
                   for param, gparam in zip(self.params, gparams)]
        return (cost, updates)


def bars(rng, n, side=4):
    """images of a few horizontal and vertical bars"""
    images = numpy.zeros((n, side, side))
    for image in images:
        for k in xrange(side):
            if rng.rand() < .25:
                image[k, :] = 1
            if rng.rand() < .25:
                image[:, k] = 1
    return images.reshape((n, side * side))


def test_dA(learning_rate=0.1, training_epochs=6, batch_size=20):
    rng = numpy.random.RandomState(123)
    train_set_x = theano.shared(numpy.asarray(bars(rng, 300), dtype=theano.config.floatX))
    n_train_batches = train_set_x.get_value(borrow=True).shape[0] / batch_size
    index = T.lscalar()
    x = T.matrix('x')

    for corruption_level in (0., 0.3):
        rng = numpy.random.RandomState(123)
        theano_rng = RandomStreams(rng.randint(2 ** 30))
        da = dA(numpy_rng=rng, theano_rng=theano_rng, input=x)
        cost, updates = da.get_cost_updates(corruption_level=corruption_level,
                                            learning_rate=learning_rate)
        train_da = theano.function([index], cost, updates=updates, givens={
            x: train_set_x[index * batch_size: (index + 1) * batch_size]})
        start_time = time.clock()
        for epoch in xrange(training_epochs):
            c = []
            for batch_index in xrange(n_train_batches):
                c.append(train_da(batch_index))
            print 'Training epoch %d, cost ' % epoch, numpy.mean(c)
        print >> sys.stderr, 'no corruption' if not corruption_level else '30% corruption', \
            time.clock() - start_time
        print 'filters', numpy.round(da.W.get_value(borrow=True).T[:2, :4], 5).tolist()
        print 'norms %.6f %.6f %.6f' % tuple(
            [numpy.sqrt((p.get_value() ** 2).sum()) for p in da.params])
        error = theano.function([], T.sqr(da.get_reconstructed_input(da.get_hidden_values(x)) - x).mean(),
                                givens=[(x, train_set_x)])
        print 'reconstruction error %.6f' % error()


if __name__ == '__main__':
    test_dA()
