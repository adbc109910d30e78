from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pytest_vidcompress.clips.labels import match, normal_form
from pytest_vidcompress.errors import VidcompressError


@pytest.mark.parametrize(
    ("label", "form"),
    [
        ("massaging person's head", "massaging persons head"),
        ("Massaging_person's_head", "massaging persons head"),
        ("passing American football (in game)", "passing american football in game"),
        ('"arm wrestling" ', "arm wrestling"),
        ("skiing  (not slalom or crosscountry)", "skiing not slalom or crosscountry"),
    ],
)
def test_spellings_of_a_label_have_one_normal_form(label: str, form: str) -> None:
    assert normal_form(label) == form


def test_labels_are_found_whatever_their_spelling_and_order() -> None:
    known = ["zumba", "Arm_Wrestling", "petting animal not cat"]
    found = match(["petting animal (not cat)", "arm wrestling"], known, model_name="m", clip_set_name="s")
    assert found == {"petting animal (not cat)": 2, "arm wrestling": 1}


def test_labels_that_the_model_does_not_have_are_refused_by_name() -> None:
    with pytest.raises(VidcompressError) as caught:
        match(["a", "b", "c", "d", "e"], ["a"], model_name="small", clip_set_name="mine")
    assert "'small' does not have 4 of the 5 labels of clip set 'mine': 'b', 'c', 'd', ..." in str(
        caught.value
    )
    assert "\n" not in str(caught.value)


def test_normal_form_keeps_the_kinetics_labels_apart(media: Path) -> None:
    with (media / "kinetics400/annotations/val.csv").open(encoding="utf-8") as lines:
        labels = {row["label"] for row in csv.DictReader(lines)}
    assert len(labels) == len({normal_form(label) for label in labels}) == 400
