"""What a packaged model loses that looks at fewer frames, by which frames those are: all packaged clips, paired.

    python -m benchmarks.frames.choices [MODEL]            writes choices.json beside it; goes on where it was

The rows of the paper's table 1 (Bhardwaj et al., "Efficient Video Classification Using Fewer Frames", CVPR 2019) of a
transformer that was trained on all frames and is given fewer: no training, and `distil`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.packaged_trial import Trial
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.compress.frames.frame_numbers import CHOICES

RESULTS = Path(__file__).with_suffix(".json")
KEEP = (4, 2)
"""Of the eight frames of both: a half and a quarter."""
STUDENTS = {
    "timesformer": ("frames:keep=4+distil:steps=1000,rate=0.0003",),
    "videomae": (
        "frames:keep=4,choice=first+distil:steps=8000,batch=32,rate=0.001,representation=1,labels=0.5",
        "frames:keep=4,choice=first+distil:steps=6000,rate=0.001,representation=1,labels=0.3",
        "frames:keep=4,choice=first+distil:steps=2000,rate=0.001",
        "frames:keep=4,choice=middle+distil:steps=2000,rate=0.001",
        "frames:keep=4+distil:steps=6000,rate=0.002,labels=0.5",
    ),
}
"""Of a half, the best first, which is also run in integers."""


def recipes(name: str) -> list[str]:
    """Of a model, those that train last."""
    given = [
        f"frames:keep={keep}{'' if choice == 'uniform' else f',choice={choice}'}"
        for keep in KEEP
        for choice in CHOICES
    ]
    return [*given, *STUDENTS[name], f"{STUDENTS[name][0]}+fuse+int8-static"]


def main(names: list[str]) -> None:
    for name in names or [*STUDENTS]:
        trial = Trial(name)
        for text in recipes(name):
            if text in read(RESULTS).get(name, {}):
                continue
            variant = trial.variant(text)
            cost = trial.cost(trial.answers(variant.module))
            row = {
                **cost,
                "interval": trial.interval(cost),
                "macs_ratio": trial.macs_share(variant.model),
                "learned": [curve.describe() for curve in variant.model.curves],
            }
            print(name, text, row, flush=True)
            add(RESULTS, name, {text: row})


if __name__ == "__main__":
    main(sys.argv[1:])
