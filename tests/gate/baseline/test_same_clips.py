from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.same_clips import (
    Sample,
    changed,
    differing,
    mismatch,
    refusal,
    same_clips,
)

FILE = Path("baselines/k400/videomae.json")
IDS = tuple("abcdefgh")
MARKS = tuple(f"{place:06x}" for place in range(len(IDS)))
KNOWN = Sample(IDS, MARKS, "16x4, 1x1 views")


def other_contents(*ids: str) -> Sample:
    marks = ("ffffff" if clip in ids else mark for clip, mark in zip(IDS, MARKS, strict=True))
    return Sample(IDS, tuple(marks), KNOWN.protocol)


def test_what_is_not_known_agrees_with_any() -> None:
    for unknown in (Sample(IDS), Sample(IDS, MARKS), Sample(IDS, (), KNOWN.protocol)):
        assert same_clips(unknown, KNOWN) == same_clips(KNOWN, unknown) == set(IDS)
        assert mismatch(unknown, KNOWN) is mismatch(KNOWN, unknown) is None
        assert not changed(unknown, KNOWN)


def test_a_start_of_a_sample_is_of_it() -> None:
    start = Sample(IDS[:2], MARKS[:2], KNOWN.protocol)
    assert mismatch(KNOWN, start) is mismatch(start, KNOWN) is None
    assert same_clips(KNOWN, start) == {"a", "b"}


def test_another_protocol_is_named() -> None:
    other = Sample(IDS, MARKS, "16x4, 5x3 views")
    apart = mismatch(other, KNOWN)
    assert apart
    assert apart.reason == "the baseline was made with 16x4, 5x3 views, this run has 16x4, 1x1 views"
    assert not same_clips(other, KNOWN)
    assert refusal([other], KNOWN, FILE) == (
        "baselines/k400/videomae.json: the baseline was made with 16x4, 5x3 views, this run has 16x4, 1x1 views;"
        " give the same --vc-views, choose another folder with --vc-baselines, or take over what this run"
        " measures with --vc-baseline=accept"
    )


def test_another_sampling_or_crop_is_named() -> None:
    now, then = (Sample(IDS, MARKS, KNOWN.protocol, f"stride, 224 of {side} px") for side in (224, 320))
    apart = mismatch(then, now)
    assert apart
    assert apart.reason == (
        "the baseline was made with stride, 224 of 320 px, this run has stride, 224 of 224 px"
    )
    assert "preprocessor_config.json" in apart.remedy
    assert not same_clips(then, now)
    assert mismatch(KNOWN, now) is None, "baselines of before do not say"


def test_other_clips_are_named() -> None:
    other = Sample(("x", "y", "z", "a"))
    apart = mismatch(KNOWN, other)
    assert apart
    assert apart.reason == (
        "the baseline was made on other clips, 8 clips (a, b, c, ...): 1 of them are among the 4 of this run"
    )
    assert "--vc-seed" in apart.remedy


def test_other_contents_are_named() -> None:
    few = other_contents("c")
    assert mismatch(KNOWN, few) is None
    assert same_clips(KNOWN, few) == set(IDS) - {"c"}
    assert changed(KNOWN, few) == "clip c has other contents than in the baseline"
    assert (
        changed(KNOWN, other_contents("c", "d")) == "2 clips (c, d) have other contents than in the baseline"
    )
    all_of_them = mismatch(KNOWN, other_contents(*IDS))
    assert all_of_them
    assert all_of_them.reason == "the baseline was made on other contents of 8 clips (a, b, c, ...)"


def test_one_entry_that_can_be_compared_is_enough() -> None:
    other = Sample(("x", "y"))
    assert refusal([other], KNOWN, FILE)
    assert not refusal([other, KNOWN], KNOWN, FILE)
    assert not refusal([], KNOWN, FILE)
    assert not refusal([Sample(())], KNOWN, FILE), "an entry of no clip says nothing of clips"


clips = st.lists(st.sampled_from("abcdefghijkl"), unique=True, max_size=10)
samples = st.builds(
    lambda ids, seed, protocol, details: Sample(
        tuple(ids), tuple(f"{seed % (3 + k)}" for k, _ in enumerate(ids)), protocol, details
    ),
    clips,
    st.integers(0, 5),
    st.sampled_from(["", "1x1", "5x3"]),
    st.sampled_from(["", "stride", "span"]),
)


@given(samples, samples)
def test_nothing_is_compared_that_is_known_to_differ(one: Sample, other: Sample) -> None:
    same = same_clips(one, other)
    assert same == same_clips(other, one)
    assert same <= set(one.clip_ids) & set(other.clip_ids)
    assert same.isdisjoint(differing(one, other))
    left, right = (dict(zip(each.clip_ids, each.contents, strict=True)) for each in (one, other))
    assert all(left[clip] == right[clip] for clip in same)
    ways = ((one.protocol, other.protocol), (one.protocol_details, other.protocol_details))
    if any(mine and theirs and mine != theirs for mine, theirs in ways):
        assert not same
        assert mismatch(one, other)
    assert bool(mismatch(one, other)) == bool(mismatch(other, one))
    if mismatch(one, other) is None:
        assert same


@given(samples)
def test_everything_can_be_compared_with_itself(one: Sample) -> None:
    assert (mismatch(one, one) is None) == bool(one.clip_ids)
    assert not changed(one, one)
