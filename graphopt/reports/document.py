"""The answer as a document: Markdown, or HTML that stands alone."""

from __future__ import annotations

import contextlib
import html
import os
import tempfile
from pathlib import Path
from typing import Any

from graphopt.errors import InvalidType, InvalidValue
from graphopt.reports.facts import constraint_rows, proof_facts, trust_facts
from graphopt.reports.frame import rows
from graphopt.reports.text import number, word_for

MAX_ROWS = 1000  # of the table of decisions
LIMITS = {
    "value": "value",
    "lower": "lower limit",
    "upper": "upper limit",
    "price_lower": "price of lower",
    "price_upper": "price of upper",
    "scale": "scale",
}  # columns of the table of constraints
STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2em .6em;text-align:right}"
    "td:first-child,th:first-child{text-align:left}"
)


def write(answer: Any, path: str | os.PathLike[str]) -> Path:
    """Write the report of `answer` to `path`, ``.html`` or ``.md``, whole or not at all, and return the path.

    Raises
    ------
    InvalidType, InvalidValue
        If it is no path, the name ends in neither, or the folder is not there.
    """
    if not isinstance(path, str | os.PathLike):
        raise InvalidType(f"A report goes to a file ending in .html or .md; {path!r} came.")
    path = Path(path)
    kinds = {".html": as_html, ".htm": as_html, ".md": as_markdown}
    if path.suffix.lower() not in kinds:
        raise InvalidValue(f"A report goes to a file ending in .html or .md; {path.name!r} came.")
    if not path.parent.is_dir():
        raise InvalidValue(f"The folder of a report, {str(path.parent)!r}, is not there. Make it first.")
    content = kinds[path.suffix.lower()](answer)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return path


def as_markdown(answer: Any) -> str:
    """Return the report in Markdown."""
    lines = [f"# {_title(answer)}", "", _markdown(answer.message), ""]
    for title, header, body in _tables(answer):
        lines += [f"## {title}", "", "| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
        lines += ["| " + " | ".join(_markdown(cell) for cell in row) + " |" for row in body] + [""]
    return "\n".join(lines)


def as_html(answer: Any) -> str:
    """Return the report as one HTML page without scripts; names and messages are escaped."""
    parts = [
        f"<!doctype html><html lang=en><meta "
        f"charset=utf-8><title>{_title(answer)}</title><style>{STYLE}</style>",
        f"<h1>{_title(answer)}</h1><p>{html.escape(answer.message)}</p>",
    ]
    for title, header, body in _tables(answer):
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
        cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in body)
        parts.append(
            f"<h2>{title}</h2><table><tr>{head}</tr>"
            + "".join(f"<tr>{row}</tr>" for row in cells)
            + "</table>"
        )
    return "\n".join(parts) + "</html>\n"


def _title(answer: Any) -> str:
    """Return the headline."""
    return f"{word_for(answer).capitalize()} {number(answer.fun)}"


def _tables(answer: Any) -> list[tuple[str, list[str], list[list[str]]]]:
    """Return title, header and cells of each table of the report."""
    checks = [
        [check.name, "yes" if check.passed else "NO", check.detail] for check in answer.certificate.checks
    ]
    decisions = rows(answer)
    shown = [
        [row["name"], str(row["index"]), f"{row['value']:.10g}", row["bound"], f"{row['gradient']:.3g}"]
        for row in decisions[:MAX_ROWS]
    ]
    if len(decisions) > MAX_ROWS:
        shown.append([f"and {len(decisions) - MAX_ROWS} more", "", "", "", ""])
    tables = [
        ("Checks", ["check", "holds", "detail"], checks),
        ("Inputs", ["input", "index", "value", "bound", "gradient"], shown),
    ]
    limits = constraint_rows(answer)
    if limits:
        cells = [[row["name"], str(row["index"]), *(number(row[k]) for k in LIMITS)] for row in limits]
        tables.append(("Constraints", ["constraint", "index", *LIMITS.values()], cells[:MAX_ROWS]))
    for title, facts in (("Proof", proof_facts(answer)), ("Distance from the data", trust_facts(answer))):
        if facts:
            tables.append((title, ["what", "value"], [[name, _fact(value)] for name, value in facts.items()]))
    if len(answer.starts) > 1:
        starts = [
            [str(i), number(row["fun"]), str(row["optimum"]), str(row["nfev"]), row["message"]]
            for i, row in enumerate(answer.starts[:MAX_ROWS])
        ]
        tables.append(("Starts", ["start", "value", "optimum", "evaluations", "message"], starts))
    made = [
        ["method", answer.route],
        ["seed", str(answer.seed)],
        *([k, str(v)] for k, v in answer.versions.items()),
    ]
    return [*tables, ("Made with", ["what", "which"], made)]


def _fact(value: Any) -> str:
    """Return a number, a word, or yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else str(value)


def _markdown(cell: str) -> str:
    """Return `cell` with what Markdown or HTML would read as markup escaped."""
    for character in "\\`*_[]|":
        cell = cell.replace(character, "\\" + character)
    return cell.replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")
