from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.clip import Clip, ClipSet
from pytest_vidcompress.clips.kinetics.layouts.annotation import ANNOTATION
from pytest_vidcompress.clips.kinetics.listing import Tree
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.sample import calibration, sample
from pytest_vidcompress.errors import VidcompressError

GOLDEN = ["V_N-z2w6p4c", "KIs4zRu6ct4", "oVeHcRapPao", "YbLmMm66uUk", "HJXT067oOi8", "N8n5CYVIGqE"]
GOLDEN_DIGEST = "ce0cfc9f388a723ae9bfd1f5aa5d3e2068c6b5bfb3ae3230494828937e4fe618"
"""Of the official annotations, 1000 of seed 0: stored accuracies are of these clips."""


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


@given(class_sizes, st.data(), st.integers(0, 99))
def test_absent_files_of_one_class_leave_the_picks_of_the_others(
    sizes: dict[str, int], data: st.DataObject, seed: int
) -> None:
    clips = make(sizes)
    label = data.draw(st.sampled_from(sorted(sizes)))
    own = [clip for clip in clips if clip.label == label]
    gone = data.draw(st.sets(st.sampled_from(own)))
    number = data.draw(st.integers(1, len(clips)))
    before = sample(clips, number, seed)
    there = [clip for clip in clips if clip not in gone]
    after = sample(there, min(number, len(there)), seed) if there else ()
    # The same clips in the same order; where the class ran out, others fill up at the end.
    others = [clip for clip in before if clip.label != label]
    assert [clip for clip in after if clip.label != label][: len(others)] == others
    if not gone & set(before):
        assert after == before[: len(after)]


@given(class_sizes, st.integers(0, 99))
def test_names_alone_decide_not_where_the_files_lie(sizes: dict[str, int], seed: int) -> None:
    clips = make(sizes)
    moved = [Clip(clip.id, clip.label, Path("/elsewhere") / clip.path) for clip in clips]
    assert [clip.id for clip in sample(clips, None, seed)] == [clip.id for clip in sample(moved, None, seed)]


def test_the_picks_of_the_official_annotations_never_change(media: Path) -> None:
    rows = ANNOTATION.read(media / "kinetics400/annotations/val.csv", Tree()).rows
    clips = [Clip(row.ids[0], row.label, Path(row.file)) for row in rows]
    picked = sample(clips, 1000, seed=0)
    assert [clip.id for clip in picked[:6]] == GOLDEN
    digest = sha256("\n".join(clip.id for clip in picked).encode()).hexdigest()
    assert digest == GOLDEN_DIGEST
    counts = Counter(clip.label for clip in picked)
    assert len(counts) == 400
    assert set(counts.values()) == {2, 3}
    # A sample of the head of the file would be of twenty classes.
    assert len({clip.label for clip in clips[:1000]}) < 25


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


def clips(number: int, prefix: str = "clip") -> tuple[Clip, ...]:
    return tuple(Clip(f"{prefix}{k}", f"label{k % 3}", Path(f"{prefix}{k}.mp4")) for k in range(number))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 50), st.integers(0, 3))
def test_no_clip_is_both_tested_and_calibrated_on(total: int, taken: int, number: int, seed: int) -> None:
    everything = clips(total)
    tested = sample(everything, min(taken, total), seed)
    found = calibration(ClipSet("mine", ("label0",), everything), tested, number, seed)
    assert not set(found) & set(tested)
    assert len(found) == min(number, total - len(tested))


def test_of_clips_with_several_labels_the_first_one_decides() -> None:
    plain = make({"a": 5, "b": 5, "c": 5})
    several = [replace(clip, others=("d",)) for clip in plain]
    assert [clip.id for clip in sample(several, 6, 0)] == [clip.id for clip in sample(plain, 6, 0)]


def test_spare_clips_are_taken_where_there_are_some() -> None:
    spare = clips(6, "spare")
    found = calibration(ClipSet("mine", (), clips(30), spare=spare), (), 4, 0)
    assert set(found) < set(spare)


def test_the_packaged_set_has_spare_clips_of_every_class() -> None:
    packaged = pocket()
    found = calibration(packaged, packaged.clips, 32, 0)
    assert set(Counter(clip.label for clip in found).values()) == {2}
    assert not {clip.id for clip in found} & {clip.id for clip in packaged.clips}
    assert all(clip.path.is_file() for clip in found)


def test_of_no_clips_none_can_be_sampled() -> None:
    with pytest.raises(
        VidcompressError, match=r"cannot sample 10 clips: the clip set has none \(--vc-clips\)"
    ):
        sample([], 10, 0)
    assert sample([], None, 0) == ()
