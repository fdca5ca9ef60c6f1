"""What stands for an absolute name today: Theano's names by `compat.names`, others by `compat.revived`."""

from __future__ import annotations

from dataclasses import dataclass

from ..names import Gone, Same, find
from ..revived.modules import MODULES
from ..revived.names import NAMES

_PACKAGE = __name__.partition(".")[0]
KEPT = frozenset(
    {"theano.tensor.shared_randomstreams.RandomStreams", "theano.sandbox.rng_mrg.MRG_RandomStreams"}
)
"""Adapted names that keep Theano's numbers only from this package."""


@dataclass(frozen=True)
class Replacement:
    """The new absolute name, and what a person must know about it ("" if nothing)."""

    new: str
    advice: str = ""
    gone: bool = False


_STANDARD = {
    "ConfigParser": "configparser",
    "StringIO": "io",
    "UserDict": "collections",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "md5": "hashlib",
    "sha": "hashlib",
    "sets": "builtins",
    "thread": "_thread",
    "urllib2": "urllib.request",
    "__builtin__": "builtins",
}
"""Modules whose stand-in for launched programs is more than another name -> where a person looks for them."""

_MEMBERS = {
    "ConfigParser.SafeConfigParser": "configparser.ConfigParser",
    "sets.ImmutableSet": "builtins.frozenset",
    "sets.Set": "builtins.set",
    "urllib.quote": "urllib.parse.quote",
    "urllib.unquote": "urllib.parse.unquote",
    "urllib.urlencode": "urllib.parse.urlencode",
    "urllib.urlopen": "urllib.request.urlopen",
    "urllib.urlretrieve": "urllib.request.urlretrieve",
    "urllib2.HTTPError": "urllib.error.HTTPError",
    "urllib2.URLError": "urllib.error.URLError",
    "inspect.getargspec": "inspect.getfullargspec",
    "numpy.NINF": "",
    "numpy.in1d": "numpy.isin",
    "numpy.random.random_integers": "",
    "six.moves.filter": "builtins.filter",
    "six.moves.input": "builtins.input",
    "six.moves.map": "builtins.map",
    "six.moves.range": "builtins.range",
    "six.moves.reduce": "functools.reduce",
    "six.moves.xrange": "builtins.range",
    "six.moves.zip": "builtins.zip",
    "string.letters": "string.ascii_letters",
    "string.lowercase": "string.ascii_lowercase",
    "string.uppercase": "string.ascii_uppercase",
    "sys.maxint": "sys.maxsize",
    "os.getcwdu": "os.getcwd",
}
"""Members with a better name than the stand-in of launched programs; "" where a person must write it anew."""


def replacement(name: str) -> Replacement | None:
    """Return what stands for the absolute `name`; None if it is what it was."""
    if name == "theano" or name.startswith("theano."):
        row = find(name)
        if row is None:
            return None
        if isinstance(row, Gone) or row.new is None:
            return Replacement(f"{_PACKAGE}.{name}", row.advice, gone=True)
        if name in KEPT:
            return Replacement(
                f"{_PACKAGE}.{name}", f"It draws Theano's numbers. {row.new} draws others.", gone=True
            )
        return Replacement(row.new, "" if isinstance(row, Same) else row.advice)
    if name in _MEMBERS:
        return _replaced(name, _MEMBERS[name])
    module, _, member = name.rpartition(".")
    target = NAMES.get(module, {}).get(member)
    if target is not None:
        return _replaced(name, target.replace(":", ".") if not target.startswith((".", "scipy._")) else "")
    if name.rpartition(".")[0] in ("StringIO", "cStringIO"):
        return Replacement("io.StringIO", "It takes text only; for pickles and other bytes write io.BytesIO.")
    home = _STANDARD.get(name, MODULES.get(name))
    if home is not None:
        return Replacement(home) if not home.startswith(".") else None
    if module in _STANDARD or module in MODULES:
        base = replacement(module)
        return Replacement(f"{base.new}.{member}") if base else None
    return None


def _replaced(name: str, new: str) -> Replacement:
    if new:
        advice = "It returns a named tuple with other fields." if name == "inspect.getargspec" else ""
        return Replacement(new, advice)
    return Replacement(name, f"{name} is gone.", gone=True)
