from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.predict import evaluating, logits_of, predict
from pytest_vidcompress.models.model import Model


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
    from tests.models.small import network, pixels

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
