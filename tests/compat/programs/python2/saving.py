"""Pickling: parameters, whole models with __getstate__, shared variables, graphs and functions."""
import cPickle, os, shutil, tempfile
import cPickle as pickle
try:
    from cStringIO import StringIO
except ImportError:
    from io import BytesIO as StringIO
import copy
import numpy as np
import theano
from theano import tensor as T
from theano.misc.pkl_utils import dump, load

folder = tempfile.mkdtemp()


def path(name):
    return os.path.join(folder, name)


class Layer(object):
    def __init__(self, rng, n_in, n_out, name):
        self.W = theano.shared(rng.uniform(-1, 1, (n_in, n_out)), name=name + '_W')
        self.b = theano.shared(np.zeros(n_out), name + '_b')
        self.params = [self.W, self.b]

    def __call__(self, x):
        return T.tanh(x.dot(self.W) + self.b)

    def __getstate__(self):
        state = dict(self.__dict__)
        state['params'] = [(p.name, p.get_value()) for p in self.params]
        del state['W'], state['b']
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.params = [theano.shared(value, name=name) for name, value in state['params']]
        self.W, self.b = self.params


class Model:
    def __init__(self, sizes, seed):
        rng = np.random.RandomState(seed)
        self.layers = [Layer(rng, a, b, 'layer%d' % k) for k, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]))]
        self.compile()

    def compile(self):
        x = T.dmatrix('x')
        self.predict = theano.function([x], reduce(lambda h, layer: layer(h), self.layers, x))

    def save(self, name):
        f = file(path(name), 'wb')
        for layer in self.layers:
            for p in layer.params:
                cPickle.dump(p.get_value(borrow=True), f, -1)
        f.close()

    def load(self, name):
        f = open(path(name), 'rb')
        for layer in self.layers:
            for p in layer.params:
                p.set_value(cPickle.load(f), borrow=True)
        f.close()


data = np.linspace(-1, 1, 6).reshape(2, 3)
first, second = Model([3, 4, 2], 1), Model([3, 4, 2], 2)
print first.predict(data)
print 'before:', np.allclose(first.predict(data), second.predict(data))
first.save('params.pkl')
second.load('params.pkl')
print 'after: ', np.allclose(first.predict(data), second.predict(data))

copied = pickle.loads(pickle.dumps(first.layers, protocol=2))
print [p.name for layer in copied for p in layer.params], copied[0].W.get_value().sum()

# shared variables of many kinds
kinds = [theano.shared(v, name=n) for n, v in [
    ('float', 1.5), ('int', np.int32(3)), ('row', np.ones((1, 3), 'float32')),
    ('cube', np.arange(8).reshape(2, 2, 2)), ('flags', np.array([True, False]))]]
kinds.append(theano.shared(np.ones((1, 3)), 'wide', broadcastable=(True, False)))
buffer = StringIO()
pickle.dump(kinds, buffer, protocol=pickle.HIGHEST_PROTOCOL)
buffer.seek(0)
for s in pickle.load(buffer):
    print '%-5s %-32s %s' % (s.name, s.type, s.get_value().tolist())

# a compiled function keeps its state
state = theano.shared(10, 'state')
inc = T.iscalar('inc')
accumulate = theano.function([inc], state, updates=[(state, state + inc)])
accumulate(5)
again = pickle.loads(pickle.dumps(accumulate))
print accumulate(1), again(100), again(0), accumulate(0), state.get_value()

# a graph: the loaded variables make a function
x = T.matrix('x')
W = theano.shared(np.eye(2) * 2, 'W')
cost = T.sum(T.dot(x, W) ** 2)
loaded_x, loaded_cost, loaded_W = pickle.loads(pickle.dumps([x, cost, W], -1))
print theano.function([loaded_x], [loaded_cost, T.grad(loaded_cost, loaded_W)])([[1., 2.]])[1]
print loaded_x.type == x.type, loaded_x is x, loaded_x.name, loaded_cost.owner.op == cost.owner.op

# deep copies are independent, copies of a function may share or swap
twin = copy.deepcopy(W)
twin.set_value(np.zeros((2, 2)))
print W.get_value().sum(), twin.get_value().sum()
other = theano.shared(100, 'other')
swapped = accumulate.copy(swap={state: other})
swapped(1)
print state.get_value(), other.get_value()

# theano.misc.pkl_utils: a zip with one npy file for each array
f = open(path('model.zip'), 'wb')
dump((W, {'lr': 0.1, 'layers': [3, 4]}), f)
f.close()
f = open(path('model.zip'), 'rb')
loaded, options = load(f)
f.close()
print np.load(path('model.zip')).keys() and sorted(n for n in np.load(path('model.zip')).keys() if n != 'pkl')
print loaded.get_value().tolist(), sorted(options.items())
rng = T.shared_randomstreams.RandomStreams(9)
draw = theano.function([], rng.uniform((2,)))
draw()
kept = pickle.dumps(draw)
print 'the same draws after loading:', (draw() == pickle.loads(kept)()).all()
shutil.rmtree(folder)
