"""What graphs look like: pp, debugprint, reprs, names, types; Print in a graph; walking owners."""
import sys
from io import StringIO
import numpy as np
import theano
import theano.tensor as T
from theano import pp, printing
from theano.gof import graph

x, y = T.dmatrices('x', 'y')
s = T.dscalar('s')
v = T.fvector('v')
i = T.lscalar()
W = theano.shared(np.eye(2), 'W')
z = x + y
expressions = [z, x * 2 + 1, T.dot(x, W), T.nnet.sigmoid(T.dot(x, W) + v), (x ** 2).sum(axis=0), x.T, x[0], x[1:, i],
               T.exp(-s) / (1 + s), T.switch(x > 0, x, 0), T.sqrt(abs(x)).mean(axis=1), x.flatten(), T.max(x, axis=1),
               T.concatenate([x, y], axis=1), T.set_subtensor(v[:2], 0), T.cast(v, 'int32'), x.reshape((4, 1)),
               v.dimshuffle('x', 0), T.eq(x, y), x // 2, T.arange(5), T.alloc(1., 2, 3), T.log1p(x) - T.sqr(y)]
for e in expressions:
    print('%-46s | %s' % (pp(e), e.type))
gradient = T.grad((s ** 2), s)
print(pp(gradient))
print(pp(theano.function([s], gradient).maker.fgraph.outputs[0]))

for e in (z, T.dot(x, W), T.nnet.softmax(T.tanh(x)), (x ** 2).sum(axis=0), x[0, ::2], T.constant(3.5), T.constant(np.arange(3)),
          T.shared_randomstreams.RandomStreams(1).uniform((2,)), x.max(axis=1), T.argmax(x, axis=1), x.mean(), x.std(axis=0), T.zeros_like(v), i + 1):
    print(str(e), '|', repr(e), '|', e.owner and e.owner.op)
for thing in (x, s, v, i, W, T.dtensor3(), T.brow('r'), T.TensorType('int8', (True, False, False))('c')):
    print(thing, thing.type, thing.dtype, thing.ndim, thing.broadcastable)
print(repr(T.dmatrix), T.TensorType('float32', [False, True]), theano.config.floatX, T.scalar().type)

theano.printing.debugprint(z)
theano.printing.debugprint((x ** 2).sum(), print_type=True)
theano.printing.debugprint([T.dot(x, W) + 1, W])
theano.printing.debugprint([x.var(), x.max()])
out = StringIO()
theano.printing.debugprint(T.nnet.sigmoid(T.dot(x, W)), file=out, depth=2, ids='int')
print(out.getvalue(), end='')
print(theano.printing.debugprint(T.grad(T.sin(s), s), file='str', ids=''), end='')

# print a value on its way, and its attributes
f = theano.function([v], printing.Print('v is')(v) * 2)
print(f([1, 2]))
f = theano.function([x], printing.Print('x', attrs=['shape', 'min'])(x).sum())
print(f(np.ones((2, 3))))

# the graph itself
out = T.nnet.sigmoid(T.dot(x, W) + v.sum())
print([n.name for n in graph.inputs([out]) if n.name], len(list(graph.ancestors([out]))), graph.is_same_graph(x + y, x + y))
print([str(node.op) for node in graph.io_toposort([x, W, v], [out])])
node = z.owner
print(node.op.scalar_op.__class__.__name__, node.inputs, node.outputs[0] is z, node.inputs[0].owner, z.name, z.owner.nin, z.owner.nout)
z.name = 'total'
print(z, repr(z), z.clone().name, x.type.make_variable('again'), x.type == y.type, x.type.filter([[1, 2]]))
q = x.copy('named')
print(q.name, q.owner.op, [d for d in ('sum', 'dimshuffle', 'T', 'nonzero_values') if hasattr(x, d)])
print(printing.min_informative_str(T.nnet.sigmoid(T.dot(x, W)) + y))
