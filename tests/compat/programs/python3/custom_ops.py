"""Ops of one's own: with grad, infer_shape and R_op; with two outputs; with C code; by as_op."""
import numpy as np
import theano
import theano.tensor as T
from theano import gof
from theano.compile.ops import as_op


class DoubleOp(theano.Op):
    __props__ = ()

    def make_node(self, x):
        x = theano.tensor.as_tensor_variable(x)
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        x = inputs[0]
        z = output_storage[0]
        z[0] = x * 2

    def infer_shape(self, node, i0_shapes):
        return i0_shapes

    def grad(self, inputs, output_grads):
        return [output_grads[0] * 2]

    def R_op(self, inputs, eval_points):
        if eval_points[0] is None:
            return eval_points
        return self.grad(inputs, eval_points)


class AXPBOp(theano.Op):
    """a x + b, with a and b as properties"""
    __props__ = ("a", "b")
    itypes = [theano.tensor.dmatrix]
    otypes = [theano.tensor.dmatrix]

    def __init__(self, a, b):
        self.a = a
        self.b = b
        super(AXPBOp, self).__init__()

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = self.a * inputs[0] + self.b

    def infer_shape(self, node, i0_shapes):
        return i0_shapes

    def grad(self, inputs, output_grads):
        return [self.a * output_grads[0]]


class SumDiffOp(theano.Op):
    """x + y and x - y"""
    __props__ = ()

    def make_node(self, x, y):
        x, y = T.as_tensor_variable(x), T.as_tensor_variable(y)
        if x.ndim != y.ndim:
            raise TypeError('SumDiffOp: %d and %d dimensions' % (x.ndim, y.ndim))
        dtype = theano.scalar.upcast(x.dtype, y.dtype)
        out = T.TensorType(dtype, x.broadcastable)
        return gof.Apply(self, [x, y], [out(), out()])

    def perform(self, node, inputs, outputs):
        x, y = inputs
        outputs[0][0] = x + y
        outputs[1][0] = x - y

    def infer_shape(self, node, shapes):
        return [shapes[0], shapes[0]]

    def grad(self, inputs, output_grads):
        og1, og2 = output_grads
        if isinstance(og1.type, theano.gradient.DisconnectedType):
            return [og2, -og2]
        if isinstance(og2.type, theano.gradient.DisconnectedType):
            return [og1, og1]
        return [og1 + og2, og1 - og2]


class SortedValues(theano.Op):
    """numpy.sort, its gradient another op; not differentiable with respect to the axis"""
    __props__ = ('kind',)

    def __init__(self, kind='mergesort'):
        self.kind = kind

    def make_node(self, x, axis=-1):
        return theano.Apply(self, [T.as_tensor_variable(x), T.as_tensor_variable(axis)],
                            [x.type(), T.lmatrix() if x.ndim == 2 else T.lvector()])

    def perform(self, node, inp, out):
        order = np.argsort(inp[0], int(inp[1]), self.kind)
        out[0][0] = np.sort(inp[0], int(inp[1]), self.kind)
        out[1][0] = order.astype('int64')

    def infer_shape(self, node, shapes):
        return [shapes[0], shapes[0]]

    def connection_pattern(self, node):
        return [[True, False], [False, False]]

    def grad(self, inputs, g):
        x, axis = inputs
        if x.ndim != 1:
            return [theano.gradient.grad_not_implemented(self, 0, x), theano.gradient.DisconnectedType()()]
        order = self(x, axis)[1]
        return [T.set_subtensor(T.zeros_like(x)[order], g[0]), theano.gradient.DisconnectedType()()]


class ScaledSquare(theano.Op):
    """factor * x ** 2 of a vector, in C where there is a compiler"""
    __props__ = ('factor',)

    def __init__(self, factor):
        self.factor = factor

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        assert x.dtype == 'float64' and x.ndim == 1
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = self.factor * inputs[0] ** 2

    def c_code_cache_version(self):
        return (1,)

    def c_code(self, node, name, inp, out, sub):
        x, = inp
        z, = out
        fail = sub['fail']
        factor = self.factor
        return """
        npy_intp n = PyArray_DIMS(%(x)s)[0];
        Py_XDECREF(%(z)s);
        %(z)s = (PyArrayObject*) PyArray_EMPTY(1, &n, NPY_FLOAT64, 0);
        if (!%(z)s) %(fail)s;
        for (npy_intp i = 0; i < n; ++i) {
            double v = *(double*) PyArray_GETPTR1(%(x)s, i);
            *(double*) PyArray_GETPTR1(%(z)s, i) = %(factor)s * v * v;
        }
        """ % locals()

    def grad(self, inputs, g):
        return [2 * self.factor * inputs[0] * g[0]]

    def infer_shape(self, node, shapes):
        return shapes


def infer_shape_numpy_dot(node, input_shapes):
    ashp, bshp = input_shapes
    return [ashp[:-1] + bshp[-1:]]


@as_op(itypes=[theano.tensor.fmatrix, theano.tensor.fmatrix],
       otypes=[theano.tensor.fmatrix], infer_shape=infer_shape_numpy_dot)
def numpy_dot(a, b):
    return np.dot(a, b)


x = T.matrix('x')
rng = np.random.RandomState(8)
inp = rng.rand(3, 4)
doubled = DoubleOp()(x)
f = theano.function([x], doubled)
print(np.allclose(inp * 2, f(inp)), doubled.owner.op, DoubleOp() == DoubleOp(), hash(DoubleOp()) == hash(DoubleOp()))
print(theano.function([x], T.grad((doubled ** 2).sum(), x))(inp)[0])
v = T.matrix('v')
print(theano.function([x, v], T.Rop(doubled ** 2, x, v))(inp, np.ones_like(inp))[0])
print('shape without the value:', theano.function([x], doubled.shape)(inp),
      any(isinstance(n.op, DoubleOp) for n in theano.function([x], doubled.shape).maker.fgraph.toposort()))
theano.tensor.verify_grad(DoubleOp(), [inp], rng=rng)

mult4plus5, mult2plus3 = AXPBOp(4, 5), AXPBOp(2, 3)
print(mult4plus5, mult4plus5 == AXPBOp(4, 5), mult4plus5 == mult2plus3)
g = theano.function([x], [mult2plus3(x), T.grad(mult4plus5(x).sum(), x)])
print(*[np.round(o[0], 6) for o in g(inp)])
try:
    mult4plus5(T.vector())
except TypeError as e:
    print('TypeError', str(e)[:32])

y = T.matrix('y')
plus, minus = SumDiffOp()(x, y)
print(theano.function([x, y], T.grad((plus * minus).sum(), [x, y]))(inp, inp + 1)[1][0])
print(theano.function([x, y], T.grad(minus.sum(), [x, y]))(inp, inp + 1)[1][0])
theano.tensor.verify_grad(lambda a, b: SumDiffOp()(a, b)[0] * SumDiffOp()(a, b)[1], [inp, inp + 1], rng=rng)
try:
    SumDiffOp()(x, T.vector())
except TypeError as e:
    print(e)

u = T.vector('u')
weights = np.array([1., 10., 100., 1000.])
values, order = SortedValues()(u)
print(theano.function([u], [values, order, T.grad((values * weights).sum(), u)])([.3, -1., 2., .5]))
try:
    T.grad(SortedValues()(x)[0].sum(), x)
except theano.gradient.NullTypeGradError as e:
    print('NullTypeGradError')

square = ScaledSquare(.5)
h = theano.function([u], [square(u), T.grad(square(u).sum(), u)])
print(h([1., 2., 3.]))
theano.tensor.verify_grad(square, [weights / 1000], rng=rng)
print(square(u)[::2].eval({u: [1., 2., 4.]}))

a, b = T.fmatrices('a', 'b')
fn = theano.function([a, b], [numpy_dot(a, b), numpy_dot(a, b).shape])
print(*fn(np.ones((2, 3), 'float32'), np.arange(12, dtype='float32').reshape(3, 4)))


class Wrong(theano.Op):
    def make_node(self, x):
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        raise ValueError('perform of Wrong was called with shape %s' % (inputs[0].shape,))


try:
    theano.function([x], Wrong()(x))(inp)
except ValueError as e:
    print(str(e).split('\n')[0])
try:
    T.grad(Wrong()(x).sum(), x)
except Exception as e:
    print(type(e).__name__)
