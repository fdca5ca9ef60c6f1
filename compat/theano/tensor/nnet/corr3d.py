"""Correlation of images with rows, columns and depth as products of matrices: `theano.tensor.nnet.corr3d`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from . import corr_mm

__all__ = ["BaseCorr3dMM", "Corr3dMM", "Corr3dMM_gradInputs", "Corr3dMM_gradWeights"]


@corr_mm.with_letters
class BaseCorr3dMM(corr_mm.MatrixProducts):
    """The base of `Corr3dMM` and its gradients.

    Parameters
    ----------
    border_mode : {"valid", "full", "half"}, int, or three of them
        The zeros around the images.
    subsample, filter_dilation : three ints
        How far the kernel moves, and how far its weights lie apart.
    num_groups : int
    """

    __props__ = ("border_mode", "subsample", "filter_dilation", "num_groups")
    axes = 3
    siblings: ClassVar[dict[str, type]] = {}

    def __init__(
        self,
        border_mode: Any = "valid",
        subsample: Sequence[int] = (1, 1, 1),
        filter_dilation: Sequence[int] = (1, 1, 1),
        openmp: bool | None = None,
        num_groups: int = 1,
    ) -> None:
        super().__init__(border_mode, subsample, filter_dilation, num_groups, openmp)

    def __str__(self) -> str:
        options = f"{self.border_mode}, {self.subsample}, {self.filter_dilation}, {self.num_groups}"
        return f"{type(self).__name__}{{{options}}}"

    def normal_border(self, border_mode: Any) -> Any:
        if isinstance(border_mode, int):
            if border_mode < 0:
                raise ValueError(f"invalid border_mode {border_mode}, which must be a non-negative integer")
            return (border_mode,) * 3
        if isinstance(border_mode, tuple):
            if len(border_mode) != 3 or min(border_mode) < 0:
                raise ValueError(
                    f"invalid border_mode {border_mode}, which must be a tuple of three non-negative integers"
                )
            return tuple(map(int, border_mode))
        if border_mode not in ("valid", "full", "half"):
            raise ValueError(
                f'invalid border_mode {border_mode}, which must be either "valid", "full", "half", an '
                "integer or "
                "a tuple of three integers"
            )
        return border_mode

    @property
    def pad(self) -> tuple[int, int, int]:
        """The zeros at either end of each axis; -1 stands for "half" and -2 for "full"."""
        return corr_mm.pad_codes(self.border_mode, int, 3)

    padH = property(lambda self: self.pad[0])
    padW = property(lambda self: self.pad[1])
    padD = property(lambda self: self.pad[2])


class Corr3dMM(BaseCorr3dMM, corr_mm.Forward):
    """``(images, kernels) -> the correlation``; see `BaseCorr3dMM`. Kernels are not turned round."""


class Corr3dMM_gradWeights(BaseCorr3dMM, corr_mm.GradWeights):
    """The gradient of `Corr3dMM` with respect to the kernels.

    Their size must be given when it does not follow: with a subsample, and with the border "half".
    """


class Corr3dMM_gradInputs(BaseCorr3dMM, corr_mm.GradInputs):
    """The gradient of `Corr3dMM` with respect to the images, whose size must be given with a subsample."""


BaseCorr3dMM.siblings.update(
    {op._direction: op for op in (Corr3dMM, Corr3dMM_gradWeights, Corr3dMM_gradInputs)}
)
