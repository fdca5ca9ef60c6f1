"""Names that moved: imports and uses of Theano, and of what NumPy and the standard library have dropped.

It comes last: the other ideas see Theano's names, this one takes them away.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..findings import Edit, Finding, Need
from ..replacements import Replacement, replacement
from ..source import Source
from . import function_arguments, nnet, tensors

_HANDLED = function_arguments.HANDLES | nnet.HANDLES | tensors.HANDLES
_NOT_ATTRIBUTES = ("pytensor.compile.debug", "pytensor.misc", "pytensor.scan")
"""Modules of PyTensor that are no attributes of `pytensor`, or stand behind a function of their name."""

_OWN = __name__.partition(".")[0] + ".theano."
_WITH_OPERATIONS = {
    name: Replacement(f"{_OWN}{name.rpartition('.')[2]}", "", gone=True)
    for name in ("theano.function", "theano.compile.function", "theano.shared", "theano.compile.shared")
}
"""What a program with operations of this package takes from it too: its engine runs them."""


@dataclass
class _Binding:
    """What an import binds: `local` stands for `old`; `new` is what it shall stand for."""

    local: str
    old: str
    new: str
    renamed: str
    is_member: bool
    uses: int = 0
    kept: int = 0
    """How often the rewritten text still says `renamed`."""


@dataclass
class _Names:
    source: Source
    bindings: dict[str, _Binding] = field(default_factory=dict)
    keeps_operations: bool = False
    """Whether the new program has operations that only this package can run."""

    def __post_init__(self) -> None:
        used = [self._longest_known(n) for n in self.source.nodes if not _is_part(self.source, n)]
        used += [Replacement(name, gone=True) for name in self.source.aliases.values()]
        operations = (f"{_OWN}tensor.", f"{_OWN}sandbox.")
        self.keeps_operations = any(r is not None and r.gone and r.new.startswith(operations) for r in used)
        for local, old in self.source.aliases.items():
            self.bindings[local] = self._binding(local, old)

    def _longest_known(self, node: ast.AST) -> Replacement | None:
        """Return what stands for the longest part of the use `node` that is known to have changed."""
        while isinstance(node, ast.Attribute | ast.Name):
            found = replacement(self.source.dotted(node) or "")
            if found is not None or isinstance(node, ast.Name):
                return found
            node = node.value
        return None

    def replacement(self, name: str) -> Replacement | None:
        """Return what stands for the absolute `name` in the new program."""
        return (
            _WITH_OPERATIONS.get(name)
            if self.keeps_operations and name in _WITH_OPERATIONS
            else replacement(name)
        )

    def _binding(self, local: str, old: str) -> _Binding:
        found = self.replacement(old)
        new = found.new if found else old
        last = old.rpartition(".")[2]
        renamed = new.rpartition(".")[2] if local == last else local
        if local == old:
            renamed = new.partition(".")[0]  # import theano -> import pytensor
        if renamed != local and self.source.taken(renamed) and not hasattr(builtins, renamed):
            renamed = local
        members = any(
            isinstance(s, ast.ImportFrom) and any((a.asname or a.name) == local for a in s.names)
            for s in self.source.imports
        )
        return _Binding(local, old, new, renamed, members)


def rewrite(source: Source) -> Iterator[Edit | Finding | Need]:
    names = _Names(source)
    for node in source.nodes:
        if isinstance(node, ast.Name | ast.Attribute) and source.dotted(node) and not _is_part(source, node):
            yield from _use(names, node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield from _starred(source, node)
    for statement in source.imports:
        yield from _import(names, statement)


def _is_part(source: Source, node: ast.AST) -> bool:
    parent = source.parents.get(node)
    return isinstance(parent, ast.Attribute) and source.dotted(parent) is not None


def _use(names: _Names, node: ast.Name | ast.Attribute) -> Iterator[Edit | Finding | Need]:
    """Rewrite one use of an imported name, by the longest part of it that is known to have changed."""
    source = names.source
    part: ast.expr = node
    while True:
        dotted = source.dotted(part) or ""
        found = names.replacement(dotted)
        if found is not None or isinstance(part, ast.Name):
            break
        part = part.value  # type: ignore[attr-defined]
    root = part
    while isinstance(root, ast.Attribute):
        root = root.value
    assert isinstance(root, ast.Name)
    binding = names.bindings[root.id]
    binding.uses += 1
    if found is None:
        if dotted.startswith("theano."):
            yield Finding(node.lineno, f"Theano 1.0.5 has no {source.dotted(node)}.")
        binding.kept += 1
        return
    if part is root:
        binding.kept += 1
        text = binding.renamed
        if binding.is_member:
            yield from _advice(part, dotted, found)
    elif found.gone and not found.new.startswith(("compat.", __name__.partition(".")[0] + ".")):
        binding.kept += 1
        yield Finding(node.lineno, found.advice)
        return
    elif found.gone and dotted.startswith("theano.config."):
        text = found.new  # a flag is looked up each time it is read: no name of its own
        yield Need(found.new.partition(".config.")[0], "")
        yield Finding(node.lineno, f"{dotted}: {found.advice}")
    else:
        text, needs = _spelt(names, binding, found.new)
        yield from needs
        yield from _advice(part, dotted, found)
    if text != source.segment(part):
        yield Edit(*source.span(part), text)


def _advice(node: ast.expr, old: str, found: Replacement) -> Iterator[Finding]:
    if found.advice and old not in _HANDLED:
        where = f"from {found.new.rpartition('.')[0]}" if found.gone else f"now {found.new}"
        yield Finding(node.lineno, f"{old} ({where}): {found.advice}")


def _spelt(names: _Names, binding: _Binding, new: str) -> tuple[str, list[Need]]:
    """Return how the program says `new`, and the import that this needs."""
    module, _, member = new.rpartition(".")
    if module == "builtins":
        return member, []
    for other in sorted(names.bindings.values(), key=lambda b: len(b.renamed)):
        if other.new == module and (
            not other.is_member or replacement(other.old) is None or other.new == module
        ):
            other.kept += 1
            return f"{other.renamed}.{member}", []
    for other in (binding, *names.bindings.values()):
        below = module.startswith(f"{other.new}.") and not module.startswith(_NOT_ATTRIBUTES)
        if below and other.new.partition(".")[0] in ("pytensor", "numpy", "scipy"):
            other.kept += 1
            return f"{other.renamed}{module.removeprefix(other.new)}.{member}", []
    if member in names.source.bound or (member in names.bindings and names.bindings[member].new != new):
        return new, [Need(module, "")]
    return member, [Need(module, member)]


def _starred(source: Source, node: ast.Name) -> Iterator[Need]:
    """A name that came with ``from theano.tensor import *`` and does not come with PyTensor's."""
    for module in source.starred:
        if module.startswith("theano") and not source.taken(node.id):
            found = replacement(f"{module}.{node.id}")
            base = replacement(module)
            if found and base and found.new != f"{base.new}.{node.id}":
                yield Need(found.new.rpartition(".")[0], found.new.rpartition(".")[2])


def _import(names: _Names, statement: ast.Import | ast.ImportFrom) -> Iterator[Edit]:
    """Rewrite one import statement."""
    source = names.source
    if isinstance(statement, ast.Import):
        lines = _plain_import(names, statement)
    elif statement.level or not statement.module:
        return
    else:
        lines = _from_import(names, statement)
    start, stop = source.span(statement)
    line_start = source.text.rfind("\n", 0, start) + 1
    before = source.text[line_start:start]
    line_stop = source.text.index("\n", stop)
    after = source.text[stop:line_stop].strip()
    old = _statements(statement)
    if [line.replace("(", "").replace(")", "") for line in lines] == old:
        return
    if lines:
        own_line = not before.strip() and (not after or after.startswith("#"))
        yield Edit(start, stop, f"\n{before}".join(lines) if own_line else "; ".join(lines))
    elif _is_only(source, statement) or before.strip() or after:
        yield Edit(start, stop, "pass")
    else:
        yield Edit(line_start, line_stop + 1, "")


def _statements(statement: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the lines that say what `statement` says."""
    parts = [f"{a.name} as {a.asname}" if a.asname else a.name for a in statement.names]
    if isinstance(statement, ast.Import):
        return [f"import {', '.join(parts)}"]
    return [f"from {statement.module} import {', '.join(parts)}"]


def _is_only(source: Source, statement: ast.stmt) -> bool:
    parent = source.parents[statement]
    bodies = [getattr(parent, name, []) for name in ("body", "orelse", "finalbody")]
    return any(body == [statement] for body in bodies) and not isinstance(parent, ast.Module)


def _plain_import(names: _Names, statement: ast.Import) -> list[str]:
    parts: list[str] = []
    for alias in statement.names:
        local = alias.asname or alias.name.partition(".")[0]
        binding = names.bindings.get(local)
        found = replacement(alias.name)
        if binding is None or (found is None and alias.name.partition(".")[0] != "theano"):
            parts.append(f"{alias.name} as {alias.asname}" if alias.asname else alias.name)
            continue
        new = found.new if found else "pytensor"
        if (binding.uses and not binding.kept) or new == "builtins":
            continue
        if found is not None and found.gone and not alias.asname:
            new = "pytensor"
        shown = f"{new} as {binding.renamed}" if alias.asname and alias.asname != new else new
        if shown not in parts:
            parts.append(shown)
    return [f"import {', '.join(parts)}"] if parts else []


def _from_import(names: _Names, statement: ast.ImportFrom) -> list[str]:
    homes: dict[str, list[str]] = {}
    module = statement.module or ""
    for alias in statement.names:
        if alias.name == "*":
            found = replacement(module)
            homes.setdefault(found.new if found else module, []).append("*")
            continue
        binding = names.bindings.get(alias.asname or alias.name)
        if binding is None:
            found = names.replacement(f"{module}.{alias.name}")
            home, _, member = found.new.rpartition(".") if found else (module, "", alias.name)
            local = alias.asname or alias.name
            homes.setdefault(home, []).append(member if member == local else f"{member} as {local}")
            continue
        written_out = binding.old in {name for name, _ in nnet.TEMPLATES} and not binding.uses
        if written_out or (binding.uses and not binding.kept):
            continue
        home, _, member = binding.new.rpartition(".")
        if home == "builtins":
            if binding.renamed != member:
                homes.setdefault(home, []).append(f"{member} as {binding.renamed}")
            continue
        if not home:  # from theano import theano
            homes.setdefault("", []).append(
                member if binding.renamed == member else f"{member} as {binding.renamed}"
            )
            continue
        shown = member if binding.renamed == member else f"{member} as {binding.renamed}"
        if shown not in homes.setdefault(home, []):
            homes[home].append(shown)
    lines = []
    for home, members in homes.items():
        if not home:
            lines.append(f"import {', '.join(members)}")
        elif members:
            line = f"from {home} import {', '.join(members)}"
            lines.append(line if len(line) <= 100 else f"from {home} import ({', '.join(members)})")
    return lines
