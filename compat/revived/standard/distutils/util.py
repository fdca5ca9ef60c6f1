"""`distutils.util`: words for yes and no, the name of the platform."""

from sysconfig import get_platform

_YES = frozenset({"y", "yes", "t", "true", "on", "1"})
_NO = frozenset({"n", "no", "f", "false", "off", "0"})


def strtobool(val: str) -> int:
    """Return 1 for a word that means yes and 0 for one that means no."""
    if val.lower() in _YES | _NO:
        return int(val.lower() in _YES)
    raise ValueError(f"invalid truth value {val!r}")


__all__ = ["get_platform", "strtobool"]
