"""`debugprint`: a graph as an indented tree, one line a variable."""

import sys
from dataclasses import field, replace
from io import StringIO
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph

from graphopt.late_dataclass import late_dataclass

from ...text import output_number, type_text, variable_text, written

_TIMING = """
Timing Info
-----------
--> <time> <% time> - <total time> <% total time>'

<time>         computation time for this node
<% time>       fraction of total computation time for this node
<total time>   time for this node + total times for this node's ancestors
<% total time> total time for this node over total computation time

N.B.:
* Times include the node time and the function overhead.
* <total time> and <% total time> may over-count computation times
  if inputs to a node share a common ancestor and should be viewed as a
  loose upper bound. Their intended use is to help rule out potential nodes
  to remove when optimizing a graph because their <total time> is very low.
"""


def char_from_number(number):
    """Return `number` in base 26 with the digits A to Z."""
    number, last = divmod(number, 26)
    text = chr(ord("A") + last)
    while number:
        number, digit = divmod(number, 26)
        text = chr(ord("A") + digit) + text
    return text


_IDENTIFIERS = {
    "id": lambda obj, count: f"[id {id(obj)}]",
    "int": lambda obj, count: f"[id {count}]",
    "CHAR": lambda obj, count: f"[id {char_from_number(count)}]",
    "": lambda obj, count: "",
}


@late_dataclass()
class _Tree:
    """What stays the same while one tree is written."""

    file: Any
    done: dict
    used_ids: dict
    ids: str = "CHAR"
    print_type: bool = False
    stop_on_name: bool = False
    print_clients: bool = False
    order: list | None = None
    profile: Any = None
    storage: dict | None = None
    graph: FunctionGraph | None = None
    scans: list = field(default_factory=list)
    outer_inputs: dict | None = None

    def identifier(self, obj, printed=True):
        """Return the mark of a node or of an input, the same one every time."""
        key = obj if isinstance(obj, str) else id(obj)
        if key not in self.used_ids:
            is_output = isinstance(obj, str)
            self.used_ids[key] = "output" if is_output else _IDENTIFIERS[self.ids](obj, len(self.used_ids))
        if printed:
            self.done[key] = self.used_ids[key]
        return self.used_ids[key]

    def write(self, *parts):
        print("".join(parts), file=self.file)

    def variable(self, r, prefix="", prefix_child=None, depth=-1, maps=(False, False)):
        """Write `r` and, `depth` levels down, what it is computed from."""
        if depth == 0:
            return
        prefix_child = prefix if prefix_child is None else prefix_child
        of_type = f" <{type_text(r.type)}>" if self.print_type else ""
        if r.owner is None:
            self.leaf(r, prefix, of_type)
            return
        node = r.owner
        is_known = id(node) in self.done
        mark = self.identifier(node)
        op, inputs = written(r)
        number = output_number(r)
        position = str(self.order.index(node)) if self.order else ""
        value = f" {self.storage.get(node.outputs[0], '')}" if self.storage else ""
        name = "" if getattr(r, "name", None) is None else r.name
        destroyed, viewed = (
            _map_text(node.op, which) if wanted else "" for which, wanted in zip(("destroy", "view"), maps)
        )
        self.write(
            f"{prefix}{op}{number} {mark}{of_type} '{name}' ",
            f"{destroyed} {viewed} {position}{value}",
            self.clients(r),
            self.times(node),
        )
        if is_known or (self.stop_on_name and r.name is not None):
            return
        last = len(inputs) - 1
        for position, i in enumerate(inputs):
            if _is_scan(i):
                self.scans.append(i)
            below = prefix_child + ("  " if position == last else " |")
            self.variable(i, prefix_child + " |", below, depth - 1)

    def leaf(self, r, prefix, of_type):
        """Write a variable that nothing computes; of a scan's own inputs, what they are outside."""
        head = f"{prefix}{variable_text(r)} {self.identifier(r)}{of_type}"
        outer = (self.outer_inputs or {}).get(r)
        if outer is not None:
            self.write(f"{head} -> {self.identifier(outer if outer.owner is None else outer.owner)}")
        else:
            self.write(head, f" {self.storage.get(r, '')}" if self.storage else "")

    def clients(self, r):
        """Return who uses `r`, if several do and it was asked for."""
        if not self.print_clients or self.graph is None or len(self.graph.clients.get(r, ())) < 2:
            return ""
        nodes = [node for node, _ in self.graph.clients[r]]
        inner = [node for node in nodes if node in self.order]
        outputs = [(self.identifier("output"), "") for _ in nodes[len(inner) :]]
        known = [(self.identifier(node, False), self.order.index(node)) for node in inner]
        return f" clients:{outputs + known}"

    def times(self, node):
        """Return how long a node took, alone and with its ancestors, if that was measured."""
        profile = self.profile
        if profile is None or node not in profile.apply_time:
            return ""
        alone, total = profile.apply_time[node], profile.compute_total_times()[node]
        whole = profile.fct_call_time / 100
        return f" --> {alone:8.2e}s {alone / whole:4.1f}% {total:8.2e}s {total / whole:4.1f}%"


def _map_text(op, which):
    text = str(getattr(op, f"{which}_map", ""))
    return f"{which[0]}={text}" if text not in ("", "{}") else text


def _is_scan(r):
    return r.owner is not None and any(kind.__name__ == "Scan" for kind in type(r.owner.op).__mro__)


def debugprint(
    obj,
    depth=-1,
    print_type=False,
    file=None,
    ids="CHAR",
    stop_on_name=False,
    done=None,
    print_storage=False,
    print_clients=False,
    used_ids=None,
):
    """Write the graph of `obj` to `file` (stdout if None); with ``file='str'`` return it.

    Parameters
    ----------
    obj : variable, node, function, graph, number or a list of them
    depth : int
        How deep to go; -1 for all the way.
    print_type : bool
        Whether to write types.
    ids : {'CHAR', 'int', 'id', ''}
        How nodes and inputs are told from each other: letters, numbers, addresses, not at all.
    stop_on_name : bool
        Whether to stop at variables with a name.
    done, used_ids : dict, optional
        What was written, and which marks were used, by calls before: pass the same dicts to go on.
    print_storage, print_clients : bool
        Whether to write, for functions, the values they hold and who uses each variable.
    """
    if not isinstance(depth, int):
        raise Exception("depth parameter must be an int")
    stream = StringIO() if file == "str" else sys.stdout if file is None else file
    shared = _Tree(
        file=stream,
        done={} if done is None else done,
        used_ids={} if used_ids is None else used_ids,
        ids=ids,
        print_type=print_type,
        stop_on_name=stop_on_name,
        print_clients=print_clients,
    )
    trees = [
        tree
        for one in (obj if isinstance(obj, list | tuple | set) else [obj])
        for tree in _trees(one, shared, print_storage)
    ]
    if any(tree.profile is not None and tree.profile.fct_callcount > 0 for _, tree in trees):
        print(_TIMING, file=stream)
    for r, tree in trees:
        if _is_scan(r):
            shared.scans.append(r)
        tree.variable(r, depth=depth)
    if shared.scans:
        _inner_graphs(shared, depth)
    if file == "str":
        return stream.getvalue()
    if file is None:
        stream.flush()
        return None
    return file


def _trees(obj, shared, print_storage):
    """Return the variables to write for `obj`, each with the way to write it."""
    if isinstance(obj, Variable):
        return [(obj, shared)]
    if isinstance(obj, Apply):
        return [(r, shared) for r in obj.outputs]
    if isinstance(obj, FunctionGraph):
        tree = replace(shared, graph=obj, order=list(obj.toposort()), profile=getattr(obj, "profile", None))
        return [(r, tree) for r in obj.outputs]
    if hasattr(obj, "maker"):
        graph = obj.maker.fgraph
        storage = getattr(obj.fn, "storage_map", None) if print_storage else None
        tree = replace(
            shared, graph=graph, order=list(graph.toposort()), profile=obj.profile, storage=storage
        )
        return [(r, tree) for r in graph.outputs]
    if isinstance(getattr(obj, "variable", None), Variable):
        return [(obj.variable, shared)]
    if isinstance(obj, int | float | np.ndarray):
        print(obj, file=shared.file)
        return []
    raise TypeError("debugprint cannot print an object of this type", obj)


def _inner_graphs(shared, depth):
    """Write what each scan does in a step; scans found on the way come after."""
    shared.write()
    shared.write("Inner graphs of the scan ops:")
    for s in shared.scans:
        op = s.owner.op
        tree = replace(shared, outer_inputs=_outer_inputs(s.owner))
        tree.write()
        tree.variable(s, depth=depth)
        for r in _inner(op, "outputs"):
            if _is_scan(r):
                shared.scans.append(r)
            tree.variable(r, " >", depth=depth)


def _inner(op, which):
    """Return the inputs or outputs of a step as they were written; PyTensor's own copies have no names."""
    return getattr(op, which, None) or getattr(op, f"inner_{which}")


def _outer_inputs(node):
    """Return the variable outside that each inner input of a scan stands for."""
    pairs = node.op.get_oinp_iinp_iout_oout_mappings()["outer_inp_from_inner_inp"].items()
    return {_inner(node.op, "inputs")[inner]: node.inputs[outer] for inner, outer in pairs}


def print_variable(
    r,
    prefix="",
    depth=-1,
    done=None,
    print_type=False,
    file=None,
    print_destroy_map=False,
    print_view_map=False,
    order=None,
    ids="CHAR",
    stop_on_name=False,
    prefix_child=None,
    scan_ops=None,
    profile=None,
    scan_inner_to_outer_inputs=None,
    smap=None,
    used_ids=None,
    print_clients=False,
):
    """Write the graph of one variable and return the file: `theano.compile.debugmode.debugprint`."""
    tree = _Tree(
        file=sys.stdout if file is None else file,
        done={} if done is None else done,
        used_ids={} if used_ids is None else used_ids,
        ids=ids,
        print_type=print_type,
        stop_on_name=stop_on_name,
        print_clients=print_clients,
        order=order,
        profile=profile,
        storage=smap,
        scans=[] if scan_ops is None else scan_ops,
        outer_inputs=scan_inner_to_outer_inputs,
    )
    tree.variable(r, prefix, prefix_child, depth, (print_destroy_map, print_view_map))
    return tree.file
