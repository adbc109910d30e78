"""What zeros cost by each score of `prune-global`, on all packaged clips and on the same ones: outcomes are paired.

    python benchmarks/prune_scores.py timesformer videomae

Calibration takes the packaged spare clips, which are never tested. Raw results are in prune_scores.json: top-1 of the
reference, and for each amount and score its top-1, agreement and KL divergence, and the clips that it lost and gained
against the reference and against `score=magnitude`, with the chance of as many losses by McNemar's exact test.
"""

import json
import sys
from pathlib import Path

import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.sample import calibration
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.gate.statistics import mcnemar
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.models.load import load

SCORES = ("magnitude", "activation", "second-order")
AMOUNTS = (0.5, 0.6, 0.7)
RESULTS = Path(__file__).with_suffix(".json")


def main(name: str) -> None:
    torch.set_num_threads(1)
    clip_set = pocket()
    model = load(name, clip_set.labels, "pocket")
    ids = {label: model.labels.index(label) for label in clip_set.labels}
    clips = Clips(clip_set.clips, clip_set.labels, ids, model.profile)
    spare = calibration(clip_set, clip_set.clips, 32, 0)
    calibrating = Clips(spare, clip_set.labels, ids, model.profile)
    fp32, labels = predict(model.module, clips, len(model.labels))
    rows = {}
    for amount in AMOUNTS:
        magnitude = None
        for score in SCORES:
            recipe = parse(f"prune-global:amount={amount},score={score}", TECHNIQUES)
            logits, _ = predict(recipe.apply(model, calibrating).module, clips, len(model.labels))
            hits = logits.argmax(-1) == labels
            magnitude = hits if magnitude is None else magnitude
            rows[str(recipe)] = {
                "top1": share(hits),
                "agreement": share(logits.argmax(-1) == fp32.argmax(-1)),
                "kl": round(divergence(fp32, logits), 6),
                "against_fp32": paired(fp32.argmax(-1) == labels, hits),
                "against_magnitude": paired(magnitude, hits),
            }
            print(name, recipe, rows[str(recipe)], flush=True)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[name] = {"clips": len(labels), "top1": share(fp32.argmax(-1) == labels), "variants": rows}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


def share(hits: torch.Tensor) -> float:
    """In per cent."""
    return round(100 * float(hits.float().mean()), 3)


def divergence(fp32: torch.Tensor, logits: torch.Tensor) -> float:
    """Mean KL divergence of the classes from the reference's, nats."""
    wanted, found = fp32.double().log_softmax(-1), logits.double().log_softmax(-1)
    return float((wanted.exp() * (wanted - found)).sum(-1).mean())


def paired(before: torch.Tensor, after: torch.Tensor) -> dict[str, float]:
    lost, gained = int((before & ~after).sum()), int((~before & after).sum())
    return {
        "lost": lost,
        "gained": gained,
        "chance_of_losses": round(mcnemar(lost, gained), 6),
        "chance_of_gains": round(mcnemar(gained, lost), 6),
    }


if __name__ == "__main__":
    for each in sys.argv[1:]:
        main(each)
