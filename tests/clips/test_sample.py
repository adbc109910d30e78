from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.sample import sample
from pytest_vidcompress.errors import VidcompressError


def make(sizes: dict[str, int]) -> list[Clip]:
    return [
        Clip(f"{label}{k}", label, Path(f"{label}{k}.mp4")) for label, n in sizes.items() for k in range(n)
    ]


class_sizes = st.dictionaries(st.text("abcxyz", min_size=1, max_size=4), st.integers(1, 9), min_size=1)


@given(class_sizes, st.data(), st.integers(0, 2**32))
def test_a_sample_is_distinct_clips_spread_as_evenly_as_can_be(
    sizes: dict[str, int], data: st.DataObject, seed: int
) -> None:
    clips = make(sizes)
    number = data.draw(st.integers(1, len(clips)))
    picked = sample(clips, number, seed)
    assert len(picked) == len(set(picked)) == number
    assert set(picked) <= set(clips)
    counts = Counter(clip.label for clip in picked)
    most = max(counts.values())
    assert all(counts[label] >= min(size, most - 1) for label, size in sizes.items())


@given(class_sizes, st.data(), st.integers(0, 99))
def test_order_of_the_clips_does_not_matter_and_a_smaller_sample_starts_a_larger(
    sizes: dict[str, int], data: st.DataObject, seed: int
) -> None:
    clips = make(sizes)
    number = data.draw(st.integers(1, len(clips)))
    shuffled = data.draw(st.permutations(clips))
    assert sample(shuffled, number, seed) == sample(clips, number, seed) == sample(clips, None, seed)[:number]


def test_the_pick_is_the_same_everywhere() -> None:
    picked = sample(make({"a": 5, "b": 5, "c": 5}), 6, seed=0)
    assert [clip.id for clip in picked] == ["a4", "c4", "b1", "a1", "c3", "b0"]


def test_files_that_come_in_one_class_leave_the_others_alone() -> None:
    before, after = (sample(make({"a": 5, "b": 5, "c": n}), 9, seed=3) for n in (5, 50))
    assert [c for c in before if c.label != "c"] == [c for c in after if c.label != "c"]


def test_another_seed_picks_other_clips() -> None:
    clips = make({"a": 100, "b": 100})
    assert set(sample(clips, 50, 0)) != set(sample(clips, 50, 1))


def test_classes_take_turns() -> None:
    picked = sample(make({"a": 3, "b": 3, "c": 3}), None, 0)
    assert all({clip.label for clip in picked[k : k + 3]} == set("abc") for k in (0, 3, 6))


def test_without_a_number_the_default_or_what_is_there() -> None:
    clips = make({"a": 4, "b": 4})
    assert [len(sample(clips, None, 0, default)) for default in (None, 6, 1000)] == [8, 6, 8]
    assert sample([], None, 0, 5) == ()


@pytest.mark.parametrize("number", [0, -3, 9])
def test_a_number_that_cannot_be_is_refused(number: int) -> None:
    with pytest.raises(VidcompressError, match=f"cannot sample {number} clips, there are 8"):
        sample(make({"a": 4, "b": 4}), number, 0)
