from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.kinetics.layouts.folders import SPELLINGS
from pytest_vidcompress.clips.kinetics.official import official_name, official_names
from pytest_vidcompress.clips.labels import normal_form

labels = st.sampled_from(official_names())


def test_the_names_are_those_of_the_annotations_sorted(media: Path) -> None:
    with (media / "kinetics400/annotations/val.csv").open(encoding="utf-8") as lines:
        assert official_names() == tuple(sorted({row["label"] for row in csv.DictReader(lines)}))


def test_the_ids_are_the_known_ones() -> None:
    names = official_names()
    assert len(names) == len({normal_form(name) for name in names}) == 400
    assert [names[number] for number in (0, 5, 6, 375, 399)] == [
        *("abseiling", "archery", "arm wrestling", "using segway", "zumba")
    ]
    # The two that change places when folders are sorted without their parentheses.
    assert names[308:310] == ("skiing (not slalom or crosscountry)", "skiing crosscountry")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("massaging_persons_head", "massaging person's head"),
        ("hurling_(sport)", "hurling (sport)"),
        ("tying_knot_not_on_a_tie", "tying knot (not on a tie)"),
        ("using remote controller (not gaming)", "using remote controller (not gaming)"),
        ("0 abseiling", "abseiling"),
        ("1_air_drumming", "air drumming"),
        (" Shooting_goal_(soccer) ", "shooting goal (soccer)"),
        ("passing american football (in game)", "passing American football (in game)"),
        ("moving left", "moving left"),
        ("3 blind mice", "3 blind mice"),
        ("", ""),
    ],
)
def test_spellings(written: str, name: str) -> None:
    assert official_name(written) == name


@given(labels, st.sampled_from([*SPELLINGS.values()]), st.integers(0, 400), st.sampled_from(["", " ", "_"]))
def test_a_label_is_known_however_its_folder_is_spelt(label, spell, number, mark) -> None:
    assert official_name(spell(label)) == label
    if mark:
        assert official_name(f"{number}{mark}{spell(label)}") == label
