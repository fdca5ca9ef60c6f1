"""Reports say what the answer says, and escape what they did not write."""

from __future__ import annotations

import sys
from html.parser import HTMLParser

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.api import minimize
from graphopt.errors import InvalidType, InvalidValue, MissingExtra
from graphopt.problem import DataGuard, Problem, Variable, between, leq
from graphopt.reports import as_html, as_markdown, text
from graphopt.solving import solve

NASTY = "<script>alert(1)</script>|*x*"


@pytest.fixture(scope="module")
def answer():
    x = pt.vector("x", shape=(3,), dtype="float64")
    problem = Problem(minimize=pt.sum((x - [0.5, 2, -1]) ** 2), variables=[Variable(x, 0, 1, NASTY)])
    return solve(problem, tier="now")


@pytest.fixture(scope="module")
def failed():
    x = pt.vector("x", shape=(2,), dtype="float64")
    return minimize(pt.sum(pt.log(-x - 1)), over={x: (0, 1)}, starts=2, tier="now")


def test_text_has_value_place_and_checks(answer):
    lines = str(answer).splitlines()
    assert lines[0] == "minimum 2"
    assert "= [0.5, 1, 0]   (free, upper, lower)" in str(answer)
    assert sum(line.startswith("  ok ") for line in lines) == len(answer.certificate.checks)
    assert "FAIL" not in str(answer)


def test_text_of_a_failure_does_not_speak_of_a_minimum(failed):
    assert str(failed).startswith("value nan\nFailed")
    assert "FAIL" in text(failed)


def test_large_inputs_are_summed_up():
    x = pt.matrix("x", shape=(40, 5), dtype="float64")
    answer = minimize(pt.sum(x), over={x: (0, 1)}, tier="now")
    assert "40 x 5 values from 0 to 0   (200 at lower)" in str(answer)


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self):
        super().__init__()
        self.seen = set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)


def test_html_escapes_names(answer):
    page = as_html(answer)
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.seen
    assert "&lt;script&gt;" in page
    assert "Minimum 2" in page


def test_markdown_escapes_names(answer):
    page = as_markdown(answer)
    assert "<script>" not in page
    assert r"\|\*x\*" in page


@pytest.mark.parametrize("name", ["answer.html", "answer.md"])
def test_report_is_written_whole(answer, failed, tmp_path, name):
    for one in (answer, failed):
        path = one.report(tmp_path / name)
        assert path.read_text(encoding="utf-8").count("nothing better nearby") == (one is answer)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_report_to_another_kind_of_file_is_refused(answer, tmp_path):
    with pytest.raises(InvalidValue, match=r"\.html or \.md"):
        answer.report(tmp_path / "answer.pdf")
    assert list(tmp_path.iterdir()) == []


def test_frame_has_a_row_per_decision(answer):
    pytest.importorskip("pandas")
    table = answer.to_frame()
    np.testing.assert_array_equal(table["value"], answer.x)
    assert table["bound"].tolist() == ["", "upper", "lower"]


def test_plot_draws_inputs_and_starts():
    pytest.importorskip("matplotlib")
    x = pt.matrix("x", shape=(3, 2), dtype="float64")
    answer = minimize(pt.sum(x**2), over={x: (-1, 1)}, starts=3, tier="now")
    figure = answer.plot()
    assert [axes.get_title() for axes in figure.axes] == ["x", "value by start, best first"]
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("module", "method", "extra"), [("pandas", "to_frame", "data"), ("matplotlib", "plot", "plot")]
)
def test_missing_library_names_the_extra(answer, monkeypatch, module, method, extra):
    for name in [n for n in sys.modules if n.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"graphopt\[{extra}\]"):
        getattr(answer, method)()


def test_a_scalar_decision_is_reported_like_any_other(tmp_path):
    pytest.importorskip("pandas")
    x = pt.dscalar("x")
    answer = minimize((x - 2) ** 2, over={x: (0, 1)}, tier="now")
    assert answer.active_bounds["x"].shape == ()
    assert answer.active_bounds["x"].tolist() == "upper"
    assert answer.to_frame()["bound"].tolist() == ["upper"]
    assert "upper" in str(answer)
    answer.to_json()
    answer.report(tmp_path / "answer.html")


@pytest.mark.parametrize("path", [None, 3, "not/there/x.html", "x.pdf"])
def test_a_report_goes_to_a_page_in_a_folder(answer, path):
    with pytest.raises((InvalidType, InvalidValue), match=r"A report goes|The folder of a report"):
        answer.report(path)


@pytest.fixture(scope="module")
def proved():
    """The best point under a budget and near some data, with a proof: 1.5 shared by two elements."""
    x = pt.vector("x", shape=(2,), dtype="float64")
    data = np.random.default_rng(0).normal(size=(100, 2))
    return minimize(
        pt.sum((x - 1) ** 2),
        over={x: (0, 2)},
        constraints=[leq(pt.sum(x), 1.5, name="budget"), between(0.1, x, [1.0, 1.5], name="each|one")],
        guard=DataGuard(data, use="report"),
        certify=True,
        tier="now",
    )


def test_text_has_constraints_proof_and_trust(proved):
    shown = str(proved)
    assert "budget = 1.5 (at most 1.5)   (upper, price 0.5)" in shown
    assert "each|one[1] = 0.75 (between 0.1 and 1.5)\n" in shown
    assert "best of all points: 0.12" in shown
    assert f"distance from the data (mahalanobis): {proved.trust.distance:.4g}, within the limit" in shown


@pytest.mark.parametrize("kind", [as_html, as_markdown])
def test_pages_have_constraints_proof_and_trust(proved, kind):
    page = kind(proved)
    titles = [
        line
        for line in page.replace("<h2>", "\n## ").replace("</h2>", "\n").splitlines()
        if line[:3] == "## "
    ]
    assert titles == [
        "## " + t for t in ("Checks", "Inputs", "Constraints", "Proof", "Distance from the data", "Made with")
    ]
    assert proved.certificate.method in page
    assert f"{proved.certificate.lower_bound:.10g}" in page
    if kind is as_markdown:
        assert "| budget | () | 1.5 | -inf | 1.5 | 0 | 0.5 |" in page
        assert "each\\|one" in page


def test_frame_has_a_row_per_limit(proved):
    pytest.importorskip("pandas")
    frame = proved.to_frame()
    assert frame["kind"].tolist() == ["decision"] * 2 + ["constraint"] * 3
    budget = frame[frame["name"] == "budget"].iloc[0]
    assert (budget["value"], budget["upper"], budget["bound"]) == (pytest.approx(1.5), 1.5, "upper")
    assert budget["multiplier_upper"] == pytest.approx(0.5)
    assert frame.attrs["proof"]["closed"] is True
    assert frame.attrs["trust"]["within"] is True


def test_prices_that_nobody_knows_are_not_shown():
    x = pt.vector("x", shape=(2,), dtype="float64")
    answer = minimize(
        pt.sum((x - 1.2) ** 2), over={x: (0, 3)}, integer=True, constraints=[leq(pt.sum(x), 1.0)]
    )
    assert "constraint 0 = 1 (at most 1)\n" in str(answer)
    assert "nan" in as_markdown(answer)
