"""Trains the packaged pocket checkpoints from scratch on rendered clips.

    python training/pocket.py videomae
    python training/pocket.py timesformer
    python training/pocket.py r2plus1d
    python training/pocket.py x3d

Seeded; resumes from `training/runs/<family>.pt` when interrupted. Writes the learning curve to
`training/<family>.csv` and the checkpoint as a folder that `--vc-model` takes to `--out`. Training, curve and
packaged validation clips use disjoint seeds, so nothing is trained or selected on what is tested.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from tqdm import tqdm
from transformers import (
    TimesformerConfig,
    TimesformerForVideoClassification,
    VideoMAEConfig,
    VideoMAEForVideoClassification,
)

from pytest_vidcompress.clips.crops.preprocess import resize
from pytest_vidcompress.clips.pocket.motions import MOTIONS
from pytest_vidcompress.clips.pocket.renderer import SIZE, render
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.convolutions.convolution_settings import R2plus1dSettings, X3dSettings
from pytest_vidcompress.models.convolutions.r2plus1d_classifier import R2plus1d
from pytest_vidcompress.models.convolutions.x3d_classifier import X3d
from pytest_vidcompress.models.own.own_weights import save_stored

HERE = Path(__file__).parent
LABELS = list(MOTIONS)
TRAIN_SEEDS, CURVE_SEEDS = 1_000_000, 500_000

GEOMETRY = dict(
    image_size=SIZE,
    patch_size=16,
    num_frames=8,
    hidden_size=128,
    num_hidden_layers=4,
    num_attention_heads=4,
    intermediate_size=512,
    id2label=dict(enumerate(LABELS)),
    label2id={label: k for k, label in enumerate(LABELS)},
)
CONVOLUTIONS = dict(num_frames=8, depths=(1, 1, 1, 1), id2label=dict(enumerate(LABELS)))
DEEPER = {**CONVOLUTIONS, "depths": (1, 2, 3, 2)}
STRIDE = [0, 4, 8, 12, 16, 20, 24, 28]
CNN = dict(frames=STRIDE, sampling="stride", layout="BCTHW", peak=3e-3)
FAMILIES = {
    # frames as each family's published protocol picks them from 32; pixel statistics of its processor
    "timesformer": dict(
        model=lambda: TimesformerForVideoClassification(TimesformerConfig(**GEOMETRY)),
        frames=[0, 4, 8, 13, 17, 22, 26, 31],
        mean=[0.45, 0.45, 0.45],
        std=[0.225, 0.225, 0.225],
        sampling="even",
        steps=3500,
    ),
    "videomae": dict(
        model=lambda: VideoMAEForVideoClassification(
            VideoMAEConfig(tubelet_size=2, use_mean_pooling=True, **GEOMETRY)
        ),
        frames=STRIDE,
        mean=[0.485, 0.456, 0.406],
        std=[0.229, 0.224, 0.225],
        sampling="stride",
        steps=9000,
    ),
    "r2plus1d": dict(
        model=lambda: R2plus1d(
            R2plus1dSettings(
                widths=(12, 24, 36, 56), stem_width=12, stem_planes=8, image_size=32, **CONVOLUTIONS
            )
        ),
        mean=[0.43216, 0.394666, 0.37645],
        std=[0.22803, 0.22145, 0.216989],
        size=32,
        steps=1000,
        stop=750,
        **CNN,
    ),
    "x3d": dict(
        model=lambda: X3d(
            X3dSettings(widths=(16, 24, 40, 64), stem_width=16, head_width=256, image_size=48, **DEEPER)
        ),
        mean=[0.45, 0.45, 0.45],
        std=[0.225, 0.225, 0.225],
        size=48,
        steps=800,
        **CNN,
    ),
}


def is_cnn(family: dict) -> bool:
    """Is it a 3-D CNN, which takes channels before frames?"""
    return family.get("layout") == "BCTHW"


def batch(first_seed: int, size: int, family: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """Clips `first_seed ...` with labels drawn from their seeds: pixels as the family takes them, and label ids."""
    seeds = range(first_seed, first_seed + size)
    labels = [int(np.random.default_rng([seed, 2]).integers(len(LABELS))) for seed in seeds]
    clips = np.stack(
        [render(LABELS[k], seed, family["frames"]) for k, seed in zip(labels, seeds, strict=True)]
    )
    small = resize(clips.reshape(-1, SIZE, SIZE, 3), family.get("size", SIZE))
    pixels = small.unflatten(0, clips.shape[:2]).float() / 255
    mean, std = (torch.tensor(family[k]).view(3, 1, 1) for k in ("mean", "std"))
    pixels = (pixels - mean) / std
    if is_cnn(family):
        # Convolutions learn faster on the CPU where channels come last in memory.
        pixels = pixels.transpose(1, 2).contiguous(memory_format=torch.channels_last_3d)
    return pixels, torch.tensor(labels)


def initialize(model: torch.nn.Module, family: dict) -> None:
    """What to begin from: convolutions as they are, without dropout, because no clip is seen twice.

    Of transformers it widens the published initialisation (std 0.02, meant for width 768) to a width of 128.

    TimeSformer's learned times and positions, zero as published, start as VideoMAE's sine waves: from small
    random numbers it does not learn the order of frames in an hour (0.56 after 2000 steps, every
    direction confused with its opposite).
    """
    if is_cnn(family):
        for part in model.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = 0.0
        model.to(memory_format=torch.channels_last_3d)
        return
    for name, p in model.named_parameters():
        if name.endswith(("time_embeddings", "position_embeddings")):
            p.data.copy_(waves(p.shape[1], p.shape[2]))
        elif p.ndim > 1 and "cls_token" in name:
            torch.nn.init.normal_(p, std=0.2)
        elif p.ndim > 1:
            torch.nn.init.normal_(p, std=p[0].numel() ** -0.5)


def waves(positions: int, width: int) -> torch.Tensor:
    """Sine and cosine of every position in `width / 2` frequencies; `(1, positions, width)`."""
    angles = torch.arange(positions)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], -1).view(1, positions, width)


def learning_rate(step: int, steps: int, peak: float, warmup: int = 300) -> float:
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


@torch.no_grad()
def accuracy(model: torch.nn.Module, clips: list[tuple[torch.Tensor, torch.Tensor]]) -> float:
    model.eval()
    right = sum((logits_from(model(x)).argmax(-1) == y).sum().item() for x, y in clips)
    model.train()
    return right / sum(len(y) for _, y in clips)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--peak", type=float, help="highest learning rate; the family's by default")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE.parent / "pytest_vidcompress/models/pocket")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    family = FAMILIES[options.family]
    steps, peak = family["steps"], options.peak or family.get("peak", 1e-3)
    stop = family.get("stop", steps)  # before its schedule ends, where it knows enough
    model = family["model"]().train()
    initialize(model, family)
    decayed = {p for name, p in model.named_parameters() if p.ndim > 1 and not name.endswith("_embeddings")}
    matrices = [p for p in model.parameters() if p in decayed]
    vectors = [p for p in model.parameters() if p not in decayed]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}],
        betas=(0.9, 0.98),
    )
    curve = [batch(CURVE_SEEDS + 64 * k, 64, family) for k in range(8)]
    log_path, state_path = HERE / f"{options.family}.csv", HERE / "runs" / f"{options.family}.pt"
    state_path.parent.mkdir(exist_ok=True)
    rows: list[dict] = []
    step = seconds = 0
    if state_path.exists():
        state = torch.load(state_path, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, seconds, rows = state["step"], state["seconds"], state["rows"]

    losses: list[float] = []
    progress = tqdm(total=stop, initial=step, desc=options.family, unit="step")
    while step < stop:
        started = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, peak)
        x, y = batch(TRAIN_SEEDS + options.batch * step, options.batch, family)
        loss = cross_entropy(logits_from(model(x)), y, label_smoothing=0.05)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        seconds += time.perf_counter() - started
        step += 1
        progress.update()
        if step % 250 == 0 or step == stop:
            rows.append(
                dict(
                    step=step,
                    clips=step * options.batch,
                    loss=round(float(np.mean(losses)), 4),
                    top1=round(accuracy(model, curve), 4),
                    minutes=round(seconds / 60, 1),
                )
            )
            losses.clear()
            progress.set_postfix(rows[-1])
            partial = state_path.with_suffix(".partial")
            torch.save(
                dict(
                    model=model.state_dict(),
                    optimizer=optimizer.state_dict(),
                    step=step,
                    seconds=seconds,
                    rows=rows,
                ),
                partial,
            )
            partial.replace(state_path)
            with log_path.open("w", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)
    folder = options.out / options.family
    save(model.eval(), folder, family)


def save(model: torch.nn.Module, folder: Path, family: dict) -> None:
    """Writes a folder that `--vc-model` takes."""
    if is_cnn(family):
        statistics = dict(mean=tuple(family["mean"]), std=tuple(family["std"]))
        profile = Profile(8, 4, family["size"], sampling=family["sampling"], **statistics)
        save_stored(model, model.config.to_dict(), profile, folder)
        return
    model.save_pretrained(folder)
    write_json(folder / "preprocessor_config.json", image_mean=family["mean"], image_std=family["std"])
    write_json(folder / "profile.json", rate=4, sampling=family["sampling"], published="1x1")


def write_json(path: Path, **values: object) -> None:
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
