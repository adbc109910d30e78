from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.parameters import (
    LAYERS,
    check_readable,
    format_parameters,
    in_range,
    is_layers,
    one_of,
    parse_parameters,
)
from pytest_vidcompress.errors import VidcompressError


@dataclass(frozen=True)
class Parameters:
    share: float = 0.5
    count: int = 2
    layers: str = ":"


@dataclass(frozen=True)
class Every:
    """A parameter of each type that a recipe can write."""

    flag: bool = True
    other: bool = False
    count: int = 2
    share: float = 0
    text: str = "a"


def test_text_becomes_what_the_default_is() -> None:
    assert parse_parameters(Parameters, {"share": "1", "count": "7"}) == Parameters(1.0, 7)
    assert type(parse_parameters(Parameters, {"share": "1"}).share) is float
    with pytest.raises(VidcompressError, match=r"count=0\.5 is not a number \(int\)"):
        parse_parameters(Parameters, {"count": "0.5"})


@pytest.mark.parametrize(
    ("text", "value"), [("false", False), ("False", False), ("true", True), ("TRUE", True)]
)
def test_truth_is_read_as_what_it_says(text: str, value: bool) -> None:
    assert parse_parameters(Every, {"flag": text}).flag is value
    assert parse_parameters(Every, {"other": text}).other is value


@pytest.mark.parametrize("text", ["yes", "0", "", "truth"])
def test_other_truths_are_refused(text: str) -> None:
    with pytest.raises(VidcompressError, match=f"flag={text} is not true or false"):
        parse_parameters(Every, {"flag": text})


def test_a_number_is_what_its_annotation_says() -> None:
    assert parse_parameters(Every, {"share": "0.5"}) == Every(share=0.5)


# What can be typed: a recipe ends a value at a comma, a plus and a runtime's @, and strips it.
BLANK = ("Cc", "Cs", "Zs", "Zl", "Zp")
TEXTS = st.text(st.characters(exclude_characters=",+@", exclude_categories=BLANK), min_size=1)


@given(st.builds(Every, st.booleans(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS))
def test_every_type_reads_back_as_it_was_written(parameters: Every) -> None:
    written = format_parameters(parameters)
    pairs = dict(pair.split("=", 1) for pair in written.split(",") if pair)
    assert parse_parameters(Every, pairs) == parameters
    assert format_parameters(parse_parameters(Every, pairs)) == written


@dataclass(frozen=True)
class Tuple:
    names: tuple[str, ...] = ("a", "b")


@dataclass(frozen=True)
class Optional:
    limit: float | None = None


@dataclass(frozen=True)
class Required:
    path: str


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            Tuple,
            r"parameter 'names' is a tuple, which a recipe cannot write: expected one of bool, int, float, str",
        ),
        (Optional, r"parameter 'limit' is a NoneType"),
        (Required, r"parameter 'path' needs a default"),
        (int, r"its parameters are a int: expected a frozen dataclass"),
    ],
)
def test_what_a_recipe_cannot_write_is_refused(kind: type, message: str) -> None:
    with pytest.raises(VidcompressError, match=message):
        check_readable(kind)
    check_readable(Every)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers())
def test_formatted_parameters_read_back(share: float, count: int) -> None:
    parameters = Parameters(share, count)
    text = format_parameters(parameters)
    assert "+" not in text
    pairs = dict(pair.split("=") for pair in text.split(",") if pair)
    assert parse_parameters(Parameters, pairs) == parameters


@pytest.mark.parametrize(("value", "text"), [(0.1 + 0.2, "share=0.30000000000000004"), (1e6, "share=1e06")])
def test_numbers_are_as_short_as_they_can_be(value: float, text: str) -> None:
    assert format_parameters(Parameters(value)) == text
    assert format_parameters(Parameters(0.25)) == "share=0.25"
    assert format_parameters(Parameters()) == ""


@given(st.from_regex(LAYERS, fullmatch=True))
def test_every_layer_choice_that_passes_can_be_read(text: str) -> None:
    is_layers(Parameters(layers=text), "layers")
    assert all(int(part) is not None for part in text.split(":") if part)


@pytest.mark.parametrize("text", ["", "-", "-:", ":-", "a", "1,2", "1:2:3", "1.5", " 1"])
def test_other_layer_choices_are_refused(text: str) -> None:
    with pytest.raises(VidcompressError, match="no layer choice"):
        is_layers(Parameters(layers=text), "layers")


def test_ranges_are_half_open() -> None:
    in_range(Parameters(0.0), "share", 0, 1)
    for value in (1.0, -1e-9, float("nan")):
        with pytest.raises(VidcompressError, match="out of range: expected 0 <= share < 1"):
            in_range(Parameters(value), "share", 0, 1)


def test_choices_are_listed() -> None:
    one_of(Parameters(layers="a"), "layers", "ab")
    with pytest.raises(VidcompressError, match="layers=c is unknown: expected one of a, b"):
        one_of(Parameters(layers="c"), "layers", iter("ab"))
