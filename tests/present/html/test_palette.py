from __future__ import annotations

import itertools

import pytest

from pytest_vidcompress.measure.profile.operator_kinds import KINDS
from pytest_vidcompress.present.html.palette import KIND_COLOURS, PALETTE, painted, token

WORDS = ("ink", "quiet", "accent", "passed", "failed", "inconclusive", "new", "unchecked")


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 has it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(("word", "ground"), [*itertools.product(WORDS, ("page", "card", "soft"))])
def test_words_can_be_read_in_both_themes(word: str, ground: str, theme: int) -> None:
    assert contrast(PALETTE[word][theme], PALETTE[ground][theme]) >= 4.5


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert set(KIND_COLOURS) == set(KINDS)
    assert len(set(KIND_COLOURS.values())) == len(KINDS)


def test_colours_are_painted_wherever_they_stand_and_nothing_else_is() -> None:
    figure = {"data": [{"marker": {"color": token("failed")}, "name": "@failed"}], "x": (1, 2)}
    light, dark = painted(figure), painted(figure, 1)
    assert light["data"][0] == {"marker": {"color": "#b3261e"}, "name": "@failed"}
    assert dark["data"][0]["marker"]["color"] == "#ff8a80"
    assert light["x"] == [1, 2]
    with pytest.raises(KeyError):
        token("pink")
