"""`pydotprint`: a graph drawn with Graphviz."""

import importlib
import importlib.util
import logging
import os
import shutil
from dataclasses import field
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.traversal import ancestors, applys_between, io_toposort

from graphopt.late_dataclass import late_dataclass

from ...text import op_text, type_text
from ..configdefaults import config

_logger = logging.getLogger("theano.printing")

#: parts of class names of Ops -> colours
default_colorCodes = {
    "GpuFromHost": "red",
    "HostFromGpu": "red",
    "Scan": "yellow",
    "Shape": "brown",
    "IfElse": "magenta",
    "Elemwise": "#FFAABB",
    "Subtensor": "#FFAAFF",
    "Alloc": "#FFAA22",
    "Output": "blue",
}


def _find_pydot():
    """Return the name of the installed binding of Graphviz ('' if there is none) and what is missing."""
    name = next((n for n in ("pydot_ng", "pydot") if importlib.util.find_spec(n)), "")
    if not name:
        return "", "Install the python package pydot or pydot-ng. Install graphviz."
    if not shutil.which("dot"):
        return "", f"{name} can't find graphviz. Install graphviz."
    return name, ""


_PYDOT, pydot_imported_msg = _find_pydot()
pydot_imported = bool(_PYDOT)


def load_pydot(user):
    """Return the module that speaks to Graphviz for `user`, the name of a function."""
    if not pydot_imported:
        raise RuntimeError(
            "Failed to import pydot. You must install graphviz and either pydot or pydot-ng for "
            f"`{user}` to work.",
            pydot_imported_msg,
        )
    return importlib.import_module(_PYDOT)


@late_dataclass()
class _Picture:
    """One graph and how it is to look."""

    pydot: Any
    nodes: list
    outputs: list
    updates: dict
    profile: Any
    compact: bool
    with_ids: bool
    high_contrast: bool
    colors: dict
    max_label_size: int
    simple_names: bool
    texts: dict = field(default_factory=dict)
    used: set = field(default_factory=set)

    def draw(self):
        """Return the graph as Graphviz understands it."""
        graph = self.pydot.Dot()
        clients = {i for node in self.nodes for i in node.inputs}
        for node in self.nodes:
            graph.add_node(self.ellipse(node))
            for position, variable in enumerate(node.inputs):
                self.add_input(graph, node, position, variable)
            for position, variable in enumerate(node.outputs):
                label = str(position) if len(node.outputs) > 1 else ""
                if variable in self.outputs or variable in self.updates:
                    color = self.colors["Output"]
                elif variable not in clients:
                    color = "grey"
                elif variable.name or not self.compact:
                    color = None
                    if self.compact:
                        label = self.cut(f"{label} {type_text(variable.type)}".strip())
                else:
                    continue  # drawn as an edge to whoever uses it
                graph.add_edge(self.edge(node, variable, label=label))
                graph.add_node(self.box(variable, color))
        for new, old in self.updates.items():
            graph.add_edge(self.edge(new, old, label="UPDATE", color=self.colors["Output"]))
        return graph

    def add_input(self, graph, node, position, variable):
        """Add the edge from `variable` to `node`, and a box if nothing computes the variable."""
        label = str(position) if len(node.inputs) > 1 else ""
        color = ""
        for name, its_color in (("view_map", self.colors["Output"]), ("destroy_map", "red")):
            mapped = getattr(node.op, name, None) or {}
            if any(position in inputs for inputs in mapped.values()):
                color = color or its_color
        if variable.owner is None:
            graph.add_node(self.box(variable, "cyan" if isinstance(variable, SharedVariable) else "green"))
        elif not variable.name and self.compact and variable not in self.outputs:
            label = self.cut(f"{label} {type_text(variable.type)}".strip())
            variable = variable.owner
        graph.add_edge(self.edge(variable, node, label=label, color=color))

    def edge(self, start, end, **look):
        return self.pydot.Edge(str(id(start)), str(id(end)), **{k: v for k, v in look.items() if v})

    def ellipse(self, node):
        text = self.node_text(node)
        name = type(node.op).__name__
        color = next((c for part, c in self.colors.items() if part in name), None)
        return self.pydot.Node(str(id(node)), label=text, shape="ellipse", **self.filled(color))

    def box(self, variable, color):
        text = self.variable_text(variable)
        return self.pydot.Node(str(id(variable)), label=text, shape="box", **self.filled(color))

    def filled(self, color):
        if color is None:
            return {}
        return {"style": "filled", "fillcolor": color} if self.high_contrast else {"color": color}

    def cut(self, text):
        return text if len(text) <= self.max_label_size else text[: self.max_label_size - 3] + "..."

    def node_text(self, node):
        """Return the label of a node; two different nodes have different ones."""
        if node not in self.texts:
            text = op_text(node).replace(":", "_")
            if self.profile is not None:
                time = self.profile.apply_time.get(node, 0)
                whole = self.profile.fct_call_time if self.profile.fct_callcount else 0
                text += f"   ({time:.3f}s,{time * 100 / whole if whole else 0:.3f}%)"
            if self.with_ids or text in self.used:
                text += f" id={self.nodes.index(node)}"
            self.texts[node] = self.unused(text)
        return self.texts[node]

    def unused(self, text):
        """Return `text`, cut, and with a number if it is taken."""
        short, number = self.cut(text), 1
        while short in self.used:
            number += 1
            short = f"{text[: self.max_label_size - 3]}... id={number}"
        self.used.add(short)
        return short

    def variable_text(self, variable):
        """Return the label of a variable: its name, value or type."""
        of_type = type_text(variable.type)
        if variable.name is not None:
            text = variable.name if self.simple_names else f"name={variable.name} {of_type}"
        elif isinstance(variable, Constant):
            text = f"val={str(np.asarray(variable.data)).partition(chr(10))[0]} {of_type}"
        elif variable in self.updates and self.updates[variable].name is not None:
            text = self.updates[variable].name + ("" if self.simple_names else of_type)
        else:
            text = of_type
        self.used.add(self.cut(text))
        return self.cut(text)


def _contents(fct):
    """Return the nodes, outputs, updates (new variable to old) and profile of what is to be drawn."""
    if hasattr(fct, "maker"):
        graph = fct.maker.fgraph
        outputs, updates = list(graph.outputs), {}
        for given, variable in reversed(list(zip(fct.maker.expanded_inputs, graph.inputs))):
            if given.update is not None:
                updates[outputs.pop()] = variable
        return list(graph.toposort()), outputs, updates, getattr(fct, "profile", None) or None
    if isinstance(fct, FunctionGraph):
        return list(fct.toposort()), list(fct.outputs), {}, None
    outputs = [fct] if isinstance(fct, Variable) else fct.outputs if isinstance(fct, Apply) else fct
    assert isinstance(outputs, list | tuple)
    assert all(isinstance(v, Variable) for v in outputs)
    inputs = [v for v in ancestors(outputs) if v.owner is None]
    return list(io_toposort(inputs, outputs)), list(outputs), {}, None


def _highlight(picture, graph, name):
    """Frame the nodes of the left branch of the ifelse called `name`, of the right one, and of both."""
    found = [n for n in picture.nodes if type(n.op).__name__ == "IfElse" and n.op.name == name]
    if not found:
        _logger.warning("pydotprint: cond_highlight is set but there is no IfElse node in the graph")
        return
    left, right = (set(applys_between([], [branch])) for branch in found[-1].inputs[1:3])
    for title, nodes in (("Left", left - right), ("Right", right - left), ("Middle", left & right)):
        cluster = picture.pydot.Cluster(title)
        for node in nodes:
            cluster.add_node(picture.ellipse(node))
        graph.add_subgraph(cluster)


def pydotprint(
    fct,
    outfile=None,
    compact=True,
    format="png",
    with_ids=False,
    high_contrast=True,
    cond_highlight=None,
    colorCodes=None,
    max_label_size=70,
    scan_graphs=False,
    var_with_name_simple=False,
    print_output_file=True,
    return_image=False,
):
    """Draw a function, a variable, a node or a list of variables into `outfile`, or return the image.

    Ellipses are operations, boxes variables: green ones are inputs, cyan ones shared, blue ones outputs, grey
    ones not used.

    Parameters
    ----------
    compact : bool
        Leave out variables without a name.
    with_ids : bool
        Number the operations in the order they are computed in.
    high_contrast : bool
        Fill with colours, instead of drawing lines with them.
    cond_highlight : str, optional
        The name of an ifelse whose branches are framed.
    colorCodes : dict, optional
        Parts of names of Ops and their colours.
    scan_graphs : bool
        Draw the step of each scan, too, into files whose names begin with that of `outfile`.
    var_with_name_simple : bool
        Label variables that have a name with that alone.
    return_image : bool
        Return the image instead of writing a file.

    Raises
    ------
    RuntimeError
        If pydot or Graphviz is not installed.
    """
    nodes, outputs, updates, profile = _contents(fct)
    picture = _Picture(
        pydot=load_pydot("pydotprint"),
        nodes=nodes,
        outputs=outputs,
        updates=updates,
        profile=profile,
        compact=compact,
        with_ids=with_ids,
        high_contrast=high_contrast,
        colors=default_colorCodes if colorCodes is None else colorCodes,
        max_label_size=max_label_size,
        simple_names=var_with_name_simple,
    )
    graph = picture.draw()
    if cond_highlight is not None:
        _highlight(picture, graph, cond_highlight)
    if outfile is None:
        outfile = os.path.join(config.compiledir, f"theano.pydotprint.{config.device}.{format}")
    if not outfile.endswith("." + format):
        outfile += "." + format
    if scan_graphs:
        base, extension = os.path.splitext(outfile)
        for position, node in enumerate(nodes):
            if type(node.op).__name__ == "Scan":
                name = f"_{node.op.name}" if getattr(node.op, "name", None) else ""
                pydotprint(
                    list(node.op.inner_outputs),
                    f"{base}{name}_{position}{extension}",
                    compact,
                    format,
                    with_ids,
                    high_contrast,
                    None,
                    colorCodes,
                    max_label_size,
                    scan_graphs,
                )
    if return_image:
        return graph.create(prog="dot", format=format)
    graph.write(outfile, prog="dot", format=format)
    if print_output_file:
        print("The output file is available at", outfile)
    return None
