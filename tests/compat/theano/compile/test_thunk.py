"""`f.fn` runs a function on what its containers hold, as in Theano."""

import numpy as np

from compat import theano
from compat.theano import tensor as T


def doubled():
    x, total = T.dvector("x"), theano.shared(1.0)
    return theano.function([x], [x * 2 + total], updates=[(total, total + 1)]), total


def test_call_without_arguments():
    f, total = doubled()
    f.input_storage[0].storage[0] = np.arange(3.0)
    f.fn()
    np.testing.assert_array_equal(f.output_storage[0].data, [1, 3, 5])
    assert total.get_value() == 2
    f.fn(n_calls=3)
    assert total.get_value() == 5
    f.free()
    assert f.output_storage[0].data is None


def test_storage_map_has_every_variable_of_the_graph():
    f, _ = doubled()
    assert set(f.fn.storage_map) == set(f.maker.fgraph.variables)
    assert f.fn.storage_map[f.maker.fgraph.inputs[0]] is f.input_storage[0].storage
    assert set(f.fn.nodes) == f.maker.fgraph.apply_nodes


def test_copy_gives_a_list():
    f, _ = doubled()
    single = theano.function(
        [f.maker.inputs[0].variable], f.maker.outputs[0].variable, on_unused_input="ignore"
    )
    assert isinstance(single.copy()(np.ones(2)), list)


def test_linker_of_the_maker_runs_the_same_graph():
    f, _ = doubled()
    assert set(f.maker.linker.make_all()[-1]) == f.maker.fgraph.apply_nodes
