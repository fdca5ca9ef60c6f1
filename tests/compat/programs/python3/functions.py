"""What theano.function takes: In, Param-like defaults, givens, dict outputs, updates, names,
borrow, downcasts; OpFromGraph; copies, containers, shared values; and the errors of wrong calls."""
import numpy as np
import theano
import theano.tensor as T
from theano import In, Out, function, shared

x, y, w = T.dscalars('x', 'y', 'w')
f = function([x, In(y, value=1), In(w, value=2, name='w_by_name')], (x + y) * w)
print(f(33), f(33, 2), f(33, 0, 1), f(33, w_by_name=1), f(33, w_by_name=1, y=0))
print(function([x, In(y, value=10)], x - y)(1))

state = shared(0, 'state')
inc = T.iscalar('inc')
accumulator = function([inc], state, updates=[(state, state + inc)])
print(accumulator(1), accumulator(300), state.get_value())
state.set_value(-1)
print(accumulator(3), state.get_value())
fn_of_state = state * 2 + inc
foo = T.scalar(dtype=state.dtype)
skip_shared = function([inc, foo], fn_of_state, givens=[(state, foo)])
print(skip_shared(1, 3), state.get_value())
new_state = shared(0)
new_accumulator = accumulator.copy(swap={state: new_state})
print(new_accumulator(100), state.get_value(), new_state.get_value())
null_accumulator = accumulator.copy(delete_updates=True)
print(null_accumulator(9000), state.get_value())

# an input with a state of its own
counter = function([In(x, value=0., mutable=True, update=x + y, name='total'), y], x + y)
print(counter(y=2), counter(y=5), counter['total'], counter.value['total'])
counter['total'] = 100
print(counter(y=1), 'total' in counter)

# outputs as a dict, as a list, alone, none
d = function([x, y], outputs={'sum': x + y, 'product': x * y})
print(sorted(d(3, 4).items()), d(3, 4, output_subset=['sum']))
print(function([x], [x + 1])(1), function([x], x + 1)(1), function([], [x * 0 + 1], givens={x: np.float64(2)})(), function([], [])())
print(function([x], Out(x * 2, borrow=True))(4))

# intermediate variables as inputs; givens that replace parts of a graph
v = T.dvector('v')
squares = v ** 2
total = squares.sum()
print(function([squares], total)([1., 2., 3.]), function([v], total)([1., 2., 3.]),
      function([v], total, givens={squares: v * 10})([1., 2., 3.]))
print(total.eval({v: [3., 4.]}), theano.clone(total, replace={v: T.exp(v)}).eval({v: [0., 0.]}))
data = shared(np.arange(12.).reshape(4, 3))
i = T.lscalar('i')
row = T.dvector('row')
print(function([i], row.sum(), givens={row: data[i]})(2))

# dtypes: what is taken, what is refused
fv, iv = T.fvector('fv'), T.ivector('iv')
print(function([fv], fv * 2, allow_input_downcast=True)(np.array([.1, .2])).dtype,
      function([iv], iv / 2)(np.array([1, 2, 3], 'int32')), function([iv], iv // 2)(np.array([1, 2, 3], 'int8')))


def refuse(call, tell=True):
    try:
        print('accepted', call())
    except Exception as e:
        text = str(e).split('\n')[0].split('. ')[0][:70].rstrip('.')
        print('%s: %s' % (type(e).__name__, text if tell else '...'))


named = function([fv, iv], fv.sum() + iv.sum(), name='adder')
refuse(lambda: named(np.array([.1, .2]), [1, 2]))
refuse(lambda: named(np.array([.1, .2], 'float32'), np.array([2 ** 40])))
refuse(lambda: named([1.]))
refuse(lambda: named([1.], [2], [3]))
refuse(lambda: named([[1.]], [2]))
refuse(lambda: function([x, y], x))
refuse(lambda: function([x], x + y))
refuse(lambda: function([x, x], x))
refuse(lambda: function([x], x, updates=[(state, state + 1.5)]))
refuse(lambda: function([x], x, updates=[(state, state), (state, state + 1)]))
refuse(lambda: function([state], state))
refuse(lambda: function([v], v + T.dvector('missing'))([1.]))
refuse(lambda: function([v, row], v + row)([1., 2.], [1., 2., 3.]), tell=False)
refuse(lambda: function([v], v[5])([1., 2.]), tell=False)
refuse(lambda: function([x], x, unknown=1))
refuse(lambda: T.dvector('u').reshape((2, 2)).eval({}))
refuse(lambda: bool(x > 0))
refuse(lambda: [element for element in v])
refuse(lambda: T.dot(T.dtensor3('t'), 'text'))
refuse(lambda: function([x, y], x, on_unused_input='ignore')(1, 2))
refuse(lambda: state.set_value('text'))

# values are copied in and out, unless borrowed
array = np.zeros(2)
plain, borrowed = shared(array), shared(array, borrow=True)
array += 1
print(plain.get_value(), borrowed.get_value())
plain.get_value()[0] = 7
plain.get_value(borrow=True)[1] = 9
print(plain.get_value(), plain.get_value(borrow=True) is plain.container.value)

# a graph as an op, with its gradient, with a gradient of one's own, and with a shared variable
a, b, c = T.dmatrices('a', 'b', 'c')
op = theano.OpFromGraph([a, b, c], [a + b * c, a.sum()], inline=False)
first, second = op(c, a, b)
m = [np.full((2, 2), k) for k in (1., 2., 3.)]
print(function([a, b, c], [first, second])(*m))
print(function([a, b, c], T.grad(first.sum() + second, [a, b, c]))(*m))
scale = shared(3.)
scaled = theano.OpFromGraph([a], [a * scale])
half = theano.OpFromGraph([a], [a ** 2], grad_overrides=lambda inputs, g: [g[0] * inputs[0]])
print(function([a], [scaled(a), T.grad(half(scaled(a)).sum(), a)])(m[0]))
scale.set_value(5.)
print(function([a], scaled(scaled(a)))(m[0]).tolist())

# default updates of a shared variable
ticks = shared(0, 'ticks')
ticks.default_update = ticks + 1
tick = function([], ticks)
print(tick(), tick(), function([], ticks, no_default_updates=True)(), ticks.get_value())
print(theano.updates.OrderedUpdates([(state, state + 1)]), tick.name, tick.trust_input, type(tick.maker.mode).__name__)
