"""
Multinomial logistic regression, minibatch stochastic gradient descent and early stopping:
the data set lives in shared variables and the minibatches are given by their index.
"""
import cPickle
import os
import sys
import tempfile
import time

import numpy

import theano
import theano.tensor as T


class LogisticRegression(object):
    """softmax(x W + b), with the negative log likelihood as cost"""

    def __init__(self, input, n_in, n_out):
        self.W = theano.shared(
            value=numpy.zeros((n_in, n_out), dtype=theano.config.floatX),
            name='W', borrow=True)
        self.b = theano.shared(
            value=numpy.zeros((n_out,), dtype=theano.config.floatX),
            name='b', borrow=True)
        self.p_y_given_x = T.nnet.softmax(T.dot(input, self.W) + self.b)
        self.y_pred = T.argmax(self.p_y_given_x, axis=1)
        self.params = [self.W, self.b]
        self.input = input

    def negative_log_likelihood(self, y):
        return -T.mean(T.log(self.p_y_given_x)[T.arange(y.shape[0]), y])

    def errors(self, y):
        if y.ndim <> self.y_pred.ndim:
            raise TypeError, ('y should have the same shape as self.y_pred',
                              ('y', y.type, 'y_pred', self.y_pred.type))
        if y.dtype.startswith('int'):
            return T.mean(T.neq(self.y_pred, y))
        else:
            raise NotImplementedError()


def make_blobs(rng, n, centres):
    labels = numpy.arange(n) % len(centres)
    rng.shuffle(labels)
    points = centres[labels] + rng.normal(size=(n, centres.shape[1]))
    return points, labels


def shared_dataset(data_xy, borrow=True):
    data_x, data_y = data_xy
    shared_x = theano.shared(numpy.asarray(data_x, dtype=theano.config.floatX), borrow=borrow)
    shared_y = theano.shared(numpy.asarray(data_y, dtype=theano.config.floatX), borrow=borrow)
    return shared_x, T.cast(shared_y, 'int32')


def sgd_optimization(learning_rate=0.13, n_epochs=12, batch_size=20):
    rng = numpy.random.RandomState(1234)
    centres = rng.normal(scale=1.4, size=(4, 6))
    datasets = [shared_dataset(make_blobs(rng, n, centres)) for n in (400, 100, 100)]
    (train_set_x, train_set_y), (valid_set_x, valid_set_y), (test_set_x, test_set_y) = datasets

    n_train_batches = train_set_x.get_value(borrow=True).shape[0] / batch_size
    n_valid_batches = valid_set_x.get_value(borrow=True).shape[0] / batch_size
    n_test_batches = test_set_x.get_value(borrow=True).shape[0] / batch_size
    print '... building the model with %i, %i, %i minibatches' % (
        n_train_batches, n_valid_batches, n_test_batches)

    index = T.lscalar()
    x = T.matrix('x')
    y = T.ivector('y')
    classifier = LogisticRegression(input=x, n_in=6, n_out=4)
    cost = classifier.negative_log_likelihood(y)

    def on(data_x, data_y):
        return {x: data_x[index * batch_size: (index + 1) * batch_size],
                y: data_y[index * batch_size: (index + 1) * batch_size]}

    test_model = theano.function(inputs=[index], outputs=classifier.errors(y),
                                 givens=on(test_set_x, test_set_y))
    validate_model = theano.function(inputs=[index], outputs=classifier.errors(y),
                                     givens=on(valid_set_x, valid_set_y))
    g_W = T.grad(cost=cost, wrt=classifier.W)
    g_b = T.grad(cost=cost, wrt=classifier.b)
    updates = [(classifier.W, classifier.W - learning_rate * g_W),
               (classifier.b, classifier.b - learning_rate * g_b)]
    train_model = theano.function(inputs=[index], outputs=cost, updates=updates,
                                  givens=on(train_set_x, train_set_y))

    try:
        classifier.errors(T.matrix('wrong'))
    except TypeError, e:
        print 'TypeError:', e.args[0]

    print '... training the model'
    patience = 150
    patience_increase = 2
    improvement_threshold = 0.995
    validation_frequency = min(n_train_batches, patience / 2)
    best_validation_loss = numpy.inf
    test_score = 0.
    start_time = time.clock()
    path = os.path.join(tempfile.mkdtemp(), 'best_model.pkl')
    done_looping = False
    epoch = 0
    while (epoch < n_epochs) and (not done_looping):
        epoch = epoch + 1
        for minibatch_index in xrange(n_train_batches):
            minibatch_avg_cost = train_model(minibatch_index)
            iter = (epoch - 1) * n_train_batches + minibatch_index
            if (iter + 1) % validation_frequency == 0:
                this_validation_loss = numpy.mean(map(validate_model, xrange(n_valid_batches)))
                print 'epoch %i, minibatch %i/%i, cost %f, validation error %f %%' % (
                    epoch, minibatch_index + 1, n_train_batches, minibatch_avg_cost,
                    this_validation_loss * 100.)
                if this_validation_loss < best_validation_loss:
                    if this_validation_loss < best_validation_loss * improvement_threshold:
                        patience = max(patience, iter * patience_increase)
                    best_validation_loss = this_validation_loss
                    test_score = numpy.mean([test_model(i) for i in xrange(n_test_batches)])
                    print '     epoch %i, test error of best model %f %%' % (epoch, test_score * 100.)
                    with open(path, 'wb') as f:
                        cPickle.dump(classifier.params, f, protocol=cPickle.HIGHEST_PROTOCOL)
            if patience <= iter:
                done_looping = True
                break
    print 'Optimization complete after %d epochs: validation %f %%, test %f %%' % (
        epoch, best_validation_loss * 100., test_score * 100.)
    print >> sys.stderr, 'The code ran for %.1fs' % (time.clock() - start_time)
    return path, test_set_x.get_value()[:10], test_set_y.eval()[:10]


def predict(path, rows):
    """load a trained model and use it to predict labels"""
    W, b = cPickle.load(open(path, 'rb'))
    x = T.matrix('x')
    predict_model = theano.function([x], T.argmax(T.nnet.softmax(T.dot(x, W) + b), axis=1))
    return predict_model(rows)


if __name__ == '__main__':
    where, rows, labels = sgd_optimization()
    print 'Predicted values for the first 10 examples in test set:'
    print predict(where, rows)
    print labels
