"""`Scan`: the operation behind `scan`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.scan import op as pso

from ...front import FrontOp
from ...names import module_attributes
from .scan_utils import as_written, scan_info

__all__ = ["Scan"]


class Scan(FrontOp, pso.Scan):
    """A loop over a graph, as `theano.scan` puts it into graphs.

    Parameters
    ----------
    inputs, outputs : list of variables
        Of a step.
    info : dict or ScanInfo
        How many sequences, states of each kind and other inputs there are.
    typeConstructor : callable, optional
        Makes the types of outputs.
    """

    stands_for = pso.Scan

    def __init__(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        info: Any,
        typeConstructor: Callable | None = None,
    ) -> None:
        options: dict[str, Any] = {}
        if isinstance(info, Mapping):
            known = ("truncate_gradient", "name", "profile", "allow_gc", "strict")
            options = {key: info[key] for key in known if key in info}
            info = scan_info(info, len(inputs))
        super().__init__(list(inputs), list(outputs), info, typeConstructor=typeConstructor, **options)
        self.plain = pso.Scan(list(inputs), list(outputs), info, typeConstructor=typeConstructor, **options)
        self.plain._as_written = list(inputs), list(outputs)


__getattr__ = module_attributes(__name__, "pytensor.scan.op")

# PyTensor's loops are what is in graphs; they answer Theano's questions as well.
_ANSWERS: dict[str, Callable[[Any], Any]] = {
    "inputs": lambda op: as_written(op)[0],
    "outputs": lambda op: as_written(op)[1],
    "var_mappings": lambda op: op.get_oinp_iinp_iout_oout_mappings(),
    "as_while": lambda op: op.info.as_while,
    "n_seqs": lambda op: op.info.n_seqs,
    "n_mit_mot": lambda op: op.info.n_mit_mot,
    "n_mit_mot_outs": lambda op: op.info.n_mit_mot_outs,
    "n_mit_sot": lambda op: op.info.n_mit_sot,
    "n_sit_sot": lambda op: op.info.n_sit_sot,
    "n_nit_sot": lambda op: op.info.n_nit_sot,
    "n_shared_outs": lambda op: op.info.n_untraced_sit_sot,
    "tap_array": lambda op: [list(taps) for taps in op.info.tap_array],
    "mit_mot_out_slices": lambda op: [list(taps) for taps in op.info.mit_mot_out_slices],
}
_SIDES = ("inner", "outer")
_OF_INPUTS = [
    f"{side}_{kind}" for side in _SIDES for kind in ("seqs", "mitmot", "mitsot", "sitsot", "non_seqs")
]
_OF_INPUTS.append("outer_nitsot")
_OF_OUTPUTS = [f"{side}_{kind}_outs" for side in _SIDES for kind in ("mitmot", "mitsot", "sitsot", "nitsot")]
_SHARED = {
    "inner_shared": "inner_untraced_sit_sot",
    "outer_shared": "outer_untraced_sit_sot",
    "inner_shared_outs": "inner_untraced_sit_sot_outs",
    "outer_shared_outs": "outer_untraced_sit_sot_outs",
}


def _taking_nodes(name: str, part: str) -> Callable:
    """Return a method that takes the list of variables it chooses from, or the node that has them."""
    choose = getattr(pso.Scan, name)

    def method(op: Any, variables: Any, *args: Any, **kwargs: Any) -> Any:
        return choose(
            op, getattr(variables, part) if isinstance(variables, Apply) else variables, *args, **kwargs
        )

    return functools.wraps(choose)(method)


for _name, _answer in _ANSWERS.items():
    setattr(pso.Scan, _name, property(_answer))
for _names, _part in ((_OF_INPUTS, "inputs"), (_OF_OUTPUTS, "outputs")):
    for _name in _names:
        setattr(pso.Scan, _name, _taking_nodes(_name, _part))
for _name, _present in _SHARED.items():
    setattr(pso.Scan, _name, _taking_nodes(_present, "outputs" if _name.endswith("outs") else "inputs"))
