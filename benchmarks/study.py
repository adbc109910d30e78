"""The published figures 5 to 8 of "Model compression for Video Understanding models", and ours beside them.

Sparsity and accuracy in %, size in MB, time in seconds of a clip. Its TimeSformer is the high-resolution
checkpoint: only that geometry has its size and its sparsities. Its scopes are 11 of the 12 layers, and for
VideoMAE's global pruning all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


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
OURS = ("fuse", "bf16", "fuse+bf16", "fuse+int8-static")
"""What the study did not have; printed below its quantized variants."""
FIGURES = (
    ("figure 5, TimeSformer pruned but for the last layer", "timesformer", PRUNING),
    ("figure 6, VideoMAE pruned, locally but for the last layer", "videomae", PRUNING),
    ("figure 7, TimeSformer quantized", "timesformer", QUANTIZATION),
    ("figure 8, VideoMAE quantized", "videomae", QUANTIZATION),
)
FULL_SIZE = {"timesformer": 122_024_080, "videomae": 86_534_800}
"""Parameters of the models that the study measured."""
TITLES = ("size MB", "zeros %", "top-1 %", "time / fp32")


def family(model: str) -> str | None:
    """Which of the study's two families a model is of, by its name; None for any other."""
    return next((family for family in PRUNING if family in model.lower()), None)


def recipes(family: str) -> list[str]:
    """The variants of a family's tables, ours included."""
    return list(dict.fromkeys([*PRUNING[family], *QUANTIZATION[family], *OURS]))


def check_sparsity(report) -> None:
    """The zeros of a pruned variant are the study's, where the model is of its size."""
    of = family(report.model)
    row = PRUNING[of].get(report.name) if of else None
    if row and report.parameters == FULL_SIZE[of]:
        assert abs(100 * report.sparsity - row.sparsity) <= 0.02


def tables(results: Sequence) -> Iterator[list[str]]:
    """A table a figure and measured model of its family, published beside measured."""
    reports = {(result.report.model, result.report.name): result.report for result in results}
    for model in dict.fromkeys(model for model, _ in reports):
        own = {name: report for (of, name), report in reports.items() if of == model}
        for title, of, figure in FIGURES:
            ours = dict.fromkeys(OURS) if figure is QUANTIZATION else {}
            rows = {name: row for name, row in {**figure[of], **ours}.items() if name in own}
            if of == family(model) and rows:
                yield [
                    f"the study's {title}",
                    *_whose(model, own, of),
                    *_table(rows, own, figure[of]),
                ]


def _whose(model: str, own: Mapping, of: str) -> Iterator[str]:
    """Which model ours is, on what: the packaged ones are a hundredth of the study's size."""
    report = next(iter(own.values()))
    fewest, most = (pick(each.clips for each in own.values()) for pick in (min, max))
    clips = f"{most} clips" if fewest == most else f"{fewest} to {most} clips"
    million, theirs = (f"{n / 1e6:.1f}" for n in (report.parameters or 0, FULL_SIZE[of]))
    small = "" if report.parameters == FULL_SIZE[of] else f", {million} of {theirs} million parameters"
    yield f"(beside {model} on {clips}{small})"
    if report.accuracy.kind == "agreement":
        yield "(weights are random: ours is no top-1, but the agreement with fp32)"


def _table(rows: Mapping, own: Mapping, figure: Mapping) -> Iterator[str]:
    """Two columns a number, theirs and ours."""
    theirs = [_published(row, figure["fp32"]) for row in rows.values()]
    ours = [_measured(own[name]) for name in rows]
    cells = [_pairs([t[i] for t in theirs], [o[i] for o in ours], title) for i, title in enumerate(TITLES)]
    # Which layers were pruned is the table's matter, not the row's.
    names = [name.removesuffix(f":{ALL_BUT_ONE}") for name in rows]
    first = [f"{name:<{max(map(len, names))}}" for name in ("", "", *names)]
    for line in zip(first, *cells, strict=True):
        yield "   ".join(line).rstrip()


def _pairs(theirs: Sequence[str], ours: Sequence[str], title: str) -> list[str]:
    """Title, heads and cells of one number, all of one width."""
    left, right = (max(map(len, cells)) for cells in (["study", *theirs], ["ours", *ours]))
    lines = [f"{a:>{left}} {b:>{right}}" for a, b in zip(["study", *theirs], ["ours", *ours], strict=True)]
    width = max(len(title), len(lines[0]))
    return [f"{line:>{width}}" for line in (title, *lines)]


def _published(row: Row | None, fp32: Row) -> list[str]:
    if row is None:
        return ["-"] * len(TITLES)
    ratio = row.seconds / fp32.seconds
    return [f"{row.size_mb:.2f}", f"{row.sparsity:.2f}", f"{row.top1:.1f}", f"{ratio:.2f}"]


def _measured(report) -> list[str]:
    ratio = "-" if report.latency_ratio is None else f"{report.latency_ratio:.2f}"
    # Of a function there is no size.
    size = "-" if report.size_bytes is None else f"{report.size_bytes / 1e6:.2f}"
    zeros = "-" if report.sparsity is None else f"{100 * report.sparsity:.2f}"
    return [size, zeros, f"{100 * report.top1:.1f}", ratio]
