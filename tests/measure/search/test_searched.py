"""What embeddings of a variant find, beside those of its reference."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from pytest_vidcompress.measure.search.rankings import Matrix
from pytest_vidcompress.measure.search.searched import AT_ONCE, searched, unit_vectors

CLASSES, CLIPS = 5, 60
LABELS = torch.arange(CLIPS) % CLASSES


def of_classes(noise: float, seed: int = 0, clips: int = CLIPS, width: int = 16) -> Matrix:
    """Around a centre a class."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((CLASSES, width))
    rows = centres[np.arange(clips) % CLASSES] + noise * random.standard_normal((clips, width))
    return unit_vectors(torch.from_numpy(rows))


def turned(vectors: Matrix) -> Matrix:
    turn = np.linalg.qr(np.random.default_rng(2).standard_normal((vectors.shape[1],) * 2))[0]
    return (vectors @ turn).astype(np.float32)


def test_a_reference_finds_what_it_finds_and_loses_nothing() -> None:
    reference = of_classes(0.3)
    found = searched(reference, reference, LABELS)
    assert found.numbers["agreement_at_10"] == 1
    assert all(drop == 0 for drop in found.drops.values())
    assert found.numbers["recall_at_1"] == found.numbers["asymmetric_recall_at_1"]
    assert found.vector_bytes == 64
    assert "agreement_at_10" not in found.drops


def test_noise_costs_recall_and_each_number_is_the_mean_of_its_clips() -> None:
    reference, own = of_classes(0.3), of_classes(1.5, seed=1)
    found = searched(own, reference, LABELS)
    base = searched(reference, reference, LABELS)
    assert found.numbers["recall_at_1"] < 0.9 < base.numbers["recall_at_1"]
    for name, drop in found.drops.items():
        assert drop == pytest.approx(base.numbers[name] - found.numbers[name])
        assert drop.low <= drop <= drop.high
    for name, values in found.by_clip.items():
        assert len(values) == CLIPS
        assert sum(values) / CLIPS == pytest.approx(float(found.numbers[name]))


def test_a_turned_space_loses_nothing_by_itself_and_everything_across() -> None:
    reference = of_classes(0.3)
    found = searched(turned(reference), reference, LABELS)
    assert found.numbers["agreement_at_10"] > 0.99
    assert found.drops["recall_at_1"] == 0
    assert found.drops["asymmetric_recall_at_1"].low > 0.2
    assert found.drops["reverse_recall_at_1"].low > 0.2


def test_another_width_asks_nobody_but_itself() -> None:
    found = searched(of_classes(0.3, width=8), of_classes(0.3), LABELS)
    assert {"recall_at_1", "agreement_at_10"} <= found.numbers.keys()
    assert not {"asymmetric_recall_at_1", "reverse_recall_at_1"} & found.numbers.keys()
    assert found.vector_bytes == 32


def test_a_clip_that_is_alone_in_its_class_says_nothing_of_recall() -> None:
    labels = LABELS.clone()
    labels[7] = 99
    found = searched(of_classes(0.3), of_classes(0.3), labels)
    assert math.isnan(found.by_clip["recall_at_1"][7])
    assert not math.isnan(found.by_clip["agreement_at_10"][7])
    assert found.numbers["recall_at_1"] > 0.9


def test_where_no_two_clips_are_of_one_class_there_is_agreement_alone() -> None:
    found = searched(of_classes(0.3), of_classes(0.3), torch.arange(CLIPS))
    assert found.numbers.keys() == {"agreement_at_10"}


def test_a_clip_without_a_vector_finds_nothing_and_is_found_last() -> None:
    reference, own = of_classes(0.2), of_classes(0.2)
    own[3] = np.nan
    found = searched(own, reference, LABELS)
    for name in ("recall_at_1", "recall_at_10", "agreement_at_10", "asymmetric_recall_at_1"):
        assert found.by_clip[name][3] == 0, name
    # Others find their class still.
    assert found.numbers["recall_at_1"] == pytest.approx(1 - 1 / CLIPS)


def test_clips_with_several_labels_find_those_that_share_one() -> None:
    sets = torch.zeros(CLIPS, CLASSES + 1, dtype=torch.bool)
    sets[torch.arange(CLIPS), LABELS] = True
    own = of_classes(0.3)
    one = searched(own, own, LABELS)
    assert searched(own, own, sets).by_clip == one.by_clip
    sets[:, CLASSES] = True
    assert searched(own, own, sets).numbers["search_mean_ap"] == 1


def test_how_many_are_ranked_together_changes_nothing() -> None:
    clips = AT_ONCE + 30
    own, labels = of_classes(1.0, clips=clips), torch.arange(clips) % CLASSES
    together = searched(own, own, labels)
    assert len(together.by_clip["recall_at_1"]) == clips
    # The last clip by hand.
    products = own[:-1] @ own[-1]
    nearest = int(products.argmax())
    assert together.by_clip["recall_at_1"][-1] == float(labels[nearest] == labels[-1])


def test_no_direction_is_no_vector() -> None:
    rows = unit_vectors(torch.tensor([[3.0, 4.0], [0.0, 0.0], [math.nan, 1.0], [math.inf, 1.0]]))
    assert rows[0].tolist() == pytest.approx([0.6, 0.8])
    assert np.isnan(rows[1:]).all()
