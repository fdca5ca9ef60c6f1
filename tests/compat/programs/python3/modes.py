"""Modes, flags and checks: FAST_COMPILE to DebugMode, profiles, test values, NanGuardMode,
MonitorMode, config read and changed; the same numbers in all of them."""
import os
os.environ['THEANO_FLAGS'] = os.environ.get('THEANO_FLAGS', '') + \
    ',device=cpu,floatX=float64,warn.round=False,exception_verbosity=low,lib.cnmem=0.8,on_unused_input=raise'
import contextlib
import io
import numpy as np
import theano
import theano.tensor as T
from theano import config
from theano.compile.nanguardmode import NanGuardMode
from theano.compile.monitormode import MonitorMode

print(config.device, config.floatX, config.exception_verbosity, config.on_unused_input, config.cast_policy)
rng = np.random.RandomState(3)
x, t = T.matrices('x', 't')
W = theano.shared(rng.normal(size=(4, 3)), 'W')
cost = T.sqr(T.tanh(x.dot(W)) - t).sum() + T.log(1 + T.exp(-x)).mean() + T.log(T.nnet.softmax(x))[:, 0].sum()
grad = T.grad(cost, W)
inputs = rng.normal(size=(5, 4)), rng.normal(size=(5, 3))
linker = theano.Mode(linker='py', optimizer='fast_run')
modes = ['FAST_RUN', 'FAST_COMPILE', theano.compile.get_default_mode(), linker, linker.excluding('fusion'),
         theano.Mode('py', None), theano.compile.mode.get_mode('FAST_RUN').including('local_log_softmax'),
         theano.compile.debugmode.DebugMode(check_c_code=False, check_py_code=True, require_matching_strides=0, stability_patience=1)]
for mode in modes:
    f = theano.function([x, t], [cost, grad], mode=mode)
    value, g = f(*inputs)
    print('%-12s %.10f %.10f' % (mode if isinstance(mode, str) else type(mode).__name__, value, np.abs(g).sum()))

# profiles
profiled = theano.function([x, t], cost, profile=True)
for call in range(3):
    profiled(*inputs)
print(profiled.profile.fct_callcount, profiled.profile.fct_call_time > 0, profiled.profile.compile_time > 0)
text = io.StringIO()
profiled.profile.summary(file=text)
print(all(word in text.getvalue() for word in ('Function profiling', 'Class', 'Ops', 'Apply')))
profiled.profile = None

# test values
with theano.change_flags(compute_test_value='raise'):
    a = T.dmatrix('a')
    a.tag.test_value = np.ones((2, 3))
    b = theano.shared(np.arange(6.).reshape(3, 2), 'b')
    print(T.dot(a, b).tag.test_value.tolist(), (a * 2).sum(axis=1).tag.test_value)
    for wrong in (lambda: T.dot(a, a), lambda: a + T.dvector('no_value')):
        try:
            wrong()
            print('accepted')
        except (ValueError, AttributeError) as e:
            print(type(e).__name__)
    print(theano.gof.op.get_test_value(a + 1).tolist())
print(config.compute_test_value, hasattr((a + 1).tag, 'test_value'))
config.compute_test_value = 'off'

# watchers
v = T.dvector('v')
watched = theano.function([v], T.log(v), mode=NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=True))
print(watched([1., np.e]))
for bad in ([-1.], [0.]):
    try:
        with np.errstate(all='ignore'), contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            watched(bad)
        print('nothing seen')
    except AssertionError as e:
        print('AssertionError')


def inspect_inputs(i, node, fn):
    print(node.op, 'input(s) value(s):', [np.round(value[0], 4).tolist() for value in fn.inputs], end=' ')


def inspect_outputs(i, node, fn):
    print('output(s) value(s):', [np.round(value[0], 4).tolist() for value in fn.outputs])


s = T.dscalar('s')
monitored = theano.function([s], [5 * s], mode=MonitorMode(pre_func=inspect_inputs, post_func=inspect_outputs))
print(monitored(3)[0])


# flags
@theano.change_flags(floatX='float32')
def inside():
    return config.floatX, T.matrix().dtype, theano.shared(np.zeros(2, dtype=config.floatX)).dtype


print(inside(), config.floatX, T.matrix().dtype)
config.floatX = 'float32'
print(T.scalar().dtype, T.vector('m').type, (T.fvector() + np.float64(1.5)).dtype, (T.fvector() + 1.5).dtype, (T.ivector() / 2).dtype)
config.floatX = 'float64'
for wrong in (lambda: setattr(config, 'floatX', 'float31'), lambda: config.no_such_flag, lambda: config.blas.no_such_flag,
              lambda: theano.function([s], s, mode='NO_SUCH_MODE')):
    try:
        wrong()
        print('accepted')
    except Exception as e:
        print(type(e).__name__)
print(config.optimizer, config.mode, config.scan.allow_gc, config.warn.round, config.numpy.seterr_all, config.openmp)
print(theano.__version__, theano.version.version, theano.config.cxx is not None, isinstance(config.gcc.cxxflags, str))

# assertions in a graph, and stable forms of what would overflow
from theano.tensor.opt import Assert
positive = theano.function([v], Assert('v must be positive')(v, T.all(v > 0)).sum())
print(positive([1., 2.]))
try:
    positive([1., -2.])
except AssertionError as e:
    print(str(e).split('\n')[0])
print(theano.function([v], [T.log(1 - T.nnet.sigmoid(v)), T.log(T.nnet.sigmoid(v)), T.nnet.softplus(v), T.log(1 + T.exp(v))])([-800., 0., 800.]))
print(theano.function([x], T.log(T.nnet.softmax(x)))([[0., 1000.]]))
