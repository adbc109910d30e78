"""Trains the backbone of the packaged long clips' models: it learns what can be seen in single frames.

Half of a batch are frames as they are drawn, of clips that come but once, and half are frames of some thousand clips
as a file gives them back: what is encoded shall have the features of what was drawn.
"""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from event_frames import Seen, coded, drawn
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from pytest_vidcompress.clips.events.plan import LABELS
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.learn.schedule import learning_rate
from pytest_vidcompress.measure.accuracy.ranking import Rankings

SEEDS, CODED_SEEDS, CURVE_SEEDS = 1_000_000, 1_095_000, 500_000
"""Of the first clip that is drawn, that is encoded, and that the curve is of."""
STEPS, BATCH, RATE, DECAY = 8000, 64, 3e-3, 0.05
FRAMES_A_CLIP = 4
"""Of those that are drawn."""
CODED_CLIPS, CURVE_CLIPS = 2500, 200
NOTED = 500
"""Steps from one row of the curve to the next."""
Row = dict[str, Any]


class BackboneTraining:
    """Goes on where its file has it, and keeps there what it has done.

    Args:
        backbone: with random weights.
        profile: of its frames.
        runs: the folder of what is kept.
    """

    def __init__(self, backbone: nn.Module, profile: Profile, runs: Path) -> None:
        size: Any = backbone.size
        self._backbone, self._profile, self._runs = backbone.requires_grad_(True), profile, runs
        self._both = nn.Sequential(backbone, nn.Linear(size, len(LABELS)))
        self._optimizer = torch.optim.AdamW(self._both.parameters(), weight_decay=DECAY)
        self._step, self._seconds = 0, 0.0
        self.rows: list[Row] = []
        """How it learned."""
        if self._file.exists():
            state = torch.load(self._file, weights_only=True)
            self._both.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._step, self._seconds, self.rows = state["step"], state["seconds"], state["rows"]

    def trained(self) -> nn.Module:
        """The backbone, frozen."""
        while self._step < STEPS:
            began = time.perf_counter()
            losses = [self._learn() for _ in range(min(NOTED, STEPS - self._step))]
            self._seconds += time.perf_counter() - began
            self._note(fmean(losses))
        return self._backbone.eval().requires_grad_(False)

    def _learn(self) -> float:
        """One step; its loss."""
        self._both.train()
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self._step, STEPS, RATE)
        pixels, truths = self._batch().tensors(self._profile)
        loss = binary_cross_entropy_with_logits(self._both(pixels), truths)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self._step += 1
        return loss.item()

    def _batch(self) -> Seen:
        half = BATCH // 2
        clips = half // FRAMES_A_CLIP
        first = SEEDS + self._step * clips
        assert first + clips <= CODED_SEEDS
        files = self._coded
        chosen = np.random.default_rng([self._step, 7]).choice(len(files.frames), BATCH - half, False)
        return Seen.together([drawn(range(first, first + clips), FRAMES_A_CLIP), files.at(chosen)])

    @cached_property
    def _coded(self) -> Seen:
        file = self._runs / "coded.npz"
        if not file.exists():
            made = coded(range(CODED_SEEDS, CODED_SEEDS + CODED_CLIPS))
            np.savez(file, frames=made.frames, labels=made.labels)
        stored = np.load(file)
        return Seen(stored["frames"], stored["labels"])

    @cached_property
    def _held(self) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
        """What the curve is of, by its column."""
        seeds = range(CURVE_SEEDS, CURVE_SEEDS + CURVE_CLIPS)
        both = {"mean_ap": drawn(seeds, FRAMES_A_CLIP), "coded_mean_ap": coded(seeds)}
        return {name: seen.tensors(self._profile) for name, seen in both.items()}

    def _note(self, loss: float) -> None:
        self._both.eval()
        row: Row = {"step": self._step, "loss": round(loss, 4)}
        for name, (pixels, truths) in self._held.items():
            with torch.inference_mode():
                rankings = Rankings.of(self._both(pixels), truths > 0)
            row[name] = round(float(rankings.mean_ap(torch.ones(1, len(pixels)))), 4)
        self.rows.append({**row, "minutes": round(self._seconds / 60, 1)})
        print("backbone", self.rows[-1], flush=True)
        self._keep()

    def _keep(self) -> None:
        state = {"model": self._both.state_dict(), "optimizer": self._optimizer.state_dict()}
        partial = self._file.with_suffix(".partial")
        torch.save({**state, "step": self._step, "seconds": self._seconds, "rows": self.rows}, partial)
        partial.replace(self._file)

    @property
    def _file(self) -> Path:
        return self._runs / "backbone.pt"
