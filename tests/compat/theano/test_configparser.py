"""The registry of flags: parsing, adding, changing for a while, printing."""

import pytest

from compat import theano
from compat.theano import configparser
from compat.theano.configparser import (
    AddConfigVar,
    BoolParam,
    ConfigParam,
    EnumStr,
    FloatParam,
    IntParam,
    StrParam,
    TheanoConfigParser,
    change_flags,
    config,
    parse_config_string,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("a=1,b.c=2", {"a": "1", "b.c": "2"}),
        (" a = 1 , a=2", {"a ": " 1", "a": "2"}),
        ("flags='-a -b',x=y=z", {"flags": "-a -b", "x": "y=z"}),
        ("a=1  # why", {"a": "1"}),
    ],
)
def test_parse(text, expected):
    assert parse_config_string(text) == expected


def test_a_key_without_value():
    with pytest.warns(configparser.TheanoConfigWarning, match="Config key 'a' has no value"):
        assert parse_config_string("a,b=1") == {"b": "1"}
    assert parse_config_string("a", issue_warnings=False) == {}


@pytest.mark.parametrize(
    ("param", "good", "bad"),
    [
        (BoolParam(True), {"False": False, "0": False, 1: True, "true": True}, ["yes", 2]),
        (IntParam(1, lambda n: n > 0), {"3": 3}, ["x", 0]),
        (FloatParam(0.5), {"2": 2.0}, ["x"]),
        (StrParam("a", lambda s: "b" not in s), {1: "1"}, ["b"]),
        (EnumStr("a", "b", convert=str.lower), {"B": "b"}, ["c"]),
    ],
)
def test_kinds(param, good, bad, request):
    name = f"tests.kind_{len(configparser._config_var_list)}"
    AddConfigVar(name, "doc", param)
    option = name.rpartition(".")[2]
    for given, value in good.items():
        setattr(config.tests, option, given)
        assert getattr(config.tests, option) == value
        assert type(getattr(config.tests, option)) is type(value)
    for given in bad:
        with pytest.raises(ValueError):
            setattr(config.tests, option, given)


def test_added_flags():
    configparser.THEANO_FLAGS_DICT["tests.given"] = "7"
    AddConfigVar("tests.given", "doc", IntParam(1))
    assert config.tests.given == 7
    assert "tests.given" not in configparser.THEANO_FLAGS_DICT
    with pytest.raises(AttributeError, match="already taken"):
        AddConfigVar("tests.given", "doc", IntParam(1))
    with pytest.raises(TypeError, match="Internal config nodes"):
        AddConfigVar("floatX.given", "doc", IntParam(1))
    with pytest.raises(ValueError, match="should be strings"):
        EnumStr("a", 1)


def test_a_default_may_be_a_function_called_late():
    calls = []
    AddConfigVar("tests.late", "doc", ConfigParam(lambda: calls.append(1) or "v"))
    assert not calls
    assert config.tests.late == config.tests.late == "v"
    assert len(calls) == 1


def test_all_instances_are_one():
    other = TheanoConfigParser()
    with change_flags({"scan.debug": True}):
        assert other.scan.debug is True
    assert other.scan.debug is False


def test_change_flags_in_all_its_forms():
    @change_flags(compute_test_value="warn")
    def decorated():
        """A doc."""
        return config.compute_test_value

    assert decorated() == "warn"
    assert (decorated.__name__, decorated.__doc__) == ("decorated", "A doc.")
    with theano.change_flags([("warn.round", True)], profile=True):
        assert config.warn.round is config.profile is True
    with config.change_flags(profile=True):
        assert config.profile is True
    assert config.warn.round is config.profile is False
    assert config.compute_test_value == "off"


def test_change_flags_goes_back_when_a_value_is_wrong():
    with pytest.raises(ValueError), change_flags({"profile": True, "optimizer": "best"}):
        pass
    assert config.profile is False
    with pytest.raises(AssertionError):
        change_flags(nosuch=1)


def test_printing():
    text = str(config)
    assert "floatX (('float64', 'float32', 'float16')) \n    Doc:  " in text
    assert "\n    Value:  float64\n\n" in text
    assert "Doc:" not in config.__str__(print_doc=False)


def test_the_hash_covers_flags_of_c_code_only():
    before = configparser.get_config_hash()
    with change_flags(profile=True):
        assert configparser.get_config_hash() == before
    with change_flags(cast_policy="numpy+floatX"):
        assert configparser.get_config_hash() != before
    assert before.startswith("m")
    assert len(before) == 65


def test_an_unknown_flag():
    assert not hasattr(config, "nosuch")
    with pytest.raises(AttributeError):
        config.blas.nosuch  # noqa: B018
