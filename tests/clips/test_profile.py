from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.profile import CropSpec, Layout, Merge, Middle, Profile, Sampling, Views
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.untrusted import Malformed


@given(clips=st.integers(1, 9999), crops=st.sampled_from([1, 3]))
def test_text_goes_round(clips: int, crops: int) -> None:
    views = Views(clips, crops)
    assert Views.parse(str(views)) == views
    assert views.count == clips * crops


@pytest.mark.parametrize(
    "text", ["", "5", "x", "5x", "x3", "5x3x1", "5 x 3", "-1x3", "5.0x3", "published", "٥x٣", "99999x1"]
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="CLIPSxCROPS"):
        Views.parse(text)


@pytest.mark.parametrize(("clips", "crops"), [(0, 1), (1, 0), (1, 2), (5, 4), (5, 5), (-1, 3)])
def test_numbers_that_nobody_uses_are_refused(clips: int, crops: int) -> None:
    with pytest.raises(ValueError, match=f"one or three crops, .* not {clips}x{crops}"):
        Views(clips, crops)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"frames": 0}, "frames=0: expected a whole number of at least 1"),
        ({"rate": 2.5}, "rate=2.5: expected a whole number of at least 1"),
        ({"frames": 10_000_000}, "expected a whole number of at most 65,536"),
        ({"size": True}, "size=True: expected a whole number of at least 1"),
        ({"sampling": "random"}, "sampling='random': expected one of span, stride, uniform, even"),
        ({"layout": "BHWTC"}, "layout='BHWTC': expected one of BTCHW, BCTHW"),
        ({"merge": "max"}, "merge='max': expected one of logits, softmax"),
        ({"middle": "round"}, "middle='round': expected one of floor, ceil"),
        ({"views": "5x4"}, "views='5x4': expected CLIPSxCROPS with 1 or 3 crops, such as 5x3"),
        ({"published": 3}, "published=3: expected CLIPSxCROPS"),
        ({"mean": 0.5}, "mean=0.5: expected three numbers, one for each of red, green and blue"),
        ({"mean": (0.5, 0.5)}, "expected three numbers, one for each of red, green and blue"),
        ({"mean": (0.5, 0.5, float("nan"))}, "expected three numbers, one for each"),
        ({"std": (0.5, 0.0, 0.5)}, "expected three numbers above 0"),
        ({"resize": 111}, "resize=111: expected at least its size=112, or 0"),
        ({"resize": -1}, "resize=-1: expected a whole number of at least 1"),
        ({"chosen": (2, 1)}, "chosen=(2, 1): expected numbers of frames from 0, ascending, or none"),
        ({"chosen": (0, 8)}, "chosen=(0, 8): its 8 frames are numbered from 0"),
        ({"chosen": "0"}, "expected numbers of frames from 0, ascending, or none"),
        ({"modules": {"attention": "q"}}, "expected names of scopes, and for each a list of patterns"),
    ],
)
def test_what_cannot_be_is_refused_at_once_with_the_choices(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        Profile(**{"frames": 8, "rate": 4, "size": 112, **changed})
    assert "a profile cannot have " in str(caught.value)
    assert said in str(caught.value)


PROFILES = st.builds(
    Profile,
    frames=st.integers(1, 99),
    rate=st.integers(1, 99),
    size=st.integers(1, 999),
    mean=st.tuples(*[st.floats(-9, 9)] * 3),
    std=st.tuples(*[st.floats(0.01, 9)] * 3),
    sampling=st.sampled_from(get_args(Sampling)),
    layout=st.sampled_from(get_args(Layout)),
    modules=st.dictionaries(st.text("abc", min_size=1), st.lists(st.text("{}.x")).map(tuple), max_size=2),
    views=st.builds(Views, st.integers(1, 9), st.sampled_from([1, 3])),
    published=st.builds(Views, st.integers(1, 9), st.sampled_from([1, 3])),
    merge=st.sampled_from(get_args(Merge)),
    middle=st.sampled_from(get_args(Middle)),
    resize=st.just(0) | st.integers(999, 2000),
)


@given(PROFILES)
def test_json_goes_round(profile: Profile) -> None:
    assert Profile.from_json(json.loads(json.dumps(profile.as_json()))) == profile


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: held.pop("frames"), "^frames is missing$"),
        (lambda held: held.update(colour=1), "has no 'colour'"),
        (lambda held: held.update(sampling=["even"]), "one of span"),
        (lambda held: held.update(modules=[]), "names of scopes"),
        (lambda held: held.update(views={}), "CLIPSxCROPS"),
    ],
)
def test_other_json_is_refused_in_words(change: Any, said: str) -> None:
    held = Profile(8, 4, 112).as_json()
    change(held)
    with pytest.raises(Malformed, match=said):
        Profile.from_json(held)


def test_what_was_written_before_there_was_another_short_side_is_read_and_still_written() -> None:
    held = Profile(8, 4, 112).as_json()
    assert "resize" not in held
    assert Profile.from_json(held).resize == 0
    assert Profile(8, 4, 112, resize=128).as_json()["resize"] == 128
    assert "chosen" not in held
    assert Profile.from_json(held).chosen == ()


def test_which_frames_are_looked_at_goes_round_and_changes_no_pixel() -> None:
    some = Profile(8, 4, 112, chosen=(0, 2, 4, 6))
    assert Profile.from_json(json.loads(json.dumps(some.as_json()))) == some
    assert some.pixels == Profile(8, 4, 112).pixels
    assert some.crop_spec.shape == (1, 4, 3, 112, 112)


@given(PROFILES)
def test_the_spec_of_the_crops_is_plain_data_of_the_same_name(profile: Profile) -> None:
    spec = profile.crop_spec
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert all(getattr(profile, name) == value for name, value in vars(spec).items())
    assert spec.shape == (profile.views.count, profile.frames, 3, profile.size, profile.size)
    assert spec.size_bytes == profile.views.count * profile.frames * 3 * profile.size**2


def test_every_field_decides_pixels_or_comes_after_them() -> None:
    names = {each.name for each in dataclasses.fields(Profile)}
    after = {"modules", "views", "published", "merge", "chosen"}
    assert Profile(8, 4, 112).pixels.keys() == names - after
    assert {each.name for each in dataclasses.fields(CropSpec)} == names - after - {
        *("mean", "std", "layout")
    } | {"views", "chosen"}
