"""`debugprint`: its options, and trees as Theano 1.0.5 wrote them; more of these in `test_text.py`."""

import io

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.printing import char_from_number, debugprint


@pytest.fixture
def sums():
    """Return (A + B) + (D + E), where the first sum is called C."""
    A, B, D, E = T.matrices("ABDE")
    C = A + B
    C.name = "C"
    return C + (D + E)


@pytest.mark.parametrize(
    ("ids", "marks"),
    [
        ("int", [f"[id {n}]" for n in range(7)]),
        ("CHAR", [f"[id {c}]" for c in "ABCDEFG"]),
        ("", [""] * 7),
    ],
)
def test_identifiers(sums, ids, marks):
    lines = [
        "Elemwise{add,no_inplace} {} ''   ",
        " |Elemwise{add,no_inplace} {} 'C'   ",
        " | |A {}",
        " | |B {}",
        " |Elemwise{add,no_inplace} {} ''   ",
        "   |D {}",
        "   |E {}",
    ]
    expected = "".join(line.replace("{}", mark) + "\n" for line, mark in zip(lines, marks))
    assert debugprint(sums, ids=ids, file="str") == expected


def test_addresses(sums):
    assert f"[id {id(sums.owner)}]" in debugprint(sums, ids="id", file="str")


def test_depth_and_names(sums):
    assert debugprint(sums, depth=1, file="str") == "Elemwise{add,no_inplace} [id A] ''   \n"
    assert debugprint(sums, stop_on_name=True, file="str").splitlines()[1:3] == [
        " |Elemwise{add,no_inplace} [id B] 'C'   ",
        " |Elemwise{add,no_inplace} [id C] ''   ",
    ]


def test_types(sums):
    assert " | |A [id C] <TensorType(float64, matrix)>" in debugprint(sums, print_type=True, file="str")


def test_what_was_written_before_is_only_named():
    x = T.vector("x")
    y = T.exp(x)
    assert debugprint([y, y + y], file="str").splitlines() == [
        "Elemwise{exp,no_inplace} [id A] ''   ",
        " |x [id B]",
        "Elemwise{add,no_inplace} [id C] ''   ",
        " |Elemwise{exp,no_inplace} [id A] ''   ",
        " |Elemwise{exp,no_inplace} [id A] ''   ",
    ]


def test_calls_may_share_marks():
    x = T.vector("x")
    done, used_ids = {}, {}
    debugprint(T.exp(x), file="str", done=done, used_ids=used_ids)
    assert debugprint(x, file="str", done=done, used_ids=used_ids) == "x [id B]\n"


def test_where_it_goes(sums, capsys):
    stream = io.StringIO()
    assert debugprint(sums, file=stream) is stream
    assert debugprint(sums) is None
    assert capsys.readouterr().out == stream.getvalue() == debugprint(sums, file="str")


def test_nodes_numbers_inputs(sums):
    assert debugprint(sums.owner, file="str") == debugprint(sums, file="str")
    assert debugprint([1, 2.5], file="str") == "1\n2.5\n"
    assert debugprint(theano.In(T.dscalar("s")), file="str") == "s [id A]\n"
    with pytest.raises(TypeError, match="cannot print an object of this type"):
        debugprint("a text")
    with pytest.raises(Exception, match="depth parameter must be an int"):
        debugprint(sums, depth="1")


def test_functions_say_in_which_order_they_compute():
    A, B, D = T.matrices("ABD")
    f = theano.function([A, B, D], [A + B, A + B - D], mode="FAST_COMPILE")
    # Theano's test_printing.py::test_debugprint
    assert debugprint(f, file="str", print_clients=True).splitlines() == [
        "Elemwise{add,no_inplace} [id A] ''   0 clients:[('output', ''), ('[id C]', 1)]",
        " |A [id D]",
        " |B [id E]",
        "Elemwise{sub,no_inplace} [id C] ''   1",
        " |Elemwise{add,no_inplace} [id A] ''   0 clients:[('output', ''), ('[id C]', 1)]",
        " |D [id F]",
    ]


def test_several_outputs():
    x = T.vector("x")
    n = theano.compile.ops.as_op([T.dvector], [T.dvector, T.lscalar])(lambda x: (x, np.int64(1)))(x)
    assert debugprint(n[1], file="str").splitlines()[0].endswith(".1 [id A] ''   ")


@pytest.mark.parametrize(("number", "letters"), [(0, "A"), (25, "Z"), (26, "BA"), (26**2, "BAA")])
def test_letters(number, letters):
    assert char_from_number(number) == letters


def test_the_one_of_debug_mode_takes_a_prefix():
    """As the real Theano writes it."""
    file = io.StringIO()
    assert theano.compile.debugmode.debugprint(T.dvector("x") + 1, "  >", file=file) is file
    assert file.getvalue().splitlines() == [
        "  >Elemwise{add,no_inplace} [id A] ''   ",
        "  > |x [id B]",
        "  > |InplaceDimShuffle{x} [id C] ''   ",
        "  >   |TensorConstant{1} [id D]",
    ]
