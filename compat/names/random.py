"""What became of random streams."""

from .rows import Adapted, Row, gone, moved

# fmt: off
ROWS: tuple[Row, ...] = (
    *gone("theano.sandbox.multinomial", """
        ChoiceFromUniform MultinomialFromUniform MultinomialWOReplacementFromUniform
    """, "An experiment that ended."),
    Adapted(
        "theano.sandbox.rng_mrg.MRG_RandomStreams", "pytensor.tensor.random.utils.RandomStream",
        "Draws other numbers from the same seed, and size= is the last parameter.",
    ),
    *gone("theano.sandbox.rng_mrg", """
        DotModulo ff_2p134 ff_2p72 guess_n_streams matVecModM mrg_next_value mrg_random_make_inplace
        mrg_uniform mrg_uniform_base multMatVect
    """,
        "Random variables are made by pytensor.tensor.random; compat.theano.sandbox.rng_mrg keeps Theano's "
        "numbers."
    ),
    *(
        Adapted(
            f"theano.tensor.raw_random.{name}", f"pytensor.tensor.random.{name}",
            "The state is the keyword rng=, size= is the last parameter, and the numbers are others.",
        )
        for name in ("binomial", "multinomial", "normal", "poisson", "uniform")
    ),
    *moved("theano.tensor.raw_random", "pytensor.tensor.random.rewriting", "random_make_inplace"),
    Adapted(
        "theano.tensor.raw_random.choice", "pytensor.tensor.random.choice",
        "The parameters random_state, ndim, dtype are gone. The order of parameters differs.",
    ),
    Adapted(
        "theano.tensor.raw_random.permutation", "pytensor.tensor.random.permutation",
        "The parameters random_state, n, ndim, dtype are gone.",
    ),
    *gone("theano.tensor.raw_random", """
        RandomFunction RandomStateType RandomStreamsBase choice_helper multinomial_helper permutation_helper
        random_integers random_integers_helper random_state_type
    """,
        "Random variables are made by pytensor.tensor.random; compat.theano.tensor.raw_random keeps "
        "Theano's numbers."
    ),
    Adapted(
        "theano.tensor.shared_randomstreams.RandomStreams", "pytensor.tensor.random.utils.RandomStream",
        "Draws other numbers from the same seed, and size= is the last parameter.",
    ),
    *gone(
        "theano.tensor.shared_randomstreams", "RandomStateSharedVariable randomstate_constructor",
        "Random variables are made by pytensor.tensor.random.RandomStream.",
    ),
)
