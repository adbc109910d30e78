"""Trains the packaged models of long clips from scratch on rendered ones: a backbone, then what reads its features.

    python training/events.py                        all; ten minutes of one core
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
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from event_backbone import CURVE_SEEDS, BackboneTraining
from torch import nn

from pytest_vidcompress.clips.events.plan import LABELS
from pytest_vidcompress.clips.events.rendered_events import RenderedEvents
from pytest_vidcompress.clips.label_targets import Targets
from pytest_vidcompress.clips.training_clips import TrainingClips
from pytest_vidcompress.learn.budget import Budget
from pytest_vidcompress.learn.feature_lessons import Answering, FeatureBatches
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.learn.loop import Training, train
from pytest_vidcompress.learn.losses import label_loss
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
TRAIN, CURVE = RenderedEvents(1_100_000, 4000), RenderedEvents(CURVE_SEEDS, 300)
"""Of the aggregators; none of these clips is one that the backbone learns of."""
STEPS = {"hrnn": 1200, "netvlad": 1200, "nextvlad": 1200}
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


def trained_backbone() -> nn.Module:
    """Of the packaged models, frozen; trained where it is not there yet."""
    training = BackboneTraining(classifier("hrnn").backbone, CATALOG["hrnn"].profile, RUNS)
    backbone = training.trained()
    write_csv("backbone", training.rows)
    return backbone


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


def write_csv(name: str, rows: list[Row]) -> None:
    with (HERE / f"{name}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
