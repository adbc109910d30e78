from __future__ import annotations

import torch

from pytest_vidcompress.compress.exits.pooled import TokenOrder, pooled

BATCH, FRAMES, PLACES, WIDTH = 2, 3, 4, 5
GRID = torch.randn(BATCH, FRAMES, PLACES, WIDTH, generator=torch.Generator().manual_seed(0))
TOKEN = torch.randn(BATCH, 1, WIDTH, generator=torch.Generator().manual_seed(1))


def test_tokens_are_pooled_alike_however_they_lie() -> None:
    by_place = torch.cat((TOKEN, GRID.transpose(1, 2).flatten(1, 2)), 1)
    apart = pooled((TOKEN, GRID), TokenOrder(FRAMES))
    torch.testing.assert_close(pooled(by_place, TokenOrder(FRAMES, by_place=True)), apart)
    without = pooled(GRID.flatten(1, 2), TokenOrder(FRAMES))
    torch.testing.assert_close(torch.cat((TOKEN[:, 0], without), -1), apart)
    convolved = GRID.movedim(-1, 1).unflatten(-1, (2, 2))
    torch.testing.assert_close(pooled(convolved, TokenOrder()), without)


def test_what_stands_still_does_not_spread_over_frames_and_what_is_plain_not_over_places() -> None:
    still = GRID[:, :1].expand(-1, FRAMES, -1, -1)
    plain = GRID[:, :, :1].expand(-1, -1, PLACES, -1)
    for values, of_frames, of_places in ((still, False, True), (plain, True, False)):
        parts = pooled(values.flatten(1, 2), TokenOrder(FRAMES)).split(WIDTH, -1)
        assert len(parts) == 4
        assert torch.allclose(parts[0], values.mean((1, 2)))
        assert bool((parts[2] > 1e-4).all()) == of_frames
        assert bool((parts[3] > 1e-4).all()) == of_places
