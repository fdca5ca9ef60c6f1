"""The registry behind `theano.config`: flags, where their values come from, and how they are set.

A flag's value is looked for in the environment variable THEANO_FLAGS (``name=value,section.name=value``),
then in the files of THEANORC (default ``~/.theanorc``; the last of several wins), and else is its default.
Each flag is a data descriptor on the class of `config`, so that every instance shows the same values.
"""

import configparser as _ini
import hashlib
import io
import logging
import os
import shlex
import sys
import warnings
from configparser import ConfigParser, RawConfigParser
from functools import wraps

PY3 = True
StringIO = io.StringIO
string_types = (str,)
_logger = logging.getLogger("theano.configparser")


class TheanoConfigWarning(Warning):
    """Something odd in THEANO_FLAGS."""

    @classmethod
    def warn(cls, message, stacklevel=0):
        warnings.warn(message, cls, stacklevel=stacklevel + 3)


def parse_config_string(config_string, issue_warnings=True):
    """Return the dict of a string like ``a=1,b.c=2``; of a key given twice, the last value."""
    splitter = shlex.shlex(config_string, posix=True)
    splitter.whitespace = ","
    splitter.whitespace_split = True
    found = {}
    for pair in splitter:
        key, equals, value = pair.strip().partition("=")
        if equals:
            found[key] = value
        elif key and issue_warnings:
            TheanoConfigWarning.warn(f"Config key '{key}' has no value, ignoring it", stacklevel=1)
    return found


THEANO_FLAGS = os.getenv("THEANO_FLAGS", "")
THEANO_FLAGS_DICT = parse_config_string(THEANO_FLAGS)


def config_files_from_theanorc():
    """Return the paths of the configuration files, the most important last."""
    paths = [os.path.expanduser(path) for path in os.getenv("THEANORC", "~/.theanorc").split(os.pathsep)]
    if os.getenv("THEANORC") is None and sys.platform == "win32":
        paths.append(os.path.expanduser("~/.theanorc.txt"))
    return paths


def _read(parser_class, defaults=None):
    """Return a parser of the configuration files; repeated options and ``value  # why`` are understood."""
    parser = parser_class(defaults, strict=False, inline_comment_prefixes=("#", ";"))
    parser.read(config_files)
    return parser


config_files = config_files_from_theanorc()
theano_cfg = _read(
    ConfigParser,
    {
        "USER": os.getenv("USER", os.path.basename(os.path.expanduser("~"))),
        **{name: os.getenv(name, "") for name in ("LSCRATCH", "TMPDIR", "TEMP", "TMP")},
        "PID": str(os.getpid()),
    },
)
theano_raw_cfg = _read(RawConfigParser)


def fetch_val_for_key(key, delete_key=False):
    """Return the text the user gave for the flag `key`; KeyError if there is none.

    With `delete_key`, a value from THEANO_FLAGS is taken out of `THEANO_FLAGS_DICT`: what stays there at the
    end of the import is unknown.
    """
    if key in THEANO_FLAGS_DICT:
        return THEANO_FLAGS_DICT.pop(key) if delete_key else THEANO_FLAGS_DICT[key]
    section, _, option = key.rpartition(".")
    section = section or "global"
    if not theano_cfg.has_section(section):
        raise KeyError(key)
    try:
        try:
            return theano_cfg.get(section, option)
        except _ini.InterpolationError:  # a lone % in the value
            return theano_raw_cfg.get(section, option)
    except _ini.NoOptionError:
        raise KeyError(key) from None


_config_var_list = []


def _config_print(thing, buf, print_doc=True):
    """Write every flag, its text and its value to `buf`."""
    for flag in _config_var_list:
        print(flag, file=buf)
        if print_doc:
            print("    Doc: ", flag.doc, file=buf)
        print("    Value: ", flag.__get__(True, None), file=buf)
        print("", file=buf)


def get_config_hash():
    """Return a SHA-256 over the flags that change generated C code."""
    flags = sorted((flag for flag in _config_var_list if flag.in_c_key), key=lambda flag: flag.fullname)
    text = "\n".join(f"{flag.fullname} = {flag.__get__(True, None)}" for flag in flags)
    return "m" + hashlib.sha256(text.encode()).hexdigest()


class _Section:
    """A node of the tree of flags: ``config.blas``, ``config.dnn.conv``."""

    _i_am_a_config_class = True


class TheanoConfigParser(_Section):
    """The root of the tree of flags."""

    def __str__(self, print_doc=True):
        text = StringIO()
        _config_print(self.__class__, text, print_doc=print_doc)
        return text.getvalue()


config = TheanoConfigParser()


class change_flags:
    """Set flags for the length of a ``with`` block, or of a decorated function's calls.

    Flags are keywords or, for dotted names, the keys of a dict: ``change_flags({"warn.round": False})``.
    """

    def __init__(self, args=(), **kwargs):
        self.new_vals = {**dict(args), **kwargs}
        self.confs = {}
        for name in self.new_vals:
            found = [flag for flag in _config_var_list if flag.fullname == name]
            assert len(found) == 1, found
            self.confs[name] = found[0]

    def __call__(self, f):
        @wraps(f)
        def with_flags(*args, **kwargs):
            with self:
                return f(*args, **kwargs)

        return with_flags

    def __enter__(self):
        self.old_vals = {name: flag.__get__(True, None) for name, flag in self.confs.items()}
        try:
            for name, flag in self.confs.items():
                flag.__set__(None, self.new_vals[name])
        except Exception:
            self.__exit__()
            raise

    def __exit__(self, *args):
        for name, flag in self.confs.items():
            flag.__set__(None, self.old_vals[name])


TheanoConfigParser.change_flags = change_flags


def AddConfigVar(name, doc, configparam, root=config, in_c_key=True):
    """Add the flag `configparam` to `config` under the dotted `name`; a bad value of the user's raises."""
    *sections, option = name.split(".")
    for section in sections:
        if not hasattr(root, section):
            setattr(type(root), section, type(section, (_Section,), {})())
        root = getattr(root, section)
        if not getattr(root, "_i_am_a_config_class", False) or isinstance(root, type):
            raise TypeError("Internal config nodes must be config class instances", root)
    if hasattr(root, option):
        raise AttributeError("This name is already taken", name)
    configparam.fullname, configparam.doc, configparam.in_c_key = name, doc, in_c_key
    if callable(configparam.default):  # evaluated when it is first asked for
        try:
            fetch_val_for_key(name)
        except KeyError:
            pass
        else:
            configparam.__get__(root, type(root), delete_key=True)
    else:
        configparam.__get__(root, type(root), delete_key=True)
    setattr(type(root), option, configparam)
    _config_var_list.append(configparam)


class ConfigParam:
    """One flag: `filter` turns what was given into its value, or raises.

    `default` may be a function without arguments. Without `allow_override` the value of the import stays.
    """

    def __init__(self, default, filter=None, allow_override=True):
        self.default = default
        self.filter = filter
        self.allow_override = allow_override
        self.is_default = True

    def __get__(self, cls, type_, delete_key=False):
        if cls is None:
            return self
        if not hasattr(self, "val"):
            try:
                value = fetch_val_for_key(self.fullname, delete_key=delete_key)
                self.is_default = False
            except KeyError:
                value = self.default() if callable(self.default) else self.default
            self.__set__(cls, value)
        return self.val

    def __set__(self, cls, val):
        if not self.allow_override and hasattr(self, "val"):
            raise Exception("Can't change the value of this config parameter after initialization!")
        self.val = self.filter(val) if self.filter else val


class EnumStr(ConfigParam):
    """A flag that takes one of several strings; `convert` is applied first."""

    def __init__(self, default, *options, convert=None, allow_override=True):
        self.all = (default, *options)
        for option in self.all:
            if not isinstance(option, str):
                raise ValueError(
                    "Valid values for an EnumStr parameter should be strings", option, type(option)
                )

        def filter(val):
            val = convert(val) if convert else val
            if val in self.all:
                return val
            raise ValueError(
                f'Invalid value ("{val}") for configuration variable "{self.fullname}". '
                f"Valid options are {self.all}"
            )

        super().__init__(default, filter, allow_override)

    def __str__(self):
        return f"{self.fullname} ({self.all}) "


class TypedParam(ConfigParam):
    """A flag whose value is ``mytype(what was given)``, if `is_valid` says so."""

    def __init__(self, default, mytype, is_valid=None, allow_override=True):
        self.mytype = mytype

        def filter(val):
            cast = mytype(val)
            if callable(is_valid) and not is_valid(cast):
                raise ValueError(f'Invalid value ({val}) for configuration variable "{self.fullname}".', val)
            return cast

        super().__init__(default, filter, allow_override)

    def __str__(self):
        return f"{self.fullname} ({self.mytype}) "


def StrParam(default, is_valid=None, allow_override=True):
    """Return a flag that holds a string."""
    return TypedParam(default, str, is_valid, allow_override)


def IntParam(default, is_valid=None, allow_override=True):
    """Return a flag that holds an integer."""
    return TypedParam(default, int, is_valid, allow_override)


def FloatParam(default, is_valid=None, allow_override=True):
    """Return a flag that holds a float."""
    return TypedParam(default, float, is_valid, allow_override)


def BoolParam(default, is_valid=None, allow_override=True):
    """Return a flag that is True for ``True, 'True', 'true', '1'``, False for their opposites."""

    def booltype(given):
        if given in ("True", "true", "1", True):
            return True
        return False if given in ("False", "false", "0", False) else None

    return TypedParam(default, booltype, is_valid or (lambda value: value is not None), allow_override)
