"""Operations a program writes in Theano's style, and what PyTensor asks of them."""

import shutil

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T


class Twice(theano.Op):
    __props__ = ()

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] * 2

    def infer_shape(self, node, shapes):
        assert node.op == self
        return shapes

    def grad(self, inputs, output_grads):
        return [output_grads[0] * 2]

    def R_op(self, inputs, eval_points):
        return [None if eval_points[0] is None else eval_points[0] * 2]


def test_value_gradient_shape_and_r_operator():
    x, v = T.dvectors("xv")
    y = Twice()(x)
    f = theano.function([x, v], [y, theano.grad((y**2).sum(), x), theano.Rop(y, x, v)])
    assert [r.tolist() for r in f([1.0, 2.0], [1.0, 0.0])] == [[2, 4], [8, 16], [2, 0]]
    of_shape = theano.function([x], y.shape)
    assert of_shape([1.0, 2.0]).tolist() == [2]
    assert not any(isinstance(n.op, Twice) for n in of_shape.maker.fgraph.toposort())


def test_equal_props_are_merged():
    x = T.dvector()
    f = theano.function([x], Twice()(x) + Twice()(x))
    assert sum(isinstance(n.op, Twice) for n in f.maker.fgraph.toposort()) == 1


class Itypes(theano.Op):
    itypes, otypes = [T.dvector, T.lscalar], [T.dscalar]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = np.asarray(inputs[0][inputs[1]])


def test_itypes_and_otypes():
    x, i = T.dvector(), T.lscalar()
    assert theano.function([x, i], Itypes()(x, i))([5.0, 6.0], 1) == 6
    with pytest.raises(TypeError, match="We expected inputs of types"):
        Itypes()(T.dmatrix(), i)
    with pytest.raises(ValueError, match="We expected 2 inputs"):
        Itypes()(x)


def test_without_a_gradient():
    with pytest.raises(Exception, match="grad"):
        theano.grad(Itypes()(x := T.dvector(), T.lscalar()), x)


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs a C++ compiler")
def test_c_code_alone():
    class InC(theano.Op):
        __props__ = ()

        def make_node(self, x):
            return theano.Apply(self, [x], [x.type()])

        def c_code(self, node, name, inp, out, sub):
            (x,), (y,) = inp, out
            return f"""
            Py_XDECREF({y});
            {y} = (PyArrayObject*)PyArray_NewCopy({x}, NPY_CORDER);
            if (!{y}) {{ {sub["fail"]} }}
            for (npy_intp i = 0; i < PyArray_SIZE({y}); i++) ((double*)PyArray_DATA({y}))[i] += 0.5;
            """

        def c_code_cache_version(self):
            return (1,)

    x = T.dmatrix()
    assert theano.function([x], InC()(x))([[1.0, 2.0]]).tolist() == [[1.5, 2.5]]


def test_test_values():
    with theano.config.change_flags(compute_test_value="raise"):
        x = T.dvector()
        x.tag.test_value = np.array([1.0, 2.0])
        assert (Twice()(x) + 1).tag.test_value.tolist() == [3.0, 5.0]
        with pytest.raises(ValueError, match="missing default value"):
            T.dvector() + 1
        with pytest.raises(ValueError):
            x + np.ones(3)


def test_own_type():
    class Word(theano.gof.Type):
        def filter(self, value, strict=False, allow_downcast=None):
            if not isinstance(value, str):
                raise TypeError("a word is a str")
            return value

        def __eq__(self, other):
            return type(self) is type(other)

        def __hash__(self):
            return hash(type(self))

    class Length(theano.Op):
        __props__ = ()

        def make_node(self, word):
            return theano.Apply(self, [word], [T.lscalar()])

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = np.asarray(len(inputs[0]))

    word = Word()("word")
    f = theano.function([word], Length()(word) * 2)
    assert f("abc") == 6
    with pytest.raises(TypeError, match="a word is a str"):
        f(3)


def test_local_optimizer_of_a_program():
    @theano.tensor.opt.register_specialize
    @theano.gof.local_optimizer([Twice])
    def twice_is_times_two(node):
        return [node.inputs[0] * 2] if isinstance(node.op, Twice) else False

    x = T.dvector()
    f = theano.function([x], Twice()(x))
    assert not any(isinstance(n.op, Twice) for n in f.maker.fgraph.toposort())
    assert f([1.5]).tolist() == [3.0]
