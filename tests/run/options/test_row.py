"""The option table, and the record that it makes."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from pytest_vidcompress.run.options import GROUPS, OPTIONS, Options
from pytest_vidcompress.run.options.row import Option


def test_each_option_is_one_row():
    assert len({row.name for row in OPTIONS}) == len(OPTIONS)
    assert all(row.name.startswith("vc-") for row in OPTIONS)
    assert sum(map(len, GROUPS.values())) == len(OPTIONS)


def test_every_row_says_what_it_does_or_is_hidden():
    assert {row.name for row in OPTIONS if not row.help} == {row.name for row in OPTIONS if row.hidden}
    assert {row.name for row in OPTIONS if row.hidden} == {"vc-export"}


@pytest.mark.parametrize("row", OPTIONS, ids=lambda row: row.name)
def test_the_default_can_be_typed(row: Option):
    default = row.read(row.default)
    if row.form == "value" and row.name != "vc-cache-size":
        word = row.arguments(default)[0].partition("=")[2]
        assert row.read(word or row.default) == default


def test_a_flag_is_typed_or_not():
    assert Options.strict.arguments(True) == ["--vc-strict"]
    assert Options.strict.arguments(False) == []


def test_a_switch_is_typed_either_way():
    assert Options.resume.arguments(True) == ["--vc-resume"]
    assert Options.resume.arguments(False) == ["--no-vc-resume"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Options.seed, "0"),
        (Options.sample, "all of pocket or events, 1000 of Kinetics"),
        (Options.resume, "--vc-resume"),
        (Options.strict, ""),
        (Options.against, ""),
        (Options.cache_size, "20GB"),
    ],
)
def test_the_default_in_words(row: Option, words: str):
    assert row.usual == words


def test_an_option_is_an_attribute():
    options = Options(values={"vc-sample": 16, "vc-report": (Path("page.html"),)})
    assert (options.sample, options.reports) == (16, (Path("page.html"),))
    assert (options.models, options.clips, options.seed, options.mode) == ((), "pocket", 0, "check")
    assert (options.cache_size, options.max_skipped, options.confirm_s) == (20_000_000_000, 0.05, None)
    assert (options.resume, options.strict, options.views, options.export) == (True, False, None, None)


def test_what_was_asked_for_stays_as_it_was():
    with pytest.raises(FrozenInstanceError):
        Options().sample = 3


@pytest.mark.parametrize("name", ["vc-model", "vc-clips", "vc-variant"])
def test_who_types_what_to_measure_wants_something_measured(name: str):
    assert Options(typed={name: ["videomae"]}).explicit
    assert not Options(values={name: ("videomae",)}).explicit
    assert not Options(typed={"vc-sample": "3"}).explicit
