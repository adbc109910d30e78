from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Merge, Views
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.accuracy.predict import logits_of, merged, predict
from pytest_vidcompress.models.adapter import evaluating
from pytest_vidcompress.models.model import Model
from tests.models.small import FAMILIES, network, pixels


def test_logits_come_clip_by_clip_with_the_right_answers(classifier: Model, clips: Clips) -> None:
    logits, ids = predict(classifier.module, clips, 16)
    (pixels, expected), *_ = clips.batches(8)
    torch.testing.assert_close(logits, classifier.module(pixels).detach())
    assert torch.equal(ids, expected)
    assert not logits.requires_grad


def test_one_clip_a_batch(clips: Clips) -> None:
    shapes: list[tuple[int, ...]] = []

    def target(pixels: torch.Tensor) -> torch.Tensor:
        shapes.append(tuple(pixels.shape))
        return torch.zeros(1, 16)

    predict(target, clips, 16)
    assert shapes == [(1, 2, 3, 16, 16)] * 8


def shown(clips: Clips, views: Views, merge: Merge = "logits") -> Clips:
    """The same clips, looked at more often."""
    ids = {label: position for position, label in enumerate(clips.labels)}
    profile = replace(clips.profile, views=views, merge=merge)
    return Clips(clips[:], clips.labels, ids, profile)


def test_one_view_a_batch(clips: Clips) -> None:
    shapes: list[tuple[int, ...]] = []

    def target(pixels: torch.Tensor) -> torch.Tensor:
        shapes.append(tuple(pixels.shape))
        return torch.zeros(1, 16)

    logits, ids = predict(target, shown(clips, Views(2, 3)), 16)
    assert shapes == [(1, 2, 3, 16, 16)] * (8 * 6)
    assert logits.shape == (8, 16)
    assert ids.shape == (8,)


@pytest.mark.parametrize("merge", ["logits", "softmax"])
def test_views_of_a_clip_are_merged_and_those_of_others_are_not(
    merge: Merge, classifier: Model, clips: Clips
) -> None:
    many = shown(clips, Views(2, 1), merge)
    asked: list[torch.Tensor] = []
    told: list[tuple[str, int, int]] = []
    logits, ids = predict(
        classifier.module,
        many,
        16,
        lambda *what: told.append(what),
        enough=lambda row: asked.append(row) is not None,
    )
    for row, views in zip(logits, many.batches(1), strict=True):
        by_view = torch.cat([classifier.module(view) for view in views[0].split(1)]).detach()
        assert by_view.shape == (2, 16)
        assert not torch.equal(by_view[0], by_view[1])
        if merge == "logits":
            torch.testing.assert_close(row, by_view.mean(0))
        else:
            torch.testing.assert_close(row.exp(), by_view.softmax(-1).mean(0))
    assert torch.equal(ids, predict(classifier.module, clips, 16)[1])
    assert torch.equal(torch.cat(asked), logits)
    assert [done for _, done, _ in told] == list(range(1, 9))


@pytest.mark.parametrize("merge", ["logits", "softmax"])
def test_a_single_view_keeps_its_logits_bit_for_bit(merge: Merge, classifier: Model, clips: Clips) -> None:
    once, _ = predict(classifier.module, shown(clips, Views(), merge), 16)
    assert torch.equal(once, torch.cat([classifier.module(pixels) for pixels, _ in clips.batches(1)]))
    row = torch.tensor([[-1e30, 0.1, 1e-30]])
    assert merged([row], merge) is row


@given(
    rows=st.lists(st.lists(st.floats(-1000, 1000, width=32), min_size=3, max_size=3), min_size=2, max_size=15)
)
def test_merging_is_the_papers(rows: list[list[float]]) -> None:
    each = [torch.tensor([row]) for row in rows]
    together = torch.tensor(rows, dtype=torch.double)
    torch.testing.assert_close(
        merged(each, "logits").double(), together.mean(0, keepdim=True), rtol=1e-5, atol=1e-3
    )
    softmax = merged(each, "softmax")
    assert softmax.isfinite().all()
    torch.testing.assert_close(
        softmax.double().exp(), together.softmax(-1).mean(0, keepdim=True), rtol=1e-3, atol=1e-6
    )


def test_the_two_ways_to_merge_can_disagree() -> None:
    sure, unsure = torch.tensor([[9.0, 0.0, 0.0]]), torch.tensor([[0.0, 10.0, 9.9]])
    assert merged([sure, unsure, unsure], "logits").argmax() == 1
    assert merged([sure, unsure], "softmax").argmax() == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_of_another_number_of_frames_are_refused(family: str, clips: Clips) -> None:
    module = network(family, image_size=16, patch_size=8, num_frames=4)
    with pytest.raises(VidcompressError, match=r"measured model is fed 2 frames a clip, .* weights know 4"):
        predict(module, clips, 3)
    right = network(family, image_size=16, patch_size=8, num_frames=2)
    assert predict(right, clips, 3)[0].shape == (8, 3)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda row: row,
        lambda row: SimpleNamespace(logits=row),
        lambda row: row.numpy(),
        lambda row: row.tolist(),
        lambda row: row.double(),
        lambda row: row.numpy().astype(np.float16),
    ],
)
def test_outputs_of_any_kind(wrap: Any, clips: Clips) -> None:
    row = torch.arange(16.0)[None]
    logits, _ = predict(lambda pixels: wrap(row), clips, 16)
    assert torch.equal(logits, row.expand(8, 16))
    assert logits.dtype == torch.float32


def test_transformers_outputs() -> None:
    assert logits_of(network("videomae"), pixels()).shape == (1, 3)


@pytest.mark.parametrize("shape", [(1, 15), (16,), (2, 16), (1, 1, 16), ()])
def test_other_shapes_are_refused(shape: tuple[int, ...], clips: Clips) -> None:
    with pytest.raises(VidcompressError) as caught:
        predict(lambda pixels: torch.zeros(shape), clips, 16)
    assert str(caught.value) == (
        f"the measured model returned shape {shape} for one clip; expected logits of shape (1, 16), one a label"
        " of the model"
    )


def test_dropout_is_off_and_every_mode_is_put_back(clips: Clips) -> None:
    module = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(1536, 16))
    module.train()
    module[2].eval()
    first, again = (predict(module, clips, 16)[0] for _ in range(2))
    assert torch.equal(first, again)
    assert [part.training for part in module.modules()] == [True, True, True, False]


def test_modes_are_put_back_after_a_failure() -> None:
    module = nn.Dropout().train()
    with suppress(RuntimeError), evaluating(module):
        assert not module.training
        raise RuntimeError
    assert module.training


def test_progress_is_told(classifier: Model, clips: Clips) -> None:
    told: list[tuple[str, int, int]] = []
    predict(classifier.module, clips, 16, lambda *what: told.append(what))
    assert told == [("clips", done, 8) for done in range(1, 9)]


def test_it_ends_where_the_clips_are_enough(classifier: Model, clips: Clips) -> None:
    everything, every_id = predict(classifier.module, clips, 16)
    told: list[tuple[str, int, int]] = []
    asked: list[torch.Tensor] = []

    def enough(row: torch.Tensor) -> bool:
        asked.append(row)
        return len(asked) == 3

    logits, ids = predict(classifier.module, clips, 16, lambda *what: told.append(what), enough)
    assert torch.equal(logits, everything[:3])
    assert torch.equal(ids, every_id[:3])
    assert torch.equal(torch.cat(asked), logits)
    # The last one is its own total, or a bar would be left behind.
    assert told == [("clips", 1, 8), ("clips", 2, 8), ("clips", 3, 3)]


def test_never_enough_is_all(classifier: Model, clips: Clips) -> None:
    logits, _ = predict(classifier.module, clips, 16, enough=lambda row: False)
    assert len(logits) == 8


def test_answers_that_share_one_buffer_are_kept_apart(classifier: Model, clips: Clips) -> None:
    buffer = torch.zeros(1, 16)
    logits, _ = predict(lambda view: buffer.copy_(classifier.module(view)), clips, 16)
    assert torch.equal(logits, predict(classifier.module, clips, 16)[0])


def test_of_several_labels_each_has_a_probability_of_its_own() -> None:
    rows = [torch.tensor([[0.5, 0.2]]).logit(), torch.tensor([[0.9, 0.4]]).logit()]
    torch.testing.assert_close(merged(rows, "softmax", sets=True).sigmoid(), torch.tensor([[0.7, 0.3]]))
    torch.testing.assert_close(merged(rows, "logits", sets=True), (rows[0] + rows[1]) / 2)
