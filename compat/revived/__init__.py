"""Names that NumPy, SciPy and the standard library have dropped, for launched programs."""

from .reviving import revive, stop_reviving

__all__ = ["revive", "stop_reviving"]
