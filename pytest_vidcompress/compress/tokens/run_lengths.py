"""Patches that stand still: which tubelets of a place say something new, and how long each lasts.

Choudhury et al., "Don't Look Twice: Faster Video Transformers with Run-Length Tokenization", NeurIPS 2024.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import avg_pool2d

from .token_sizes import rows


class RunLengths(nn.Module):
    """Tokens `(1, T P, D)` and pixels `(1, F, C, H, W)` of a clip -> those that begin a run, and its length.

    Args:
        threshold: mean difference of normalized pixels up to which a patch stands still.
        tubelet: frames of one.
        patch: pixels of one, height and width.
        counted: are lengths said? Otherwise every token is one of its own.
    """

    shapes_depend_on_clip = True

    def __init__(self, threshold: float, tubelet: int, patch: tuple[int, int], counted: bool) -> None:
        super().__init__()
        self.threshold, self.tubelet, self.patch, self.counted = threshold, tubelet, patch, counted

    def forward(self, tokens: torch.Tensor, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        new = changes(pixels, self.tubelet, self.patch) > self.threshold
        new = torch.cat((torch.ones_like(new[:, :1]), new), 1)[0]
        kept = new.flatten().nonzero().reshape(1, 1, -1)
        chosen = rows(tokens.unsqueeze(1), kept).squeeze(1)
        if not self.counted:
            return chosen, None
        lengths = run_lengths(new).to(tokens.dtype).reshape(1, 1, -1)
        return chosen, rows(lengths, kept).squeeze(1)


def changes(pixels: torch.Tensor, tubelet: int, patch: tuple[int, int]) -> torch.Tensor:
    """How much each patch differs from the tubelet before, `(B, T - 1, P)`: its last frame from the first of that
    one, in the mean of pixels and channels."""
    firsts, lasts = pixels[:, ::tubelet], pixels[:, tubelet - 1 :: tubelet]
    difference = (lasts[:, 1:] - firsts[:, : lasts.shape[1] - 1]).abs().mean(2)
    return avg_pool2d(difference, patch).flatten(2)


def run_lengths(new: torch.Tensor) -> torch.Tensor:
    """Of a beginning `(T, P)`, how many tubelets there are until the next at its place; of others something."""
    count = len(new)
    times = torch.arange(count, device=new.device).unsqueeze(1)
    begins = torch.where(new, times, count)
    following = begins.flip(0).cummin(0).values.flip(0)  # the next at or after each time
    after = torch.cat((following[1:], torch.full_like(following[:1], count)))
    return after - times
