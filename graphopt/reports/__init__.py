"""The answer for people: text, tables, documents and pictures."""

from graphopt.reports.document import as_html, as_markdown, write
from graphopt.reports.frame import frame
from graphopt.reports.plot import plot
from graphopt.reports.text import text

__all__ = ["as_html", "as_markdown", "frame", "plot", "text", "write"]
