"""Draws the learning curves of the packaged checkpoints: `python training/curve.py` writes them to the docs."""

import csv
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
COLOURS = {"timesformer": "#2a6f97", "videomae": "#e07a1f", "r2plus1d": "#4f8a4c", "x3d": "#8d5a97"}


def main() -> None:
    matplotlib.rcParams["svg.hashsalt"] = "vidcompress"
    figure, axes = plt.subplots(figsize=(7, 4))
    for family, colour in COLOURS.items():
        with (HERE / f"{family}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        clips = [int(row["clips"]) for row in rows]
        top1 = [100 * float(row["top1"]) for row in rows]
        axes.semilogx(clips, top1, color=colour, marker=".", label=f"{family}: {top1[-1]:.1f} %")
    axes.axhspan(80, 98, color="#00000010", label="wanted: 80 to 98 %")
    axes.set(xlabel="training clips", ylabel="top-1 on 512 other clips, %", ylim=(0, 100))
    axes.set_title("Pocket checkpoints, trained from scratch on rendered clips")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    figure.tight_layout()
    figure.savefig(HERE.parent / "docs" / "learning-curve.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
