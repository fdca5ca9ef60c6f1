"""How Theano 1.0.5 wrote expressions. To record again, in an environment that has it:

THEANO_FLAGS=cxx= python tests/compat/recorded/theano_texts.py
"""

import json
from pathlib import Path


def expressions(theano):
    """Return expressions by name, built with the module `theano`."""
    import numpy as np

    T = theano.tensor
    x, v, i = T.dmatrix("x"), T.dvector("v"), T.lscalar("i")
    t4, labels, few = T.tensor4("t4", dtype="float32"), T.lvector("labels"), T.bmatrix("few")
    w = theano.shared(np.ones(3), "w")
    probability = 1 / (1 + T.exp(-T.dot(x, w) - 1))
    steps = theano.scan(lambda last, factor: last * factor, outputs_info=v, non_sequences=w, n_steps=i)[0]
    return {
        "logistic": probability,
        "gradient": T.grad((v * T.log(probability)).sum(), w),
        "tanh": T.grad(T.tanh(x).sum(), x),
        "power": T.grad((x**2).sum(), x),
        "slices": x[i, 1:] + x[0].sum() * v,
        "negative step": x[:, ::-1],
        "between": x[1:3, -1],
        "rows": x[labels],
        "elements": x[labels, labels],
        "set": T.set_subtensor(x[1:3], 0.0),
        "increment": T.inc_subtensor(x[i], 1.0),
        "set rows": T.set_subtensor(x[labels], 1.0),
        "mean": T.sqr(x).mean(axis=0),
        "total": x.sum(),
        "sums": x.sum(axis=(0, 1)),
        "sum of bytes": few.sum(axis=1),
        "product": x.prod(axis=1),
        "any": T.any(x > 0),
        "all": T.all(x > 0, axis=0),
        "sign": -abs(x),
        "switch": T.switch(T.gt(x, 0), x, 0 * x),
        "logic": T.and_(T.eq(x, 1), T.neq(x, 2)),
        "clip": T.clip(x, -1, 1),
        "rounding": T.round(x, mode="half_to_even") // 2 % 3,
        "inverse": T.inv(x) + T.sgn(x),
        "transpose": x.T.dot(x),
        "dimshuffle": t4.dimshuffle(1, 0, "x", 2, 3),
        "reshape": x.reshape((2, 3)).flatten(),
        "join": T.concatenate([x, x]),
        "stack": T.stack([v, v]),
        "arange": T.arange(i),
        "cast": T.cast(x, "int32"),
        "zeros": T.zeros((2, i)),
        "like": T.zeros_like(x) + T.ones_like(x),
        "variance": x.var(axis=0),
        "norm": x.norm(2),
        "lengths": x.shape[0] * x.shape[1],
        "diagonal": T.diag(x),
        "eye": T.eye(3),
        "vector": T.as_tensor_variable([i, i]),
        "constant": T.constant(np.arange(6.0).reshape(2, 3) / 7),
        "equal constant": T.constant(np.ones((2, 2), "float32")),
        "nameless": T.TensorType("float32", (True, False, True))() + T.drow() + T.dcol(),
        "last step": steps[-1],
    }


def texts(theano, variable):
    """Return what is recorded of one expression."""
    return {
        "str": str(variable),
        "type": str(variable.type),
        "pp": theano.printing.pp(variable),
        "debugprint": theano.printing.debugprint(variable, print_type=True, file="str"),
        "min_informative_str": theano.printing.min_informative_str(variable),
    }


if __name__ == "__main__":
    import theano

    found = {name: texts(theano, variable) for name, variable in expressions(theano).items()}
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
