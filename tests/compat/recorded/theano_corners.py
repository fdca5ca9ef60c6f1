"""What Theano 1.0.5 answers at the edges: attributes, wrong arguments, empty axes, and the texts of errors.

THEANO_FLAGS=cxx= python tests/compat/recorded/theano_corners.py

writes theano_corners.json beside itself. The tests import `CASES` and `outcome`.
"""

import importlib
import json
import re
import sys
from pathlib import Path

import numpy as np

#: name -> function of the module `theano` that returns something JSON can hold, or raises
CASES = {}


def case(function):
    CASES[function.__name__.replace("_", " ")] = function
    return function


# ------------------------------------------------------------------------------------ shared variables


@case
def default_update_comes_with_a_value(theano):
    a = theano.shared(1.0)
    before = hasattr(a, "default_update"), getattr(a, "default_update", "none")
    a.default_update = a + 1
    step = theano.function([], a * 2)
    during = hasattr(a, "default_update"), float(step()), float(step())
    del a.default_update
    return [before, during, hasattr(a, "default_update"), hasattr(a.clone(), "default_update")]


@case
def default_update_of_random_streams(theano):
    mrg = importlib.import_module(theano.__name__ + ".sandbox.rng_mrg")
    streams = theano.tensor.shared_randomstreams.RandomStreams(3), mrg.MRG_RandomStreams(3)
    for stream in streams:
        stream.uniform((2,))
    return [[hasattr(u[0], "default_update") for u in s.state_updates] for s in streams]


# ------------------------------------------------------------------------------------ wrong arguments


@case
def cast_to_nonsense(theano):
    theano.tensor.cast(theano.tensor.dvector(), "nonsense")


@case
def cast_of_complex(theano):
    theano.tensor.cast(theano.tensor.zvector(), "float64")


@case
def astype_nonsense(theano):
    theano.tensor.dvector().astype("nonsense")


@case
def ragged_list(theano):
    theano.tensor.as_tensor_variable([1, [2]])


@case
def a_word(theano):
    theano.tensor.as_tensor_variable("word")


@case
def an_object(theano):
    theano.tensor.as_tensor_variable(object())


@case
def tensor_of_nonsense(theano):
    theano.tensor.TensorType("nonsense", (False,))


@case
def givens_of_another_type_outside_of_the_graph(theano):
    T = theano.tensor
    x, y, z = T.dvector("x"), T.dvector("y"), T.imatrix("z")
    return theano.function([x], x * 2, givens={y: z}, on_unused_input="ignore")([1.0]).tolist()


@case
def givens_of_another_type(theano):
    T = theano.tensor
    x, y, z = T.dvector("x"), T.dvector("y"), T.dmatrix("z")
    theano.function([x, z], x * y, givens={y: z}, on_unused_input="ignore")


@case
def givens_of_another_dtype(theano):
    T = theano.tensor
    x, y, z = T.dvector("x"), T.dvector("y"), T.ivector("z")
    return theano.function([x, z], x * y, givens={y: z})([1.0], [2]).tolist()


@case
def givens_for_an_output(theano):
    T = theano.tensor
    y, z = T.dvector("y"), T.imatrix("z")
    return theano.function([z], y, givens={y: z})([[1, 2]]).tolist()


@case
def givens_of_a_number(theano):
    y = theano.tensor.dscalar("y")
    return float(theano.function([], y * 2, givens={y: 3.0})())


@case
def givens_of_a_whole_number(theano):
    y = theano.tensor.dscalar("y")
    return float(theano.function([], y * 2, givens={y: 3})())


@case
def updates_of_another_dtype(theano):
    s = theano.shared(np.float32(1))
    theano.function([], updates=[(s, s + np.float64(1))])


@case
def updates_of_another_pattern(theano):
    s = theano.shared(np.ones((2, 3)))
    theano.function([], updates=[(s, s.sum(axis=0, keepdims=True))])


@case
def reshape_to_too_many(theano):
    x, n = theano.tensor.dmatrix("x"), theano.tensor.ivector("n")
    theano.function([x, n], x.reshape(n, ndim=1))(np.ones((2, 3)), [3, 4])


@case
def reshape_to_a_wrong_size(theano):
    x = theano.tensor.dmatrix("x")
    theano.function([x], x.reshape((4, 2)))(np.ones((2, 3)))


@case
def reshape_by_a_vector(theano):
    x, n = theano.tensor.dmatrix("x"), theano.tensor.ivector("n")
    return theano.function([x, n], x.reshape(n, ndim=2))(np.ones((2, 3)), [3, -1]).shape


@case
def reshape_by_a_constant_of_another_length(theano):
    x = theano.tensor.dmatrix("x")
    reshaped = theano.tensor.reshape(x, theano.tensor.constant(np.array([2, 3])), ndim=1)
    theano.function([x], reshaped)(np.ones((2, 3)))


@case
def reshape_takes_its_lengths_as_they_are(theano):
    x, n = theano.tensor.dmatrix("x"), theano.tensor.ivector("n")
    made = [x.reshape((3, 2)), x.reshape([n[0], 2]), x.reshape(n, ndim=2)]
    found = []
    for reshaped in made:
        lengths = reshaped.owner.inputs[1]
        found.append(type((lengths.owner and lengths.owner.op) or lengths).__name__)
    return found


@case
def reshape_to_no_such_size(theano):
    x, n = theano.tensor.dmatrix("x"), theano.tensor.ivector("n")
    theano.function([x, n], x.reshape(n, ndim=2))(np.ones((2, 3)), [3, 3])


@case
def reshape_of_a_constant(theano):
    constant = theano.tensor.constant(np.arange(6.0))
    made = constant.reshape((2, 3)) + theano.tensor.constant(np.ones((2, 3)))
    return type(made.owner.inputs[0].owner.op).__name__, str(made.owner.inputs[1])


@case
def specified_shape_is_wrong(theano):
    x = theano.tensor.dmatrix("x")
    theano.function([x], theano.tensor.specify_shape(x, (2, 2)) * 2)(np.ones((2, 3)))


@case
def shape_of_a_constant(theano):
    return [str(type(i)).split(".")[-1] for i in [theano.tensor.constant(np.ones((2, 3)))]]


@case
def a_graph_in_text(theano):
    x = theano.tensor.dvector("x")
    graph = theano.gof.FunctionGraph([x], [theano.tensor.exp(x * 2)])
    return str(graph), repr(graph)


@case
def a_graph_with_vectors_in_text(theano):
    x, y = theano.tensor.dvector("x"), theano.tensor.dmatrix("y")
    return str(theano.gof.FunctionGraph([x, y], [theano.tensor.dot(y, x), x.sum(), y.dot(y).dot(x)]))


@case
def a_graph_that_uses_a_node_twice_in_text(theano):
    x = theano.tensor.dvector("x")
    once = theano.tensor.exp(x)
    return str(theano.gof.FunctionGraph([x], [once + once, once]))


@case
def a_graph_of_a_node_with_two_outputs_in_text(theano):
    x = theano.tensor.dmatrix("x")
    return str(theano.gof.FunctionGraph([x], list(theano.tensor.nlinalg.eigh(x))))


@case
def a_graph_of_two_in_text(theano):
    x, y = theano.tensor.dmatrix("x"), theano.tensor.dmatrix("y")
    graph = theano.gof.FunctionGraph([x, y], [theano.tensor.dot(y, x), x.sum()])
    return str(graph)


# ------------------------------------------------------------------------------------ empty axes


def _over_no_axis(name):
    def over_no_axis(theano):
        x = theano.tensor.dmatrix("x")
        found = getattr(theano.tensor, name)(x, axis=())
        results = found if isinstance(found, (list, tuple)) else [found]
        values = theano.function([x], results)(np.array([[1.0, -2.0], [3.0, 0.0]]))
        return [[str(r.dtype), list(r.broadcastable), v.tolist()] for r, v in zip(results, values)]

    over_no_axis.__name__ = "over no axis " + name
    return case(over_no_axis)


_OVER_AXES = "max min argmax argmin max_and_argmax sum prod mean var std any all ptp"
for _name in _OVER_AXES.split():
    _over_no_axis(_name)


@case
def max_over_an_empty_list(theano):
    x = theano.tensor.dmatrix("x")
    return theano.function([x], theano.tensor.max(x, axis=[]))(np.eye(2)).tolist()


@case
def gradient_of_max_over_no_axis(theano):
    x = theano.tensor.dmatrix("x")
    of_x = theano.grad((theano.tensor.max(x, axis=()) * np.array([[1.0, 2.0], [3.0, 4.0]])).sum(), x)
    return theano.function([x], of_x)(np.eye(2)).tolist()


@case
def forward_derivative_of_max_over_no_axis(theano):
    x, v = theano.tensor.dmatrix("x"), theano.tensor.dmatrix("v")
    rop = theano.tensor.Rop(theano.tensor.max(x, axis=()), x, v)
    return theano.function([x, v], rop, on_unused_input="ignore")(np.eye(2), [[1.0, 2], [3, 4]]).tolist()


def _forward_derivative(axis):
    def forward_derivative_of_max(theano):
        x, v = theano.tensor.dmatrix("x"), theano.tensor.dmatrix("v")
        rop = theano.tensor.Rop(theano.tensor.max(x, axis=axis), x, v)
        return theano.function([x, v], rop)([[1.0, 5], [7, 2]], [[1.0, 2], [3, 4]]).tolist()

    forward_derivative_of_max.__name__ = f"forward derivative of max over {axis}"
    return case(forward_derivative_of_max)


for _axis in (None, 0, 1, (0, 1), -1, (1, 0)):
    _forward_derivative(_axis)


@case
def max_over_an_axis_too_many(theano):
    theano.tensor.max(theano.tensor.dmatrix(), axis=2)


@case
def max_over_an_axis_twice(theano):
    x = theano.tensor.dmatrix("x")
    return theano.function([x], theano.tensor.max(x, axis=(0, 0)))(np.eye(2)).tolist()


@case
def sum_over_an_axis_too_many(theano):
    theano.tensor.dmatrix().sum(axis=2)


@case
def sum_over_an_axis_twice(theano):
    x = theano.tensor.dmatrix("x")
    return theano.function([x], x.sum(axis=(0, 0)))(np.eye(2)).tolist()


@case
def max_over_a_fraction(theano):
    theano.tensor.max(theano.tensor.dmatrix(), axis=0.5)


@case
def max_of_a_scalar(theano):
    x = theano.tensor.dscalar("x")
    return theano.function([x], theano.tensor.max(x))(3.0).tolist()


@case
def argmax_of_a_scalar(theano):
    x = theano.tensor.dscalar("x")
    return theano.function([x], theano.tensor.argmax(x))(3.0).tolist()


@case
def max_of_nothing(theano):
    x = theano.tensor.dvector("x")
    theano.function([x], theano.tensor.max(x))([])


# ------------------------------------------------------------------------------------ texts of errors


@case
def text_of_dot(theano):
    a, b = theano.tensor.dmatrix("a"), theano.tensor.dmatrix("b")
    theano.function([a, b], theano.tensor.dot(a, b))(np.ones((2, 3)), np.ones((4, 5)))


@case
def text_of_dot_with_a_vector(theano):
    a, b = theano.tensor.dmatrix("a"), theano.tensor.dvector("b")
    theano.function([a, b], theano.tensor.dot(a, b))(np.ones((2, 3)), np.ones(4))


@case
def text_of_a_sum_of_two_lengths(theano):
    a, b = theano.tensor.dmatrix("a"), theano.tensor.dmatrix("b")
    theano.function([a, b], a + b)(np.ones((2, 3)), np.ones((2, 4)))


@case
def text_of_stretching(theano):
    a, b = theano.tensor.dmatrix("a"), theano.tensor.dmatrix("b")
    theano.function([a, b], a + b)(np.ones((2, 3)), np.ones((1, 3)))


@case
def text_of_an_index(theano):
    a, i = theano.tensor.dvector("a"), theano.tensor.lscalar("i")
    theano.function([a, i], a[i])(np.ones(3), 5)


@case
def text_of_many_indices(theano):
    a, i = theano.tensor.dmatrix("a"), theano.tensor.lvector("i")
    theano.function([a, i], a[i])(np.ones((3, 2)), [0, 5])


@case
def text_of_pairs_of_indices(theano):
    a, i = theano.tensor.dmatrix("a"), theano.tensor.lvector("i")
    theano.function([a, i], a[theano.tensor.arange(i.shape[0]), i])(np.ones((3, 2)), [0, 5])


@case
def text_of_a_wrong_dtype(theano):
    a = theano.tensor.ivector("a")
    theano.function([a], a)(np.ones(3))


@case
def text_of_a_wrong_dtype_in_a_named_function(theano):
    a, b = theano.tensor.dscalar("a"), theano.tensor.fmatrix("b")
    theano.function([a, b], [a, b], name="both")(1, np.ones((2, 2)))


@case
def text_of_a_wrong_ndim(theano):
    a = theano.tensor.dmatrix("a")
    theano.function([a], a)(np.ones(3))


@case
def text_of_a_wrong_pattern(theano):
    a = theano.tensor.drow("a")
    theano.function([a], a)(np.ones((2, 3)))


@case
def text_of_a_list_too_deep(theano):
    a = theano.tensor.dvector("a")
    theano.function([a], a)([[1.0, 2.0]])


@case
def text_of_a_word(theano):
    a = theano.tensor.dvector("a")
    theano.function([a], a)("word")


@case
def text_of_an_object(theano):
    a = theano.tensor.dvector("a")
    theano.function([a], a)(object())


@case
def text_of_too_few_arguments(theano):
    a, b = theano.tensor.dscalar("a"), theano.tensor.dscalar("b")
    theano.function([a, b], a + b)(1)


@case
def text_of_too_many_arguments(theano):
    a = theano.tensor.dscalar("a")
    theano.function([a], a)(1, 2)


@case
def text_of_an_argument_given_twice(theano):
    a, b = theano.tensor.dscalar("a"), theano.tensor.dscalar("b")
    theano.function([a, b], a + b)(1, a=2)


@case
def text_of_an_unknown_argument(theano):
    a, b = theano.tensor.dscalar("a"), theano.tensor.dscalar("b")
    theano.function([a, b], a + b)(1, c=2)


@case
def text_of_a_missing_input(theano):
    a, b = theano.tensor.dscalar("a"), theano.tensor.dscalar("b")
    theano.function([a], a + b)


@case
def text_of_an_unused_input(theano):
    a, b = theano.tensor.dscalar("a"), theano.tensor.dscalar("b")
    theano.function([a, b], a * 2)


@case
def text_of_an_input_given_twice(theano):
    a = theano.tensor.dscalar("a")
    theano.function([a, a], a * 2)


@case
def text_of_a_shared_input(theano):
    theano.function([theano.shared(1.0, "s")], [])


@case
def text_of_the_gradient_of_a_vector(theano):
    a = theano.tensor.dvector("a")
    theano.grad(a * 2, a)


@case
def text_of_a_disconnected_gradient(theano):
    a, b = theano.tensor.dvector("a"), theano.tensor.dvector("b")
    theano.grad(a.sum(), b)


@case
def text_of_a_gradient_by_an_index(theano):
    a, i = theano.tensor.dvector("a"), theano.tensor.lscalar("i")
    theano.grad(a[i], i)


@case
def text_of_the_gradient_of_a_whole_number(theano):
    i = theano.tensor.lscalar("i")
    theano.grad(i * 2, i)


@case
def text_of_the_gradient_of_nothing(theano):
    theano.grad(theano.tensor.dvector("a").sum(), None)


@case
def text_of_nan(theano):
    a = theano.tensor.dvector("a")
    mode = theano.compile.nanguardmode.NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=True)
    theano.function([a], theano.tensor.log(a), mode=mode)(-np.ones(2))


@case
def text_of_nan_in_an_argument(theano):
    a = theano.tensor.dvector("a")
    mode = theano.compile.nanguardmode.NanGuardMode(nan_is_error=True, inf_is_error=True, big_is_error=True)
    theano.function([a], a * 2, mode=mode)([np.nan])


@case
def text_of_lengths_that_do_not_join(theano):
    a, b = theano.tensor.dmatrix("a"), theano.tensor.dmatrix("b")
    theano.function([a, b], theano.tensor.concatenate([a, b], axis=0))(np.ones((2, 3)), np.ones((2, 4)))


@case
def text_of_a_truth_value(theano):
    if theano.tensor.dscalar("a") > 0:
        return "true"


@case
def text_of_iteration(theano):
    return list(theano.tensor.dscalar("a"))


@case
def text_of_iteration_over_a_vector(theano):
    return list(theano.tensor.dvector("a"))


@case
def text_of_the_length_of_a_variable(theano):
    return len(theano.tensor.dvector("a"))


@case
def text_of_adding_a_word(theano):
    return theano.tensor.dvector("a") + "word"


@case
def text_of_a_new_value_of_another_type(theano):
    theano.shared(np.ones(3), "s").set_value(np.ones((3, 3)))


@case
def text_of_a_step_by_a_word(theano):
    return theano.tensor.dvector("a")["word"]


@case
def text_of_too_many_indices(theano):
    return theano.tensor.dvector("a")[0, 1]


@case
def text_of_a_dimshuffle(theano):
    return theano.tensor.dmatrix("a").dimshuffle(0)


@case
def text_of_a_dropped_axis(theano):
    a = theano.tensor.dmatrix("a")
    return theano.function([a], theano.tensor.addbroadcast(a, 0).sum())(np.ones((2, 2)))


@case
def text_of_set_subtensor(theano):
    a, b = theano.tensor.dvector("a"), theano.tensor.dvector("b")
    theano.function([a, b], theano.tensor.set_subtensor(a[:2], b))(np.ones(4), np.ones(3))


@case
def text_of_an_unknown_mode(theano):
    theano.function([], theano.tensor.constant(1.0), mode="NO_SUCH_MODE")


@case
def text_of_a_matrix_that_has_no_inverse(theano):
    a = theano.tensor.dmatrix("a")
    theano.function([a], theano.tensor.nlinalg.matrix_inverse(a))(np.zeros((2, 2)))


@case
def text_of_a_wrong_outputs_info(theano):
    theano.scan(lambda x: x, outputs_info=[None], n_steps=3)


@case
def text_of_a_loop_over_too_short_a_sequence(theano):
    a = theano.tensor.dvector("a")
    total, _ = theano.scan(lambda x: x * 2, sequences=a, n_steps=5)
    theano.function([a], total)(np.ones(3))


def _plain(text):
    """Return a text without what differs from one machine, Python or NumPy to the next."""
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    text = re.sub(r"<type '", "<class '", text)
    text = re.sub(r'  File ".*?", line \d+, in', "  File , in", text)
    text = re.sub(r'name ".*theano_corners.py:\d+"', 'name "theano_corners.py"', text)
    text = re.sub(r"array\(([^()]*?) *\]\)", r"array(\1])", text)
    return text


def outcome(theano, name):
    """Return what a case gives, or {"error": classes of the error, "text": what it says}."""
    try:
        return json.loads(json.dumps(CASES[name](theano)))
    except Exception as error:
        classes = [c.__name__ for c in type(error).__mro__ if c not in (object, BaseException, Exception)]
        return {"error": classes or ["Exception"], "text": _plain(str(error))}


if __name__ == "__main__":
    import theano
    import theano.compile.nanguardmode

    only = sys.argv[1:]
    found = {}
    for name in only or CASES:
        found[name] = outcome(theano, name)
    if only:
        print(json.dumps(found, indent=1))
    else:
        path = Path(__file__).with_suffix(".json")
        path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
