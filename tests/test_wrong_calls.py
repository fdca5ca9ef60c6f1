"""Wrong calls are refused before anything is compiled, in words that lead to the right one.

One table: each row is a wrong call at a public door, and three things its message must say: where (the argument or
input), what came, and what was expected. Every one is a ValueError or a TypeError.
"""

# One wrong call is one line, however long.
# ruff: noqa: E501

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.engine import compiler, native
from graphopt.engine.native import builder

NAN = float("nan")
X = np.array([[0.0, 1], [1, 0], [1, 1], [0, 0]])
Y = np.array([[1.0], [0], [0], [0]])


def things():
    """Return what the wrong calls are made on; made anew for each of them."""
    n = SimpleNamespace()
    n.net = go.Sequential([go.Input(2), go.Dense(3, "sigmoid"), go.Dense(1, "sigmoid")], seed=0)
    n.classifier = go.Sequential([go.Input(2), go.Dense(3, "softmax")], seed=0)
    n.words = go.Sequential(
        [go.Input(4, dtype="int64"), go.Embedding(10, 2), go.Flatten(), go.Dense(1)], seed=0
    )
    past, plan = go.Input((3, 2), name="past"), go.Input((2, 1), name="plan")
    joined = go.Concatenate()([go.Flatten()(past), go.Flatten()(plan)])
    n.model = go.Model([past, plan], go.Dense(2)(joined), seed=0)
    n.past, n.plan = np.zeros((3, 2)), np.zeros((2, 1))
    n.x, n.z = pt.vector("x", shape=(2,)), pt.vector("z", shape=(2,))
    n.cost = pt.sum((n.x - 0.5) ** 2)
    n.state = pytensor.shared(np.zeros(2), name="state", shape=(2,))
    n.function = go.engine.compile([n.x], n.cost)
    n.loop = go.engine.compile_loop([n.x], [n.cost], updates={n.state: n.state + n.x})
    return n


def fit(n, **changes):
    choices = {
        "x": X,
        "y": Y,
        "loss": "mse",
        "optimizer": go.SGD(0.1),
        "epochs": 1,
        "batch_size": 2,
        "verbose": 0,
    }
    return n.net.fit(**{**choices, **changes})


def classify(n, labels):
    return n.classifier.fit(X, labels, loss="sparse_categorical_crossentropy", epochs=1, verbose=0)


# (what is wrong, the call, where, what came, what was expected)
WRONG_CALLS = [
    # Layers and networks
    ("no units", lambda n: go.Dense(0), "units", "0", "above 0"),
    ("units as text", lambda n: go.Dense("3"), "units", "'3'", "whole number"),
    ("a misspelt argument", lambda n: go.Dense(3, unit_bias=True), "Dense", "unit_bias", "unexpected"),
    ("unknown activation", lambda n: go.Dense(3, "sigmod"), "activation", "'sigmod'", "'sigmoid'"),
    ("activation of a wrong kind", lambda n: go.Dense(3, 7), "activation", "7", "a name such as 'relu'"),
    ("unknown initializer", lambda n: go.Dense(3, kernel_initializer="glorot"), "initializer", "'glorot'", "glorot_uniform"),
    ("unknown regularizer", lambda n: go.Dense(3, kernel_regularizer="l3"), "regularizer", "'l3'", "l2"),
    ("input shape as text", lambda n: go.Input("2"), "shape", "'2'", "tuple"),
    ("input of length 0", lambda n: go.Input((3, 0)), "shape", "0", "above 0"),
    ("unknown dtype", lambda n: go.Input(2, dtype="float16"), "dtype", "'float16'", "float32"),
    ("dropout of more than all", lambda n: go.Dropout(1.5), "rate", "1.5", "from 0 to 1"),
    ("a sequence for a recurrence", lambda n: go.LSTM(2)(go.Input(3)), "LSTM", "(None, 3)", "(batch, time, features)"),
    ("joining unlike shapes", lambda n: go.Concatenate()([go.Input((2, 3)), go.Input((4, 5))]), "Concatenate", "(None, 4, 5)", "(None, 2, 3)"),
    ("adding one input", lambda n: go.Add()(go.Input(2)), "Add", "several inputs", "list"),
    ("an impossible reshape", lambda n: go.Reshape((2, 2))(go.Input(3)), "Reshape", "3", "(2, 2)"),
    ("a function as a layer", lambda n: go.Sequential([go.Input(2), np.tanh]), "tanh", "ufunc", "layer"),
    ("a layer called on an array", lambda n: go.Dense(3)(X), "Dense", "ndarray", "Input"),
    ("seed as text", lambda n: go.Sequential([go.Input(2), go.Dense(1)], seed="a"), "seed", "'a'", "whole number"),
    ("an output from nowhere", lambda n: go.Model([go.Input(2)], go.Dense(1)(go.Input(2))), "outputs", "not among the inputs", "Model(inputs=...)"),
    ("weights: too few", lambda n: n.net.set_weights([np.zeros((2, 3))]), "set_weights", "1 arrays", "4"),
    ("weights: of another shape", lambda n: n.net.set_weights([w.T for w in n.net.get_weights()]), "array 0", "(3, 2)", "(2, 3)"),
    ("weights: NaN", lambda n: n.net.set_weights([w * NAN for w in n.net.get_weights()]), "array 0", "NaN", "finite numbers"),
    # Data of a network
    ("predict: too many features", lambda n: n.net.predict(np.zeros((4, 3))), "x", "(4, 3)", "(any, 2)"),
    ("predict: one sample without batch axis", lambda n: n.net.predict(np.zeros(2)), "x", "(2,)", "x[None]"),
    ("predict: text", lambda n: n.net.predict([["a", "b"]]), "x", "<U1", "numbers"),
    ("predict: NaN", lambda n: n.net.predict([[0.0, NAN]]), "x", "nan at index (0, 1)", "finite"),
    ("predict: nothing", lambda n: n.net.predict(np.zeros((0, 2))), "x", "(0, 2)", "at least one sample"),
    ("predict: None", lambda n: n.net.predict(None), "x", "None", "(any, 2)"),
    ("predict: batch_size 0", lambda n: n.net.predict(X, batch_size=0), "batch_size", "0", "above 0"),
    ("predict: unknown input", lambda n: n.model.predict({"past": n.past[None], "paln": n.plan[None]}), "x", "'paln'", "'plan'"),
    ("predict: an input is missing", lambda n: n.model.predict({"past": n.past[None]}), "x", "'plan'", "'past'"),
    ("predict: unlike numbers of samples", lambda n: n.model.predict([np.zeros((2, 3, 2)), np.zeros((5, 2, 1))]), "samples", "'plan' 5", "'past' 2"),
    ("predict: fractions for an embedding", lambda n: n.words.predict([[0.5, 1, 2, 3]]), "x", "fractions", "whole numbers"),
    ("gradient: a wrong shape", lambda n: n.net.gradient(np.zeros(3)), "x", "(3,)", "2"),
    # Training
    ("unknown loss", lambda n: fit(n, loss="msse"), "loss", "'msse'", "'mse'"),
    ("unknown optimizer", lambda n: fit(n, optimizer="adamm"), "optimizer", "'adamm'", "'adam'"),
    ("optimizer of a wrong kind", lambda n: fit(n, optimizer=0.1), "optimizer", "0.1", "SGD(0.1)"),
    ("unknown metric", lambda n: fit(n, metrics=["acuracy"]), "metric", "'acuracy'", "accuracy"),
    ("learning rate below 0", lambda n: go.SGD(-0.1), "learning_rate", "-0.1", "from 0"),
    ("learning rate NaN", lambda n: go.Adam(learning_rate=NAN), "learning_rate", "nan", "a number"),
    ("momentum above 1", lambda n: go.SGD(0.1, momentum=1.5), "momentum", "1.5", "0 to 1"),
    ("two ways to clip", lambda n: go.SGD(0.1, clipnorm=1.0, clipvalue=1.0), "clipvalue", "both", "one of them"),
    ("epochs below 0", lambda n: fit(n, epochs=-1), "epochs", "-1", "from 0 on"),
    ("epochs as text", lambda n: fit(n, epochs="5"), "epochs", "'5'", "whole number"),
    ("fit: batch_size 0", lambda n: fit(n, batch_size=0), "batch_size", "0", "from 1 on"),
    ("fit: no data", lambda n: fit(n, x=X[:0], y=Y[:0]), "x", "(0, 2)", "at least one"),
    ("fit: no targets", lambda n: fit(n, y=None), "y", "None", "(any, 1)"),
    ("fit: unlike numbers of samples", lambda n: fit(n, y=Y[:3]), "y", "3", "4"),
    ("fit: targets of a wrong shape", lambda n: fit(n, y=np.zeros((4, 2))), "y", "(4, 2)", "(any, 1)"),
    ("fit: NaN among the targets", lambda n: fit(n, y=Y * NAN), "y", "nan", "finite"),
    ("fit: infinity among the inputs", lambda n: fit(n, x=X - np.inf), "x", "inf", "finite"),
    ("fit: validation_split above 1", lambda n: fit(n, validation_split=1.5), "validation_split", "1.5", "below 1"),
    ("fit: validation data of a wrong shape", lambda n: fit(n, validation_data=(np.zeros((2, 3)), Y[:2])), "validation", "(2, 3)", "(any, 2)"),
    ("fit: too few sample weights", lambda n: fit(n, sample_weight=np.ones(3)), "sample_weight", "3 numbers", "4 samples"),
    ("fit: a callback that is none", lambda n: fit(n, callbacks=[print]), "callbacks", "print", "on_epoch_end"),
    ("fit: a misspelt argument", lambda n: fit(n, epoch=3), "fit", "epoch", "unexpected"),
    ("labels beyond the classes", lambda n: classify(n, [0, 1, 2, 3]), "y", "3", "2"),
    ("labels below 0", lambda n: classify(n, [0, -1, 2, 1]), "y", "-1", "0"),
    ("labels with fractions", lambda n: classify(n, [0.5, 1, 2, 1]), "y", "fractions", "whole numbers"),
    # The best input of a network
    ("lower above upper", lambda n: go.maximize(n.net, bounds=(1, 0)), "'input'", "1", "above upper bound 0"),
    ("lower above upper at one element", lambda n: go.maximize(n.net, bounds=([0, 2], [1.0, 1.0])), "index 1", "2", "above upper bound 1"),
    ("a bound is NaN", lambda n: go.maximize(n.net, bounds=(0, NAN)), "'input'", "NaN", "number or inf"),
    ("bounds of a wrong shape", lambda n: go.maximize(n.net, bounds=([0, 0, 0], [1, 1, 1])), "'input'", "(3,)", "(2,)"),
    ("three numbers for bounds", lambda n: go.maximize(n.net, bounds=(0, 1, 2)), "'input'", "3 entries", "(lower, upper)"),
    ("bounds as text", lambda n: go.maximize(n.net, bounds="01"), "'input'", "str", "(lower, upper)"),
    ("bounds of an unknown input", lambda n: go.minimize(n.model, {"paln": (0, 1)}, objective="sum"), "bounds", "'paln'", "'plan'"),
    ("an unknown held input", lambda n: go.minimize(n.model, (0, 1), objective="sum", fixed={"pats": n.past}), "fixed", "'pats'", "'past'"),
    ("a held input of a wrong shape", lambda n: go.minimize(n.model, (0, 1), objective="sum", fixed={"past": n.past[None]}), "'past'", "(1, 3, 2)", "(3, 2)"),
    ("a held input is NaN", lambda n: go.minimize(n.model, (0, 1), objective="sum", fixed={"past": n.past * NAN}), "'past'", "nan", "finite"),
    ("an input both held and bounded", lambda n: go.minimize(n.model, {"past": (0, 1)}, objective="sum", fixed={"past": n.past}), "'past'", "bounds and a fixed value", "one of the two"),
    ("every input is held", lambda n: go.minimize(n.model, objective="sum", fixed={"past": n.past, "plan": n.plan}), "past, plan", "Every input is held", "fixed"),
    ("no objective where there are two outputs", lambda n: go.minimize(n.model, (0, 1)), "output", "(2,)", "'sum'"),
    ("unknown objective", lambda n: go.minimize(n.model, (0, 1), objective="summ"), "objective", "'summ'", "'sum'"),
    ("objective index out of range", lambda n: go.minimize(n.model, (0, 1), objective=2), "objective", "2", "2 elements"),
    ("objective of a wrong kind", lambda n: go.minimize(n.model, (0, 1), objective=1.5), "objective", "1.5", "'sum'"),
    ("x0 outside the box", lambda n: go.maximize(n.net, bounds=(0, 1), x0=[0.5, 2.0]), "x0 of 'input'", "2 at index 1", "[0, 1]"),
    ("x0 of a wrong shape", lambda n: go.maximize(n.net, bounds=(0, 1), x0=np.zeros(3)), "x0 of 'input'", "(3,)", "(2,)"),
    ("x0 is NaN", lambda n: go.maximize(n.net, bounds=(0, 1), x0=[0.5, NAN]), "x0 of 'input'", "nan", "finite"),
    ("no starts", lambda n: go.maximize(n.net, bounds=(0, 1), starts=0), "starts", "0", "at least 1"),
    ("starts with a fraction", lambda n: go.maximize(n.net, bounds=(0, 1), starts=2.5), "starts", "2.5", "whole number"),
    ("seed below 0", lambda n: go.maximize(n.net, bounds=(0, 1), seed=-1), "seed", "-1", "at least 0"),
    ("a solver by name", lambda n: go.maximize(n.net, bounds=(0, 1), solver="lbfgs"), "solver", "'lbfgs'", "LBFGSB("),
    ("unknown tier", lambda n: go.maximize(n.net, bounds=(0, 1), tier="quick"), "tier", "'quick'", "auto, fast, now"),
    ("the input of an array", lambda n: go.maximize(X, bounds=(0, 1)), "maximize", "ndarray", "a network or a PyTensor expression"),
    ("a target of a wrong shape", lambda n: go.target(n.model, np.zeros(3), (0, 1)), "target value", "(3,)", "(2,)"),
    ("a target is NaN", lambda n: go.target(n.net, NAN, (0, 1)), "target value", "nan", "finite"),
    # The best input of an expression
    ("an input of the expression without a value", lambda n: go.minimize(n.cost + pt.sum(n.z), over={n.x: (0, 1)}), "z", "neither bounds nor a value", "fixed={z: value}"),
    ("a variable the expression does not have", lambda n: go.minimize(n.cost, over={n.x: (0, 1), n.z: (0, 1)}), "'z'", "does not depend", "Leave it out"),
    ("a negative gap", lambda n: go.minimize(n.cost, over={n.x: (0, 1)}, gap=-1), "gap", "-1", "0 or more"),
    ("certify as text", lambda n: go.minimize(n.cost, over={n.x: (0, 1)}, certify="yes"), "certify", "'yes'", "True or False"),
    ("the class of a solver", lambda n: go.minimize(n.cost, over={n.x: (0, 1)}, solver=go.SLSQP), "solver", "class SLSQP", "expected SLSQP()"),
    ("an output that is not there", lambda n: go.target(n.net, 1.0, (0, 1), output=7), "output", "7", "one output only"),
    ("a proof of something else", lambda n: go.certify({"x": 1}), "certify", "dict", "an answer"),
    ("seconds of a claim as text", lambda n: go.prove(n.cost, "<=", 1, (0, 1), max_seconds="a"), "max_seconds", "'a'", "0 or more"),
    ("boxes of a claim as text", lambda n: go.prove(n.cost, "<=", 1, (0, 1), max_nodes="a"), "max_nodes", "'a'", "0 or more"),
    ("level of a guard as text", lambda n: go.DataGuard(X, level="a"), "level", "'a'", "a number"),
    ("neighbours of a guard in parts", lambda n: go.DataGuard(X, neighbours=2.5), "neighbours", "2.5", "whole number"),
    ("scenarios of one number", lambda n: go.Scenarios(3), "Scenarios", "3", "a sequence"),
    ("weights of scenarios as text", lambda n: go.Scenarios([1, 2], weights="ab"), "weights", "'ab'", "numbers"),
    ("argmin of whole numbers", lambda n: go.argmin(go.Problem(minimize=n.cost, variables=[go.Variable(n.x, 0, 1, kind="integer")])), "argmin", "'x' (integer)", "real"),
    ("a misspelt argument of a horizon", lambda n: go.RecedingHorizon(n.cost, bound=(0, 1)), "RecedingHorizon", "'bound'", "'bounds'"),
    ("the axis of a horizon as text", lambda n: go.RecedingHorizon(n.cost, axis="a"), "axis", "'a'", "whole number"),
    ("over: nothing", lambda n: go.minimize(n.cost, over={}), "over", "empty", "over={x: (lower, upper)}"),
    ("over: a variable", lambda n: go.minimize(n.cost, over=n.x), "over", "variable x", "over={x: (lower, upper)}"),
    ("over: a name", lambda n: go.minimize(n.cost, over={"x": (0, 1)}), "over", "'x'", "PyTensor variable"),
    ("an objective of two numbers", lambda n: go.minimize(n.x * 2, over={n.x: (0, 1)}), "output", "(2,)", "one number"),
    ("two objectives", lambda n: go.Problem(minimize=n.cost, maximize=n.cost, variables=[go.Variable(n.x)]), "objective", "both", "exactly one"),
    ("no objective", lambda n: go.Problem(variables=[go.Variable(n.x)]), "objective", "neither", "exactly one"),
    ("no variables", lambda n: go.Problem(minimize=n.cost), "variable", "none", "variables=["),
    ("an integer variable", lambda n: go.Variable(pt.lvector("k"), 0, 1), "'k'", "int64", "floating-point"),
    ("a variable of unknown length", lambda n: go.Variable(pt.dvector("v"), 0, 1), "'v'", "(None,)", "shape=(10,)"),
    ("solve without a problem", lambda n: go.solve(n.cost), "solve", "TensorVariable", "graphopt.Problem"),
    ("a tolerance below 0", lambda n: go.LBFGSB(gradient_tolerance=-1), "gradient_tolerance", "-1", "0 or more"),
    ("unknown sampling", lambda n: go.MultiStart(go.LBFGSB(), starts=4, sampling="halton"), "sampling", "'halton'", "sobol"),
    # The engine
    ("compile: unknown tier", lambda n: go.engine.compile([n.x], n.cost, tier="quick"), "tier", "'quick'", "auto, fast, now"),
    ("compile: an input is missing", lambda n: go.engine.compile([n.z], n.cost), "x (Vector", "the inputs (z)", "givens={...}"),
    ("compile: an input of a wrong kind", lambda n: go.engine.compile(["x"], n.cost), "input", "'x'", "variable"),
    ("compile: an update of what is not shared", lambda n: go.engine.compile([n.x], n.cost, updates={n.z: n.x}), "update", "z", "shared"),
    ("compile: an update of another shape", lambda n: go.engine.compile([n.x], n.cost, updates={n.state: n.cost}), "state", "Scalar(float64", "Vector(float64, shape=(2,))"),
    ("call: too many arguments", lambda n: n.function(X[0], X[0]), "arguments", "2", "expected 1 (x)"),
    ("call: a wrong shape", lambda n: n.function(np.zeros(3)), "x", "(3,)", "(2,)"),
    ("call: text", lambda n: n.function("ab"), "x", "str", "float64"),
    ("loop: unlike lengths", lambda n: n.loop([X, X[:2]]), "arrays", "2", "expected 1"),
    ("loop: rows of a wrong shape", lambda n: n.loop([np.zeros((4, 3))]), "array 0", "(4, 3)", "2"),
    ("loop: batch_size 0", lambda n: n.loop([X], batch_size=0), "batch_size", "0", "1 or more"),
    ("loop: order with fractions", lambda n: n.loop([X], order=np.array([0.0, 1.5])), "order", "float64", "row numbers"),
    ("loop: epochs below 0", lambda n: n.loop([X], epochs=-1), "epochs", "-1", "0 or more"),
]  # fmt: skip


@pytest.fixture
def n(monkeypatch):
    """Return the things to call, with the compiler under watch: what it is asked for is noted in ``n.compiled``."""
    ready = things()
    ready.compiled = []

    def watched(function, what):
        def noted(*arguments, **options):
            ready.compiled.append(what)
            return function(*arguments, **options)

        return noted

    monkeypatch.setattr(compiler.Compiled, "__init__", watched(compiler.Compiled.__init__, "a function"))
    for module in (native, builder):
        monkeypatch.setattr(module, "build", watched(builder.build, "a kernel"))
    return ready


@pytest.mark.parametrize(
    ("call", "where", "came", "expected"),
    [row[1:] for row in WRONG_CALLS],
    ids=[row[0] for row in WRONG_CALLS],
)
def test_wrong_call_is_refused_before_anything_is_compiled(n, call, where, came, expected):
    with pytest.raises((ValueError, TypeError)) as error:
        call(n)
    message = str(error.value)
    assert n.compiled == []
    assert [part for part in (where, came, expected) if part not in message] == [], message


def test_every_row_asks_for_where_what_came_and_what_was_expected():
    assert [row[0] for row in WRONG_CALLS if not all(row[2:])] == []
    assert len({row[0] for row in WRONG_CALLS}) == len(WRONG_CALLS)


def test_the_watch_sees_a_right_call(n):
    """Else nothing above would be proved."""
    assert go.maximize(n.net, bounds=(0, 1)).success
    assert n.compiled != []
