"""The published figures 5 to 8 of "Model compression for Video Understanding models", and ours beside them.

Sparsity and accuracy in %, size in MB, time in seconds of a clip. Its TimeSformer is the high-resolution
checkpoint: only that geometry has its size and its sparsities. Its scopes are 11 of the 12 layers, and for
VideoMAE's global pruning all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tabulate import tabulate


@dataclass(frozen=True)
class Row:
    size_mb: float
    sparsity: float
    top1: float
    seconds: float


ALL_BUT_ONE = "layers=:-1"
PRUNING = {
    "timesformer": {
        "fp32": Row(488.19, 0.0, 70.0, 9.83),
        f"prune-global:{ALL_BUT_ONE}": Row(488.19, 15.95, 67.5, 7.98),
        f"prune-local-attention:{ALL_BUT_ONE}": Row(488.19, 6.38, 12.5, 6.73),
        f"prune-local-dense:{ALL_BUT_ONE}": Row(488.19, 4.26, 55.0, 6.725),
        f"prune-local-both:{ALL_BUT_ONE}": Row(488.19, 10.64, 7.5, 6.701),
    },
    "videomae": {
        "fp32": Row(346.20, 0.0, 75.0, 0.84),
        "prune-global": Row(346.20, 19.63, 72.5, 0.754),
        f"prune-local-attention:{ALL_BUT_ONE}": Row(346.20, 6.01, 42.5, 0.762),
        f"prune-local-dense:{ALL_BUT_ONE}": Row(346.20, 12.00, 25.0, 0.826),
        f"prune-local-both:{ALL_BUT_ONE}": Row(346.20, 18.02, 7.5, 0.855),
    },
}
QUANTIZATION = {
    "timesformer": {
        "fp32": PRUNING["timesformer"]["fp32"],
        "int8-dynamic": Row(126.36, 0.0, 72.5, 14.87),
        "fp16": Row(488.19, 0.0, 70.0, 10.4),
    },
    "videomae": {
        "fp32": PRUNING["videomae"]["fp32"],
        "int8-dynamic": Row(90.65, 0.0, 73.0, 1.417),
        "fp16": Row(346.20, 0.0, 75.0, 1.26),
    },
}
OURS = ("fuse", "fuse+int8-static")
"""What the study did not have; printed below its quantized variants."""
FIGURES = (
    ("figure 5, TimeSformer pruning", "timesformer", PRUNING),
    ("figure 6, VideoMAE pruning", "videomae", PRUNING),
    ("figure 7, TimeSformer quantization", "timesformer", QUANTIZATION),
    ("figure 8, VideoMAE quantization", "videomae", QUANTIZATION),
)
FULL_SIZE = {"timesformer": 122_024_080, "videomae": 86_534_800}
"""Parameters of the models that the study measured."""


def family(model: str) -> str:
    return "timesformer" if "timesformer" in model.lower() else "videomae"


def published_sparsity(report) -> float | None:
    """The study's figure in %, for a pruned variant of a model of its size."""
    row = PRUNING[family(report.model)].get(report.name)
    return row.sparsity if row and report.parameters == FULL_SIZE[family(report.model)] else None


def tables(results: Sequence) -> Iterator[list[str]]:
    """A table a figure and measured model, published beside measured."""
    reports = {
        (r.report.model, r.report.name): r.report for r in results if "test_paper_tables" in r.report.test
    }
    for model in dict.fromkeys(model for model, _ in reports):
        for title, of, figure in FIGURES:
            if of != family(model):
                continue
            beside = dict.fromkeys(OURS) if figure is QUANTIZATION else {}
            rows = [
                [name, *_cells(row, reports[model, name])]
                for name, row in {**figure[of], **beside}.items()
                if (model, name) in reports
            ]
            if rows:
                heads = [
                    "published > measured",
                    "size MB",
                    "zeros %",
                    _accuracy_head(reports, model),
                    "time / fp32",
                ]
                table = tabulate(
                    rows, heads, tablefmt="simple", colalign=("left", *["right"] * 4), disable_numparse=True
                )
                yield [
                    f"the study's {title}, beside {model} on {_clips(reports, model)} clips",
                    *table.splitlines(),
                ]


def _cells(row: Row | None, report) -> list[str]:
    base = PRUNING[family(report.model)]["fp32"]
    ratio = "-" if report.latency_ratio is None else f"{report.latency_ratio:.2f}"
    measured = [
        f"{report.size_bytes / 1e6:.2f}",
        f"{100 * report.sparsity:.2f}",
        f"{100 * report.top1:.1f}",
        ratio,
    ]
    if row is None:
        return measured
    published = [
        f"{row.size_mb:.2f}",
        f"{row.sparsity:.2f}",
        f"{row.top1:.1f}",
        f"{row.seconds / base.seconds:.2f}",
    ]
    return [f"{theirs} > {ours}" for theirs, ours in zip(published, measured, strict=True)]


def _accuracy_head(reports: dict, model: str) -> str:
    kinds = {report.accuracy_kind for (of, _), report in reports.items() if of == model}
    return "top-1 %" if kinds == {"labels"} else "top-1 % > agreement %"


def _clips(reports: dict, model: str) -> int:
    return max(report.clips for (of, _), report in reports.items() if of == model)
