"""
A small LeNet: two layers of convolution and max-pooling, a hidden layer, a softmax on top,
on pictures of crosses, squares and diagonals.
"""
import cPickle
from StringIO import StringIO

import numpy

import theano
import theano.tensor as T
from theano.tensor.nnet import conv
try:
    from theano.tensor.signal import downsample
    max_pool_2d = downsample.max_pool_2d
except ImportError:
    from theano.tensor.signal.pool import pool_2d as max_pool_2d

theano.config.floatX = 'float64'


class LeNetConvPoolLayer(object):
    def __init__(self, rng, input, filter_shape, image_shape, poolsize=(2, 2)):
        assert image_shape[1] == filter_shape[1]
        self.input = input
        fan_in = numpy.prod(filter_shape[1:])
        fan_out = (filter_shape[0] * numpy.prod(filter_shape[2:]) / numpy.prod(poolsize))
        W_bound = numpy.sqrt(6. / (fan_in + fan_out))
        self.W = theano.shared(
            numpy.asarray(rng.uniform(low=-W_bound, high=W_bound, size=filter_shape),
                          dtype=theano.config.floatX), borrow=True)
        b_values = numpy.zeros((filter_shape[0],), dtype=theano.config.floatX)
        self.b = theano.shared(value=b_values, borrow=True)
        conv_out = conv.conv2d(input=input, filters=self.W,
                               filter_shape=filter_shape, image_shape=image_shape)
        pooled_out = max_pool_2d(conv_out, poolsize, ignore_border=True)
        self.output = T.tanh(pooled_out + self.b.dimshuffle('x', 0, 'x', 'x'))
        self.params = [self.W, self.b]


class HiddenLayer(object):
    def __init__(self, rng, input, n_in, n_out, activation=T.tanh):
        W_values = numpy.asarray(
            rng.uniform(low=-numpy.sqrt(6. / (n_in + n_out)), high=numpy.sqrt(6. / (n_in + n_out)),
                        size=(n_in, n_out)), dtype=theano.config.floatX)
        if activation == theano.tensor.nnet.sigmoid:
            W_values *= 4
        self.W = theano.shared(value=W_values, name='W', borrow=True)
        self.b = theano.shared(numpy.zeros((n_out,), dtype=theano.config.floatX), name='b', borrow=True)
        lin_output = T.dot(input, self.W) + self.b
        self.output = (lin_output if activation is None else activation(lin_output))
        self.params = [self.W, self.b]


def pictures(rng, n, side=14):
    images = numpy.zeros((n, side, side))
    labels = numpy.asarray([i % 3 for i in range(n)], dtype='int32')
    for image, label in zip(images, labels):
        top, left = rng.randint(0, side - 7, size=2)
        for k in xrange(7):
            if label == 0:
                image[top + 3, left + k] = image[top + k, left + 3] = 1
            elif label == 1:
                image[top + k, [left, left + 6]] = 1
                image[[top, top + 6], left + k] = 1
            else:
                image[top + k, left + k] = image[top + k, left + 6 - k] = 1
    images += .3 * rng.normal(size=images.shape)
    return images.reshape((n, side * side)), labels


def evaluate_lenet(learning_rate=0.1, n_epochs=3, nkerns=(4, 6), batch_size=15):
    rng = numpy.random.RandomState(23455)
    train_x, train_y = pictures(rng, 150)
    test_x, test_y = pictures(rng, 60)
    n_train_batches = len(train_x) / batch_size
    n_test_batches = len(test_x) / batch_size
    train_set_x, test_set_x = [theano.shared(v) for v in (train_x, test_x)]
    train_set_y, test_set_y = map(theano.shared, (train_y, test_y))

    index = T.lscalar()
    x = T.matrix('x')
    y = T.ivector('y')
    layer0_input = x.reshape((batch_size, 1, 14, 14))
    layer0 = LeNetConvPoolLayer(rng, input=layer0_input, image_shape=(batch_size, 1, 14, 14),
                                filter_shape=(nkerns[0], 1, 3, 3))
    layer1 = LeNetConvPoolLayer(rng, input=layer0.output, image_shape=(batch_size, nkerns[0], 6, 6),
                                filter_shape=(nkerns[1], nkerns[0], 3, 3))
    layer2 = HiddenLayer(rng, input=layer1.output.flatten(2), n_in=nkerns[1] * 2 * 2, n_out=10)
    layer3 = HiddenLayer(rng, layer2.output, 10, 3, activation=None)
    p = T.nnet.softmax(layer3.output)
    cost = T.nnet.categorical_crossentropy(p, y).mean()
    errors = T.mean(T.neq(T.argmax(p, axis=1), y))
    test_model = theano.function([index], errors, givens={
        x: test_set_x[index * batch_size: (index + 1) * batch_size],
        y: test_set_y[index * batch_size: (index + 1) * batch_size]})
    params = layer3.params + layer2.params + layer1.params + layer0.params
    grads = T.grad(cost, params)
    updates = [(param_i, param_i - learning_rate * grad_i) for param_i, grad_i in zip(params, grads)]
    train_model = theano.function([index], cost, updates=updates, givens={
        x: train_set_x[index * batch_size: (index + 1) * batch_size],
        y: train_set_y[index * batch_size: (index + 1) * batch_size]})

    for epoch in xrange(1, n_epochs + 1):
        for minibatch_index in xrange(n_train_batches):
            iter = (epoch - 1) * n_train_batches + minibatch_index
            if iter % 10 == 0:
                print 'training @ iter = ', iter
            cost_ij = train_model(minibatch_index)
        print 'epoch %i, cost %.8f, test error %f %%' % (
            epoch, cost_ij, numpy.mean([test_model(i) for i in xrange(n_test_batches)]) * 100.)

    for param in params[::-1]:
        value = param.get_value(borrow=True)
        print value.shape, value.dtype, '%.8f' % numpy.sqrt((value ** 2).sum())
    feature_maps = theano.function([x], [layer0.output.shape, layer1.output])
    shape, maps = feature_maps(train_x[:batch_size])
    print shape, maps.shape
    print numpy.round(maps[0, 0], 6)

    saved = StringIO()
    cPickle.dump([param.get_value() for param in params], saved)
    saved.seek(0)
    for param, value in zip(params, cPickle.load(saved)):
        param.set_value(value * .5)
    print 'weights halved: test error %f %%' % (
        100. * sum([test_model(i) for i in xrange(n_test_batches)]) / n_test_batches)

    print 'pooling of a small picture, border kept and ignored'
    small = T.dtensor4('small')
    picture = numpy.arange(25.).reshape(1, 1, 5, 5)
    for ignore in (True, False):
        print theano.function([small], max_pool_2d(small, (2, 2), ignore_border=ignore))(picture)[0, 0]
    full = conv.conv2d(small, numpy.ones((1, 1, 2, 2)), border_mode='full')
    print full.eval({small: picture})[0, 0].astype('int')


if __name__ == '__main__':
    evaluate_lenet()
