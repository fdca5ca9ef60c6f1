"""The table of a network's layers, output shapes and numbers of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphopt.nn.layers.symbol import Shape, Symbol

if TYPE_CHECKING:
    from graphopt.nn.network import Network

COLUMNS = ("Layer (type)", "Output shape", "Param #", "Connected to")


def summary_text(network: Network) -> str:
    """Return the table of `network`, one line a layer, and the totals."""
    made: dict[Symbol, str] = dict(zip(network._input_symbols, network.input_names, strict=True))
    rows: list[tuple[str, ...]] = [
        (f"{name} (Input)", _text([shape]), "0", "-")
        for name, shape in zip(network.input_names, network.input_shapes, strict=True)
    ]
    counted: set[str] = set()
    for node in network._nodes:
        layer = node.layer
        name = layer.name or type(layer).__name__
        sources = ", ".join(dict.fromkeys(made[symbol] for symbol in node.inputs))
        made.update(dict.fromkeys(node.outputs, name))
        number = "(shared)" if name in counted else f"{layer.count_params():,}"
        counted.add(name)
        rows.append(
            (f"{name} ({type(layer).__name__})", _text([s.shape for s in node.outputs]), number, sources)
        )
    widths = [max(len(row[k]) for row in [COLUMNS, *rows]) for k in range(len(COLUMNS))]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))

    def line(row: tuple[str, ...]) -> str:
        cells = [cell.rjust(w) if k == 2 else cell.ljust(w) for k, (cell, w) in enumerate(zip(row, widths))]
        return "  ".join(cells).rstrip()

    total = network.count_params()
    trainable = sum(p.get_value(borrow=True).size for p in network.trainable_parameters)
    kind = type(network).__name__
    head = f'{kind} "{network.name}"' if network.name else kind
    totals = (
        f"Parameters: {total:,} ({trainable:,} trainable, {total - trainable:,} not), {network.float_type}"
    )
    return "\n".join([head, rule, line(COLUMNS), rule, *map(line, rows), rule, totals])


def _text(shapes: list[Shape]) -> str:
    """Return shapes for people, as Keras prints them."""
    return ", ".join(str(tuple(shape)) for shape in shapes)
