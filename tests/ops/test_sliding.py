"""Sizes that follow from border, stride and dilation, and the pieces work is cut into."""

from math import prod

import pytest

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.ops import sliding
from graphopt.ops.sliding import Sliding, tiles

# image, kernel, border, stride, dilation, places: counted by hand
COUNTED = [
    (7, 3, "valid", 1, 1, 5),
    (7, 3, "valid", 2, 1, 3),
    (7, 3, "full", 1, 1, 9),
    (7, 3, "half", 1, 1, 7),
    (7, 2, "half", 1, 1, 8),
    (7, 3, 2, 3, 1, 3),
    (7, 3, ((1, 0),), 1, 1, 6),
    (7, 3, "valid", 1, 3, 1),
    (7, 3, "full", 2, 3, 7),
]


@pytest.mark.parametrize(("image", "kernel", "border", "stride", "dilation", "places"), COUNTED)
def test_places_are_those_counted_by_hand(image, kernel, border, stride, dilation, places):
    way = Sliding.of(1, border, stride, dilation)
    assert way.places([image], [kernel]) == (places,)
    assert way.window([image], [kernel]).places == (places,)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (("same", 1, 1), InvalidValue, "valid, full, half"),
        ((-1, 1, 1), InvalidValue, "no negative"),
        (((1, 2, 3), 1, 1), InvalidValue, "expected 2 entries"),
        ((1.5, 1, 1), InvalidType, "integers"),
        (("valid", 0, 1), InvalidValue, "stride is .* from 1 up"),
        (("valid", 1, (1, 0)), InvalidValue, "dilation is .* from 1 up"),
    ],
)
def test_what_is_no_sliding_is_refused(options, error, text):
    with pytest.raises(error, match=text):
        Sliding.of(2, *options)


def test_a_window_larger_than_the_image_is_refused():
    with pytest.raises(ShapeMismatch, match=r"\(4, 4\) does not fit into images of \(3, 9\)"):
        Sliding.of(2, "valid", 1).window((3, 9), (4, 4))


@pytest.mark.parametrize(("most", "columns"), [(1 << 22, 1024), (100, 1024), (1, 1), (1 << 22, 1)])
@pytest.mark.parametrize("images", [0, 1, 7])
def test_pieces_cover_each_place_of_each_image_once(monkeypatch, most, columns, images):
    monkeypatch.setattr(sliding, "_MOST", most)
    monkeypatch.setattr(sliding, "_COLUMNS", columns)
    window = Sliding.of(2, "valid", 1).window((9, 5), (2, 2))
    row = prod(window.places[1:])
    seen = [
        (image, place)
        for which, rows, places in tiles(images, window, 4)
        for image in range(which.start, which.stop)
        for place in range(places.start, places.stop)
        if (places.start, places.stop) == (rows.start * row, rows.stop * row)
    ]
    assert sorted(seen) == [(image, place) for image in range(images) for place in range(8 * 4)]
