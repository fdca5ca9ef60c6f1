"""Correlation of images with rows and columns as products of matrices: `theano.tensor.nnet.corr`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from . import corr_mm

__all__ = ["BaseCorrMM", "CorrMM", "CorrMM_gradInputs", "CorrMM_gradWeights"]


@corr_mm.with_letters
class BaseCorrMM(corr_mm.MatrixProducts):
    """The base of `CorrMM` and its gradients.

    Parameters
    ----------
    border_mode : {"valid", "full", "half"}, int, or a pair of ints or of pairs of ints
        The zeros around the images.
    subsample, filter_dilation : pair of int
        How far the kernel moves, and how far its weights lie apart.
    num_groups : int
    unshared : bool
        Whether each place has its own kernels.
    """

    __props__ = ("border_mode", "subsample", "filter_dilation", "num_groups", "unshared")
    axes = 2
    siblings: ClassVar[dict[str, type]] = {}

    def __init__(
        self,
        border_mode: Any = "valid",
        subsample: Sequence[int] = (1, 1),
        filter_dilation: Sequence[int] = (1, 1),
        num_groups: int = 1,
        unshared: bool = False,
        openmp: bool | None = None,
    ) -> None:
        super().__init__(border_mode, subsample, filter_dilation, num_groups, openmp)
        self.unshared = unshared

    def __str__(self) -> str:
        options = (
            f"{self.border_mode}, {self.subsample}, {self.filter_dilation}, {self.num_groups} {self.unshared}"
        )
        return f"{type(self).__name__}{{{options}}}"

    def normal_border(self, border_mode: Any) -> Any:
        if isinstance(border_mode, int):
            if border_mode < 0:
                raise ValueError(f"invalid border_mode {border_mode}, which must be a non-negative integer")
            return ((border_mode, border_mode),) * 2
        if isinstance(border_mode, tuple):
            if len(border_mode) != 2:
                raise ValueError(f"invalid border_mode {border_mode} which must be a tuple of length 2")
            ends = [entry if isinstance(entry, tuple) else (entry, entry) for entry in border_mode]
            if any(len(pair) != 2 or min(pair) < 0 for pair in ends):
                raise ValueError(
                    f"invalid border mode {border_mode}. The tuple can only contain integers or tuples of "
                    "length 2"
                )
            return tuple((int(left), int(right)) for left, right in ends)
        if border_mode not in ("valid", "full", "half"):
            raise ValueError(
                f'invalid border_mode {border_mode}, which must be either "valid", "full", "half", an '
                "integer or "
                "a tuple of two integers or a pair of integers"
            )
        return border_mode

    @property
    def pad(self) -> tuple:
        """The zeros at both ends of both axes; -1 stands for "half" and -2 for "full"."""
        return corr_mm.pad_codes(self.border_mode, lambda code: (code, code), 2)

    padH_l = property(lambda self: self.pad[0][0])
    padH_r = property(lambda self: self.pad[0][1])
    padW_l = property(lambda self: self.pad[1][0])
    padW_r = property(lambda self: self.pad[1][1])


class CorrMM(BaseCorrMM, corr_mm.Forward):
    """``(images, kernels) -> the correlation``; see `BaseCorrMM`. Kernels are not turned round."""


class CorrMM_gradWeights(BaseCorrMM, corr_mm.GradWeights):
    """The gradient of `CorrMM` with respect to the kernels.

    Their size must be given when it does not follow: with a subsample, and with the border "half".
    """


class CorrMM_gradInputs(BaseCorrMM, corr_mm.GradInputs):
    """The gradient of `CorrMM` with respect to the images, whose size must be given with a subsample."""


BaseCorrMM.siblings.update({op._direction: op for op in (CorrMM, CorrMM_gradWeights, CorrMM_gradInputs)})
