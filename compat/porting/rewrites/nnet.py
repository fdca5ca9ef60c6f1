"""Functions of `theano.tensor.nnet` written out: `relu`, `hard_sigmoid`, cross-entropy, `softmax` of rows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..findings import Edit, Need
from ..source import Source

TEMPLATES: dict[tuple[str, int], str] = {
    ("theano.tensor.nnet.relu", 1): "{pt.maximum}({0}, 0)",
    ("theano.tensor.nnet.relu", 2): "{pt.switch}({0} > 0, {0}, {1} * {0})",
    ("theano.tensor.nnet.hard_sigmoid", 1): "{pt.clip}(0.2 * {0} + 0.5, 0, 1)",
    ("theano.tensor.nnet.softsign", 1): "{0} / (1 + abs({0}))",
    ("theano.tensor.nnet.elu", 1): "{pt.switch}({0} > 0, {0}, {pt.expm1}({0}))",
    ("theano.tensor.nnet.binary_crossentropy", 2): ("-({1} * {pt.log}({0}) + (1 - {1}) * {pt.log}(1 - {0}))"),
}
"""(name, number of arguments) -> what it computes; a function of `pytensor.tensor` is ``{pt.name}``."""

SOFTMAX = ("theano.tensor.nnet.softmax", "theano.tensor.nnet.logsoftmax")
HANDLES = frozenset(SOFTMAX)


def rewrite(source: Source) -> Iterator[Edit | Need]:
    for call in source.calls(*SOFTMAX, *(name.replace("nnet.", "nnet.nnet.") for name in SOFTMAX)):
        if len(call.args) == 1 and not call.keywords:
            yield Edit(source.stop(call.args[0]), source.stop(call.args[0]), ", axis=-1")
    for node in source.nodes:
        if not isinstance(node, ast.Call) or node.keywords:
            continue
        name = (source.dotted(node.func) or "").replace("nnet.nnet.", "nnet.")
        template = TEMPLATES.get((name, len(node.args)))
        if template is None or not all(_repeatable(template, i, a) for i, a in enumerate(node.args)):
            continue
        text = template.format(*map(source.operand, node.args), pt=_Functions())
        for function in sorted(set(re.findall(r"\{pt\.(\w+)\}", template))):
            home = source.alias_of("theano.tensor") or source.alias_of("pytensor.tensor")
            root = source.alias_of("theano")
            if home or root:
                text = text.replace(f"<{function}>", f"{home or root + '.tensor'}.{function}")  # type: ignore[operator]
            else:
                text = text.replace(f"<{function}>", function)
                yield Need("pytensor.tensor", function)
        alone = isinstance(source.parents[node], ast.Assign | ast.Return | ast.Call | ast.keyword)
        whole = text.startswith(("<",)) or re.fullmatch(r"[\w.]+\(.*\)", text) is not None
        yield Edit(*source.span(node), text if alone or whole else f"({text})")


def _repeatable(template: str, index: int, argument: ast.expr) -> bool:
    """Return whether `argument` may stand in the text as often as the template has it."""
    once = template.count(f"{{{index}}}") == 1
    return not isinstance(argument, ast.Starred) and (once or isinstance(argument, ast.Name | ast.Attribute))


class _Functions:
    """Stands for `pytensor.tensor` in a template."""

    def __getattr__(self, name: str) -> str:
        return f"<{name}>"
