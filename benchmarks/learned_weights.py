"""What recipes that learn keep, on all packaged clips: trained on drawn ones, held against fp32 on the same clips.

    python benchmarks/learned_weights.py videomae CHECKPOINTS "prune-gradual:steps=3000" "fuse+int8-qat:steps=300"

A training that was interrupted goes on from what is in CHECKPOINTS. Give `steps=`: minutes are not the same twice.
Raw results are in learned_weights.json: points of top-1 lost, agreement and KL divergence, the clips lost and gained
against fp32, and the bytes of the artefact as a share of fp32's. Recipes that do not learn can stand beside.
"""

import json
import re
import sys
from pathlib import Path

import torch

from pytest_vidcompress.artefacts.variant import Variant, prepared
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.pocket.rendered import RenderedClips
from pytest_vidcompress.clips.sample import calibration
from pytest_vidcompress.clips.training_clips import TrainingClips
from pytest_vidcompress.compress.recipe import Recipe, parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.models.load import load
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES

RESULTS = Path(__file__).with_suffix(".json")


def main(name: str, folder: Path, texts: list[str]) -> None:
    torch.set_num_threads(1)
    clip_set = pocket()
    model = load(name, clip_set.labels, "pocket")
    ids = {label: model.labels.index(label) for label in clip_set.labels}
    clips = Clips(clip_set.clips, clip_set.labels, ids, model.profile)
    spare = calibration(clip_set, clip_set.clips, 32, 0)
    calibrating = Clips(spare, clip_set.labels, ids, model.profile)
    fp32, labels = predict(model.module, clips, len(model.labels))
    whole = prepared(parse("fp32", TECHNIQUES), model, "torch", RUNTIMES).size_bytes()
    for text in texts:
        recipe = parse(text, TECHNIQUES)
        variant = built(recipe, model, calibrating, folder / f"{name}-{re.sub('[^a-z0-9]+', '-', text)}")
        logits, _ = predict(variant.module, clips, len(model.labels))
        row = compared(fp32, logits, labels)
        row["size_ratio"] = round(variant.size_bytes() / whole, 4)
        row["notes"] = list(variant.notes)
        print(name, recipe, row, flush=True)
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        results.setdefault(name, {})[str(recipe)] = row
        RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")


def built(recipe: Recipe, model: Model, calibrating: Clips, folder: Path) -> Variant:
    folder.mkdir(parents=True, exist_ok=True)
    ids = {label: number for number, label in enumerate(model.labels)}
    training = TrainingClips(RenderedClips(), ids, model.profile)
    made = recipe.apply(model, calibrating, Lessons(model, training, 0, folder))
    return prepared(recipe, made, recipe.runtime, RUNTIMES)


def compared(fp32: torch.Tensor, logits: torch.Tensor, labels: torch.Tensor) -> dict:
    before, after = (each.argmax(-1) == labels for each in (fp32, logits))
    wanted, found = (each.double().log_softmax(-1) for each in (fp32, logits))
    return {
        "points_lost": round(100 * float(before.double().mean() - after.double().mean()), 3),
        "agreement": round(100 * float((logits.argmax(-1) == fp32.argmax(-1)).double().mean()), 3),
        "kl": float(f"{float((wanted.exp() * (wanted - found)).sum(-1).mean()):.4g}"),
        "lost": int((before & ~after).sum()),
        "gained": int((~before & after).sum()),
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
