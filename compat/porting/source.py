"""A source text with its syntax tree, and what its names stand for."""

from __future__ import annotations

import ast
import builtins
import warnings
from functools import cached_property


class Source:
    """The text of a program that Python 3 can parse; `python2` says that it was written for Python 2."""

    def __init__(self, text: str, *, python2: bool = False) -> None:
        self.text, self.python2 = text, python2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(text)
        self.nodes = list(ast.walk(self.tree))
        self.parents = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        """Return where in the text the byte `column` of `line` is."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def start(self, node: ast.AST) -> int:
        return self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def stop(self, node: ast.AST) -> int:
        return self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def span(self, node: ast.AST) -> tuple[int, int]:
        return self.start(node), self.stop(node)

    def segment(self, node: ast.AST) -> str:
        """Return the text of `node`."""
        return self.text[self.start(node) : self.stop(node)]

    def operand(self, node: ast.AST) -> str:
        """Return the text of `node`, in parentheses unless it binds as tightly as a name."""
        text = self.segment(node)
        tight = isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Constant)
        return text if tight else f"({text})"

    @cached_property
    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        return [node for node in self.nodes if isinstance(node, ast.Import | ast.ImportFrom)]

    @cached_property
    def bound(self) -> set[str]:
        """Names that the program binds otherwise than by an import."""
        names = {n.id for n in self.nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        names |= {n.arg for n in self.nodes if isinstance(n, ast.arg)}
        names |= {n.name for n in self.nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        return names | {n.name for n in self.nodes if isinstance(n, ast.ExceptHandler) and n.name}

    @cached_property
    def aliases(self) -> dict[str, str]:
        """What the names that imports bind stand for: ``import theano.tensor as T`` is T: theano.tensor."""
        found: dict[str, str] = {}
        for statement in self.imports:
            for alias in statement.names:
                if isinstance(statement, ast.Import):
                    head = alias.name.partition(".")[0]
                    found[alias.asname or head] = alias.name if alias.asname else head
                elif not statement.level and statement.module and alias.name != "*":
                    found[alias.asname or alias.name] = f"{statement.module}.{alias.name}"
        return {name: target for name, target in found.items() if name not in self.bound}

    @cached_property
    def starred(self) -> list[str]:
        """Modules of which the program imports everything."""
        froms = [s for s in self.imports if isinstance(s, ast.ImportFrom)]
        return [s.module for s in froms if s.module and not s.level and s.names[0].name == "*"]

    def taken(self, name: str) -> bool:
        """Return whether the program uses `name` for something."""
        return name in self.bound or name in self.aliases or hasattr(builtins, name)

    def dotted(self, node: ast.AST) -> str | None:
        """Return the absolute name that `node` stands for: ``T.exp`` is "theano.tensor.exp"."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else None
        return None

    def alias_of(self, module: str) -> str | None:
        """Return the shortest name under which the program has `module`."""
        names = [name for name, target in self.aliases.items() if target == module]
        return min(names, key=len) if names else None

    def calls(self, *names: str) -> list[ast.Call]:
        """Return the calls of what has one of these absolute names."""
        return [n for n in self.nodes if isinstance(n, ast.Call) and self.dotted(n.func) in names]
