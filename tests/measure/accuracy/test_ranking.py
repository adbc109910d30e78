"""GAP@20 and mAP against their definitions, written out here without any of our code."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.measure.accuracy.ranking import SCORES, TOP, Rankings, ranking

NAN, INF = float("nan"), float("inf")
Rows = Sequence[Sequence[float]]


def precision_by_steps(predictions: Sequence[tuple[float, bool]], wanted: int) -> float:
    """Average precision: over every threshold, what recall gains times the precision there."""
    total = recall = 0.0
    for threshold in sorted({score for score, _ in predictions}, reverse=True):
        shown = [hit for score, hit in predictions if score >= threshold]
        gained = sum(shown) / wanted if wanted else 0.0
        total += (gained - recall) * sum(shown) / len(shown)
        recall = gained
    return total


def global_precision(logits: Rows, sets: Sequence[Sequence[bool]]) -> float:
    pooled: list[tuple[float, bool]] = []
    for row, labels in zip(logits, sets, strict=True):
        first = sorted(range(len(row)), key=lambda label: -row[label])[:TOP]
        pooled += [(row[label], labels[label]) for label in first]
    return precision_by_steps(pooled, sum(map(sum, sets)))


def mean_precision(logits: Rows, sets: Sequence[Sequence[bool]]) -> float:
    found = [
        precision_by_steps([(row[label], own[label]) for row, own in zip(logits, sets, strict=True)], wanted)
        for label in range(len(logits[0]))
        if (wanted := sum(own[label] for own in sets))
    ]
    return fmean(found) if found else 0.0


def scores(logits: Rows, sets: Sequence[Sequence[bool]], weights: Sequence[int] = ()) -> tuple[float, float]:
    ranked = Rankings.of(torch.tensor(logits), torch.tensor(sets))
    each = torch.tensor([list(weights) or [1] * len(logits)], dtype=torch.float64)
    return float(ranked.gap(each)), float(ranked.mean_ap(each))


@st.composite
def clip_sets(draw: st.DrawFn, most_labels: int = 6) -> tuple[list[list[float]], list[list[bool]]]:
    """Logits of few values, so that many of them tie, and labels; a clip may have none."""
    clips, labels = draw(st.integers(1, 7)), draw(st.integers(1, most_labels))
    values = st.integers(-3, 3).map(float) | st.floats(-9, 9, width=32)
    rows = [draw(st.lists(values, min_size=labels, max_size=labels)) for _ in range(clips)]
    sets = [draw(st.lists(st.booleans(), min_size=labels, max_size=labels)) for _ in range(clips)]
    return rows, sets


def test_an_example_by_hand() -> None:
    # Pooled: 4 right, 3 wrong, 2 right, 1 wrong, 0 right, -1 wrong: precisions 1, 2/3, 3/5 of three labels.
    logits, sets = [[4.0, 3.0, 0.0], [2.0, -1.0, 1.0]], [[True, False, True], [True, False, False]]
    gap, mean_ap = scores(logits, sets)
    assert gap == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    # Label 0: both right. Label 1: no clip has it. Label 2: right at the second place.
    assert mean_ap == pytest.approx((1 + 1 / 2) / 2)


@given(clip_sets())
def test_both_are_what_their_definitions_say(case: tuple[list[list[float]], list[list[bool]]]) -> None:
    assert scores(*case) == pytest.approx((global_precision(*case), mean_precision(*case)))


@settings(max_examples=25)
@given(clip_sets(most_labels=24))
def test_labels_beyond_the_twenty_highest_are_missed_and_still_wanted(
    case: tuple[list[list[float]], list[list[bool]]],
) -> None:
    assert scores(*case)[0] == pytest.approx(global_precision(*case))


def test_without_ties_it_is_what_youtube_8m_computes() -> None:
    random = torch.Generator().manual_seed(0)
    logits, sets = torch.randn(30, 25, generator=random), torch.rand(30, 25, generator=random) < 0.2
    highest = logits.topk(20).indices
    pooled = sorted(zip(logits.gather(1, highest).flatten(), sets.gather(1, highest).flatten(), strict=True))
    found, total = 0, 0.0
    for place, (_, hit) in enumerate(reversed(pooled), 1):
        found += int(hit)
        total += found / place if hit else 0.0
    assert scores(logits.tolist(), sets.tolist())[0] == pytest.approx(total / int(sets.sum()))


@given(clip_sets(), st.data())
def test_a_clip_that_counts_twice_is_a_clip_that_is_there_twice(
    case: tuple[list[list[float]], list[list[bool]]], data: st.DataObject
) -> None:
    logits, sets = case
    counts = data.draw(st.lists(st.integers(0, 3), min_size=len(logits), max_size=len(logits)))
    if not any(counts):
        return
    again = [clip for clip, count in enumerate(counts) for _ in range(count)]
    repeated = [logits[clip] for clip in again], [sets[clip] for clip in again]
    assert scores(logits, sets, counts) == pytest.approx(scores(*repeated))


@given(clip_sets())
def test_neither_the_order_of_the_clips_nor_that_of_the_labels_decides(
    case: tuple[list[list[float]], list[list[bool]]],
) -> None:
    logits, sets = case
    turned = [row[::-1] for row in logits[::-1]], [row[::-1] for row in sets[::-1]]
    assert scores(logits, sets) == pytest.approx(scores(*turned))


def test_a_row_that_is_no_answer_ranks_last_and_is_never_right() -> None:
    sets = [[True, False], [True, True]]
    for nothing in ([NAN, 9.0], [NAN, NAN], [-INF, -INF]):
        gap, mean_ap = scores([[1.0, 0.0], nothing], sets)
        # One of three labels is found, at once; of the labels the first by one of its two clips, the second by none.
        assert (gap, mean_ap) == pytest.approx((1 / 3, 1 / 4))
    # A label that is ruled out is still an answer: it goes before what is none.
    assert scores([[NAN, 0.0], [-INF, 0.0]], [[True, False], [True, False]])[1] == pytest.approx(1 / 2)


def test_where_no_clip_has_a_label_nothing_is_found() -> None:
    assert scores([[1.0, 2.0]], [[False, False]]) == (0, 0)


def case(clips: int = 60, labels: int = 8, noise: float = 0.6) -> tuple[torch.Tensor, ...]:
    """Logits of a variant and of its reference, and labels."""
    random = torch.Generator().manual_seed(1)
    targets = torch.rand(clips, labels, generator=random) < 0.25
    reference = 2.0 * targets + torch.randn(clips, labels, generator=random)
    return reference + noise * torch.randn(clips, labels, generator=random), reference, targets


def test_what_the_clips_contribute_has_the_score_as_its_mean() -> None:
    logits, reference, targets = case()
    found = ranking(logits, reference, targets)
    whole = scores(logits.tolist(), targets.tolist())
    assert [fmean(found.by_clip[name]) for name in SCORES] == pytest.approx(whole)
    assert (float(found.gap), float(found.mean_ap)) == pytest.approx(whole)


@pytest.mark.parametrize("name", SCORES)
def test_a_clip_contributes_what_the_score_would_change_by_its_weight(name: str) -> None:
    logits, reference, targets = case()
    own, values = Rankings.of(logits, targets), ranking(logits, reference, targets).by_clip[name]
    ones, step = torch.ones(1, 60, dtype=torch.float64), 1e-6
    for clip in (0, 17, 59):
        more = ones.clone()
        more[0, clip] += step
        slope = float(SCORES[name](own, more) - SCORES[name](own, ones)) / step
        assert values[clip] == pytest.approx(float(SCORES[name](own, ones)) + 60 * slope, abs=1e-3)


def test_an_interval_holds_its_number_and_a_drop_is_of_the_same_clips() -> None:
    logits, reference, targets = case(noise=0.2)
    found = ranking(logits, reference, targets)
    for name in SCORES:
        number, drop = getattr(found, name), getattr(found, f"{name}_drop")
        assert 0 <= number.low < number < number.high <= 1
        assert drop == pytest.approx(float(getattr(ranking(reference, reference, targets), name) - number))
        assert drop.low <= drop <= drop.high
        assert drop.high - drop.low < 0.7 * (number.high - number.low), "it is paired"
    assert ranking(logits, reference, targets) == found, "the draws are seeded"


def test_what_answers_alike_drops_by_nothing() -> None:
    _, reference, targets = case()
    for other in (reference, reference.clone()):
        drop = ranking(other, reference, targets).gap_drop
        assert (drop, *drop.interval) == (0, 0, 0)


def test_a_few_resamples_at_once_are_what_all_of_them_are(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = ranking(*case())
    monkeypatch.setattr("pytest_vidcompress.measure.accuracy.ranking.MOST_ENTRIES", 1)
    assert ranking(*case()) == at_once


def test_it_can_be_asked_where_no_gradients_are_kept() -> None:
    logits, reference, targets = case()
    with torch.inference_mode():
        inside = ranking(logits + 0, reference + 0, targets & targets)
    assert inside == ranking(logits, reference, targets)
