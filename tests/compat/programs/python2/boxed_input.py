# A net of sigmoids learns a truth table, its bias once in a column of ones and once added; then gradient
# ascent looks for its best input, kept in the unit square by a sigmoid of what moves. Indented with tabs.
import os
os.environ["THEANO_FLAGS"] = "optimizer=None,floatX=float64"

import itertools
import numpy
import theano
from theano import tensor

rng = numpy.random.RandomState(7)
sizes = [2, 3, 1]
start = [rng.uniform(size=(m + 1, n)) for m, n in zip(sizes, sizes[1:])]
table = numpy.array(list(itertools.product([0., 1.], repeat=2)))
answers = numpy.array([[0.], [1.], [0.], [0.]])

def column(rows, weights):
	ones = tensor.ones_like(rows[:, :1])
	return tensor.nnet.sigmoid(tensor.dot(tensor.concatenate([rows, ones], axis=1), weights))

def added(rows, weights):
	return tensor.nnet.sigmoid(tensor.dot(rows, weights[:-1]) + weights[-1])

class Net(object):
	def __init__(self, units):
		self.weights = map(theano.shared, start)
		self.rows, wanted = tensor.dmatrices('rows', 'wanted')
		self.output = reduce(units, self.weights, self.rows)
		error = tensor.sqr(self.output - wanted).sum()
		slopes = tensor.grad(error, self.weights)
		self.learn = theano.function([self.rows, wanted], error, updates=[
			(w, w - .5 * g) for w, g in zip(self.weights, slopes)])
		self.answer = theano.function([self.rows], self.output)

nets = Net(column), Net(added)
for epoch in xrange(2001):
	errors = [net.learn(table, answers) for net in nets]
	if not epoch % 500:
		print 'epoch %4d' % epoch, ' '.join('%.8f' % e for e in errors)
print 'same weights:', all(numpy.allclose(v.get_value(), w.get_value()) for v, w in zip(*[n.weights for n in nets]))

net = nets[0]
for row, out in zip(table, net.answer(table)):
	print tuple(row), '%.8f' % out

# what moves is z; the net sees its sigmoid
z = theano.shared(numpy.zeros((1, 2)), name='z')
boxed = theano.clone(net.output, replace={net.rows: tensor.nnet.sigmoid(z)}).sum()
climb = theano.function([], boxed, updates={z: z + 5. * tensor.grad(boxed, z)})
for step in xrange(1001):
	value = climb()
	if not step % 250:
		print 'step %4d %.8f' % (step, value), tensor.nnet.sigmoid(z).eval()

corner = max((float(out), tuple(row)) for row, out in zip(table, net.answer(table)))
print 'best corner %s %.8f' % (corner[1], corner[0])
place = tensor.dmatrix('place')
at = theano.function([place], boxed, givens={z: place})
print 'there the boxed net gives %.8f' % at(numpy.where(corner[1], 50., -50.)[None, :])
