"""Trains the packaged models of long clips from scratch on rendered ones: a backbone, then what reads its features.

    python training/events.py                        all; a quarter of an hour on one core
    python training/events.py hrnn netvlad           these, on the backbone that is there

Seeded; what is interrupted goes on from `training/runs/events` when it is started again. The backbone learns what
can be seen in single frames; frozen, it makes the features of all frames of some thousand clips, on which the
aggregators learn the labels of clips. Writes `training/<name>.csv`, how each learned, and the checkpoints, in halves,
to `--out`. Training, curve and packaged clips have disjoint seeds: nothing is trained or chosen on what is tested.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from pytest_vidcompress.clips.events.drawing import render
from pytest_vidcompress.clips.events.plan import FRAMES, LABELS, plan
from pytest_vidcompress.clips.events.rendered_events import RenderedEvents
from pytest_vidcompress.clips.label_targets import Targets
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.clips.training_clips import TrainingClips
from pytest_vidcompress.learn.budget import Budget
from pytest_vidcompress.learn.feature_lessons import Answering, FeatureBatches
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.learn.loop import Training, train
from pytest_vidcompress.learn.losses import label_loss
from pytest_vidcompress.learn.schedule import learning_rate
from pytest_vidcompress.measure.accuracy.ranking import Rankings
from pytest_vidcompress.models.adapter import evaluating
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.frame_features.frame_classifier import FrameClassifier, build
from pytest_vidcompress.models.frame_features.frame_settings import read_settings
from pytest_vidcompress.models.frame_features.weights import save_checkpoint
from pytest_vidcompress.models.model import Model

HERE = Path(__file__).parent
RUNS = HERE / "runs" / "events"
NAMES = ("hrnn", "netvlad", "nextvlad")
BACKBONE_SEEDS, CURVE_SEEDS = 1_000_000, 500_000
BACKBONE_CLIPS, FRAMES_A_CLIP = 6000, 6
"""Frames of these clips are what the backbone learns of."""
BACKBONE_STEPS, BACKBONE_BATCH, BACKBONE_RATE = 2000, 64, 3e-3
VISIBLE = 0.15
"""Share that an event must cover to be told of a frame."""
TRAIN, CURVE = RenderedEvents(1_100_000, 2000), RenderedEvents(CURVE_SEEDS, 300)
"""Of the aggregators; none of these clips is one that the backbone learns of."""
STEPS = {"hrnn": 900, "netvlad": 900, "nextvlad": 900}
BATCH, RATE, DECAY = 64, 2e-3, 0.02
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help=f"of {', '.join(('backbone', *NAMES))}; all")
    parser.add_argument("--out", type=Path, default=HERE.parent / "pytest_vidcompress/models/pocket")
    options = parser.parse_args()
    torch.set_num_threads(1)
    RUNS.mkdir(parents=True, exist_ok=True)
    backbone = trained_backbone()
    for name in options.names or NAMES:
        if name != "backbone":
            train_model(name, backbone, options.out)


def classifier(name: str) -> FrameClassifier:
    """Of random weights, with the geometry of its name."""
    named = CATALOG[name]
    torch.manual_seed(0)
    return build(read_settings({**named.geometry, "id2label": dict(enumerate(LABELS))}))


def pixels_of(frames: np.ndarray, profile: Profile) -> torch.Tensor:
    """Frames `(n, H, W, 3)` as the model takes them, `(n, 3, H, W)`."""
    mean, std = (torch.tensor(each).view(3, 1, 1) for each in (profile.mean, profile.std))
    return (torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255 - mean) / std


def visible(seed: int, frames: np.ndarray) -> np.ndarray:
    """Which labels can be seen in some frames of a clip, `(n, labels)`."""
    seen = np.zeros((len(frames), len(LABELS)), bool)
    for event in plan(seed):
        seen[:, LABELS.index(event.label)] |= event.strength_at(frames) > VISIBLE
    return seen


def trained_backbone() -> nn.Module:
    """Of the packaged models, frozen; trained where it is not there yet."""
    file = RUNS / "backbone.pt"
    backbone = classifier("hrnn").backbone.requires_grad_(True)
    head = nn.Linear(backbone.size, len(LABELS))
    both = nn.Sequential(backbone, head)
    optimizer = torch.optim.AdamW(both.parameters(), weight_decay=0.05)
    step, seconds, rows = 0, 0.0, list[Row]()
    if file.exists():
        state = torch.load(file, weights_only=True)
        both.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, seconds, rows = state["step"], state["seconds"], state["rows"]
    profile = CATALOG["hrnn"].profile
    held = frames_of(range(CURVE_SEEDS, CURVE_SEEDS + 200), profile)
    losses: list[float] = []
    while step < BACKBONE_STEPS:
        began = time.perf_counter()
        both.train()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, BACKBONE_STEPS, BACKBONE_RATE)
        clips = -(-BACKBONE_BATCH // FRAMES_A_CLIP)
        first = BACKBONE_SEEDS + step * clips % BACKBONE_CLIPS
        pixels, truths = frames_of(range(first, first + clips), profile, step)
        loss = binary_cross_entropy_with_logits(both(pixels), truths)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        step, seconds = step + 1, seconds + time.perf_counter() - began
        if step % 250 == 0 or step == BACKBONE_STEPS:
            both.eval()
            with torch.no_grad():
                logits = both(held[0])
            mean_ap = float(Rankings.of(logits, held[1] > 0).mean_ap(torch.ones(1, len(logits))))
            row = {"step": step, "loss": round(float(np.mean(losses)), 4), "mean_ap": round(mean_ap, 4)}
            rows.append({**row, "minutes": round(seconds / 60, 1)})
            losses.clear()
            print("backbone", rows[-1], flush=True)
            state = {"model": both.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            write_whole(file, {**state, "seconds": seconds, "rows": rows})
            write_csv("backbone", rows)
    return backbone.eval().requires_grad_(False)


def frames_of(seeds: range, profile: Profile, draw: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Some frames of every clip: pixels and which labels can be seen in them."""
    chosen = [
        np.sort(np.random.default_rng([seed, draw, 9]).choice(FRAMES, FRAMES_A_CLIP, False)) for seed in seeds
    ]
    frames = np.concatenate([render(seed, each) for seed, each in zip(seeds, chosen, strict=True)])
    truths = np.concatenate([visible(seed, each) for seed, each in zip(seeds, chosen, strict=True)])
    return pixels_of(frames, profile), torch.from_numpy(truths).float()


def train_model(name: str, backbone: nn.Module, out: Path) -> None:
    """Trains what reads the features, and packages both."""
    module = classifier(name)
    module.backbone.load_state_dict(backbone.state_dict())
    # As it is packaged, so that its features are those that were learned of.
    module.backbone.half().float()
    module.eval()
    model = Model(name, module, CATALOG[name].profile, LABELS)
    held = clips_of(model, CURVE).batch(0, len(CURVE))
    rows: list[Row] = []
    lessons = Lessons(model, clips_of(model, TRAIN), recipe=name)
    training = Training(label_loss, Budget(STEPS[name]), BATCH, RATE, DECAY, dropout=True, statistics=True)
    answering = Answering(module)
    note = noting(answering, held, rows)
    train(answering, replace(training, after_step=note), replace(lessons, folder=RUNS / name))
    if rows:
        write_csv(name, rows)
    halved = module.half()
    save_checkpoint(halved, model.profile, out / name)
    print(name, "as packaged", scores(answering.float(), held), flush=True)


def clips_of(model: Model, clips: RenderedEvents) -> FeatureBatches:
    ids = {label: number for number, label in enumerate(LABELS)}
    training = TrainingClips(clips, Targets(ids, len(LABELS)), model.profile)
    return FeatureBatches(training, model.module, RUNS)


def noting(
    module: nn.Module, held: tuple[torch.Tensor, torch.Tensor], rows: list[Row]
) -> Callable[[int, int], None]:
    """Writes down every tenth of the way how well clips are told that are not trained on."""

    def note(done: int, steps: int) -> None:
        if done % math.ceil(steps / 10) == 0 or done == steps:
            rows.append({"step": done, "clips": done * BATCH, **scores(module, held)})
            print(rows[-1], flush=True)

    return note


def scores(module: nn.Module, held: tuple[torch.Tensor, torch.Tensor]) -> Row:
    features, truths = held
    with evaluating(module), torch.no_grad():
        rankings = Rankings.of(module(features), truths)
    ones = torch.ones(1, len(features))
    return {"gap": round(float(rankings.gap(ones)), 4), "mean_ap": round(float(rankings.mean_ap(ones)), 4)}


def write_whole(path: Path, state: Row) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def write_csv(name: str, rows: list[Row]) -> None:
    with (HERE / f"{name}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
