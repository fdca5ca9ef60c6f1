"""A late dataclass is a dataclass to whoever uses it; facts are those of the standard library's."""

import copy
import dataclasses
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from graphopt.late_dataclass import late_dataclass


def point(decorate):
    class Point:
        """A place."""

        x: float
        y: float = 0.0
        tags: list = dataclasses.field(default_factory=list, compare=False)

        def __post_init__(self):
            self.tags.append("made")

    return decorate(Point)


def both(**options):
    return point(late_dataclass(**options)), point(dataclasses.dataclass(**options))


@late_dataclass(frozen=True)
class Pair:
    """Two things."""

    left: int
    right: int = 2


@dataclasses.dataclass(frozen=True)
class Triple(Pair):
    """One more; an ordinary dataclass."""

    third: int = 3


class Named(Pair):
    """No dataclass itself, with a constructor of its own."""

    def __init__(self, left):
        object.__setattr__(self, "left", left)
        object.__setattr__(self, "right", 0)


@pytest.mark.parametrize("options", [{}, {"frozen": True}, {"eq": False}, {"order": True}])
def test_it_is_what_the_standard_library_makes(options):
    late, usual = both(**options)
    for kind in (late, usual):
        made = kind(1.0, y=2.0)
        assert repr(made).endswith("Point(x=1.0, y=2.0, tags=['made'])")
        assert (made == kind(1.0, 2.0)) == options.get("eq", True)
        assert [f.name for f in dataclasses.fields(made)] == ["x", "y", "tags"]
    assert set(vars(late)) == set(vars(usual))
    assert (late.__hash__ is None) == (usual.__hash__ is None)


def test_questions_before_the_first_instance():
    late, _ = both()
    assert dataclasses.is_dataclass(late)
    late, _ = both()
    assert [f.name for f in dataclasses.fields(late)] == ["x", "y", "tags"]


def test_wrong_arguments_are_refused_from_the_first_time_on():
    late, _ = both()
    for _ in range(2):
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
            late()


def test_a_frozen_one_stays_as_it_is():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Pair(1).left = 2
    assert {Pair(1): "found"}[Pair(1, 2)] == "found"
    assert dataclasses.replace(Pair(1), right=5) == Pair(1, 5)


def test_heirs():
    assert Triple(1) == Triple(1, 2, 3)
    assert [f.name for f in dataclasses.fields(Triple)] == ["left", "right", "third"]
    assert repr(Named(7)) == "Named(left=7, right=0)"


def test_copies_and_pickles():
    assert copy.deepcopy(Pair(1)) == pickle.loads(pickle.dumps(Pair(1))) == Pair(1)


def test_an_instance_made_without_its_constructor_can_be_compared():
    late, _ = both(frozen=True)
    one, other = object.__new__(late), object.__new__(late)
    for made in (one, other):
        made.__dict__.update(x=1.0, y=0.0, tags=[])
    assert one == other
    assert hash(one) == hash(other)


def test_a_frozen_one_lets_heirs_have_attributes_of_their_own():
    named = Named(1)
    named.extra = 5
    assert named.extra == 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        named.left = 5


def test_many_threads_make_the_first_instance():
    late, _ = both()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(late, range(64)))
    assert [point.x for point in made] == list(range(64))
