"""How h5py behaved before its third version: ASCII attributes, `Dataset.value`, files opened to write."""

from __future__ import annotations

from types import ModuleType
from typing import Any


def ascii_attributes_are_bytes(attrs: ModuleType) -> None:
    """Attributes that were stored as bytes come back as bytes: Keras decodes them."""
    read = attrs.AttributeManager.__getitem__

    def read_as_stored(self: Any, name: str) -> Any:
        value = read(self, name)
        stored = self.get_id(name).get_type() if _holds_text(value) else None
        if not isinstance(stored, attrs.h5t.TypeStringID) or stored.get_cset() != attrs.h5t.CSET_ASCII:
            return value
        if isinstance(value, str):
            return value.encode("utf-8", "surrogateescape")
        for i, text in enumerate(value.flat):
            value.flat[i] = text.encode("utf-8", "surrogateescape")
        return value

    attrs.AttributeManager.__getitem__ = read_as_stored


def _holds_text(value: Any) -> bool:
    return isinstance(value, str) or getattr(value, "dtype", None) == "O"


def datasets_have_values(dataset: ModuleType) -> None:
    """``dataset.value`` is ``dataset[()]``."""
    if not hasattr(dataset.Dataset, "value"):
        dataset.Dataset.value = property(lambda self: self[()])


def files_open_to_be_written(files: ModuleType) -> None:
    """A file opened without a mode is read and written, and made if it is not there."""
    start = files.File.__init__

    def start_without_mode(
        self: Any, name: Any, mode: str | None = None, *others: Any, **options: Any
    ) -> None:
        if mode is not None:
            start(self, name, mode, *others, **options)
            return
        try:
            start(self, name, "a", *others, **options)
        except PermissionError:
            start(self, name, "r", *others, **options)

    files.File.__init__ = start_without_mode
