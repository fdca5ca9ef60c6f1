"""Train a small net, then differentiate with respect to its input: saliency maps, guided
backpropagation, adversarial examples, class models by gradient ascent and a look at grad options."""
import numpy as np
import theano
import theano.tensor as T
from theano.tensor.signal import pool

rng = np.random.RandomState(42)


def patterns(n):
    y = rng.randint(0, 3, n).astype('int32')
    X = .35 * rng.randn(n, 1, 8, 8)
    for image, label in zip(X[:, 0], y):
        image[[1, 3, 6][label], :] += 1.
        image[:, [6, 2, 4][label]] += .7
    return X, y


X_train, y_train = patterns(120)
X_test, y_test = patterns(30)

F = theano.shared(.3 * rng.randn(6, 1, 3, 3), 'F')
c = theano.shared(np.zeros(6), 'c')
W = theano.shared(.05 * rng.randn(6 * 3 * 3, 3), 'W')
b = theano.shared(np.zeros(3), 'b')


class GuidedReLU(object):
    """relu whose gradient passes only where both the input and the gradient are positive"""

    def __init__(self):
        self.ops = {}

    def __call__(self, x):
        if x.type not in self.ops:
            inp = x.type()
            op = theano.compile.OpFromGraph([inp], [T.nnet.relu(inp)], inline=True,
                                            grad_overrides=self.grad)
            self.ops[x.type] = op
        return self.ops[x.type](x)

    def grad(self, inputs, out_grads):
        (inp,) = inputs
        (grd,) = out_grads
        return [grd * T.cast(inp > 0, grd.dtype) * T.cast(grd > 0, grd.dtype)]


def network(x, nonlinearity=T.nnet.relu):
    h = nonlinearity(T.nnet.conv2d(x, F) + c.dimshuffle('x', 0, 'x', 'x'))
    h = pool.pool_2d(h, (2, 2), ignore_border=True)
    return T.dot(h.flatten(2), W) + b


x = T.tensor4('x')
y = T.ivector('y')
scores = network(x)
probability = T.nnet.softmax(scores)
loss = T.nnet.categorical_crossentropy(probability, y).mean()
params = [F, c, W, b]
train = theano.function([x, y], loss, updates=[(p, p - .3 * g) for p, g in zip(params, T.grad(loss, params))])
accuracy = theano.function([x, y], T.eq(T.argmax(scores, axis=1), y).mean())
for epoch in range(8):
    losses = [train(X_train[i:i + 20], y_train[i:i + 20]) for i in range(0, 120, 20)]
    print('epoch %d loss %.8f' % (epoch, np.mean(losses)))
print('test accuracy', accuracy(X_test, y_test))

# saliency: the gradient of the largest score with respect to the pixels
max_outp = T.max(scores, axis=1)
saliency = theano.function([x], [theano.grad(max_outp.sum(), wrt=x), T.argmax(scores, axis=1)])
maps, classes = saliency(X_test[:6])
for m, k, label in zip(maps[:, 0], classes, y_test):
    row = np.abs(m).sum(axis=1).argmax()
    print('class', k, 'of', label, 'sum %.8f' % np.abs(m).sum(), 'row', row, 'column', np.abs(m).sum(axis=0).argmax())

guided_scores = network(x, GuidedReLU())
guided = theano.function([x], theano.grad(T.max(guided_scores, axis=1).sum(), x))
print('scores agree:', np.allclose(theano.function([x], guided_scores - scores)(X_test), 0))
g = guided(X_test[:6])
print('guided maps %.8f, differ from the plain ones: %s' % (np.abs(g).sum(), not np.allclose(g, maps)))

# fast gradient sign
epsilon = T.scalar('epsilon')
adversarial = theano.function([x, y, epsilon], x + epsilon * T.sgn(T.grad(loss, x)))
for eps in (0., .1, .3, .6):
    moved = adversarial(X_test, y_test, eps)
    print('epsilon %.1f: accuracy %.4f, largest change %.1f' % (
        eps, accuracy(moved, y_test), np.abs(moved - X_test).max()))

# gradient ascent on the picture of a class
picture = theano.shared(np.zeros((1, 1, 8, 8)), 'picture')
k = T.iscalar('k')
objective = network(picture)[0, k] - .5 * T.sum(picture ** 2)
ascend = theano.function([k], objective, updates={picture: picture + .1 * T.grad(objective, picture)})
for label in range(3):
    picture.set_value(np.zeros((1, 1, 8, 8)))
    values = [ascend(label) for _ in range(60)]
    print('class %d: %.6f -> %.6f' % (label, values[0], values[-1]))
print(np.round(picture.get_value()[0, 0, 3:6, 2:6], 4))

# what grad has to say
z = T.vector('z')
for wrong in (lambda: T.grad(z, z), lambda: T.grad(z.sum(), T.vector('other')),
              lambda: T.grad(T.iscalar('i') * 2, T.iscalar('j'))):
    try:
        wrong()
        print('no error')
    except Exception as error:
        print(type(error).__name__)
other = T.vector('other')
print(T.grad(z.sum(), other, disconnected_inputs='ignore').eval({other: [1., 2.]}))
clipped = T.grad((theano.gradient.grad_clip(z, -1, 1) ** 2).sum(), z)
stopped = T.grad((theano.gradient.disconnected_grad(z) * z).sum(), z)
constant = T.grad((z ** 2 * T.exp(z)).sum(), z, consider_constant=[z ** 2])
e = T.exp(z)
known = T.grad(None, z, known_grads={e: T.ones_like(z) * 3})
for expression in (clipped, stopped, known):
    print(expression.eval({z: [-2., 0.25, 3.]}))
