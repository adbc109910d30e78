"""JSON Schema of a measurement in the run file, made of the rows of `gate.metrics`: a new metric is in it."""

from __future__ import annotations

from ....gate.metrics import LIMITS, METRICS, SEARCHED, Form, Limit, Metric, Unit
from ....gate.verdict import Status
from ..run_meanings import COMPARED_FORMS, MEANINGS
from ..run_parts import PARTS
from .schema_words import (
    INTERVAL,
    Schema,
    array,
    flag,
    interval,
    nullable,
    number,
    obj,
    of_all,
    optional_number,
    text,
    whole,
)

CLASS = obj(
    "a class, the most hurt first",
    label=text("its name"),
    clips=whole("clips of it"),
    reference_right=whole("clips that the reference has right"),
    right=whole("clips that the variant has right"),
    lost=whole("clips that only the reference has right"),
    gained=whole("clips that only the variant has right"),
    p=number("chance of such a loss by chance, among all classes"),
)
CONFUSION = obj(
    "two labels that the variant confuses more often than the reference",
    label=text("what it is"),
    taken_for=text("what it is taken for"),
    reference=whole("clips, by the reference"),
    variant=whole("clips, by the variant"),
)
MADE_WITH = obj(
    "options of the run that decide what the recipe makes",
    weights=text("`trained` or `random`", enum=["trained", "random"]),
    clips=text("as `--vc-clips` was given"),
    calibration=whole("clips calibrated on, at most"),
)
VERDICT = obj(
    "what the gate says of a metric",
    metric=text("or the name of a budget's limit"),
    rule=text("what it was held to", enum=["baseline", "budget"]),
    status=text("of concern", enum=[*Status]),
    measured=optional_number("in the metric's unit"),
    interval={
        **INTERVAL,
        "type": ["array", "null"],
        "description": "95 % of `measured`; null: nothing is uncertain",
    },
    stored=optional_number("of the baseline"),
    limit=optional_number("the worst value that would have passed"),
    visible=optional_number("the smallest regression that would have failed"),
    ruled_out=optional_number("the smallest regression that is excluded, relative"),
    why=text("in words"),
    evidence=text("clips or pairs behind it, in words"),
    said=text("all of it in a sentence"),
    sensitivity=text("what it could have seen, in words"),
    remedy=text("the option that settles it; empty: none"),
    file=text("of the baseline; empty: there is none"),
)
FLIP = obj(
    "a clip that only one of both has right, at most 100, the lost ones first",
    {
        "thumbnails": array(
            text("a small picture of it, as an address that holds it", pattern="^data:image/")
        ),
        "playable": text(
            "its file from the folder of this one, where a browser plays it and it lies there or below"
        ),
    },
    clip=text("id"),
    label=text("what it is"),
    reference=text("what the reference says"),
    variant=text("what the variant says"),
    gained=flag("the variant has it right"),
    file=text("where it lies in its set"),
)
LAYER = obj(
    "a module that multiplies, in the order of their calls",
    {"sparsity": optional_number("share of its own weights that are zero; null: it holds none")},
    name=text("dotted"),
    precision=text("the widest of its products"),
    macs=number("of all multiply-accumulates"),
)
DROPPED = [name for name in SEARCHED if Form.DROP in METRICS[name].budgets]
SECONDS = array(number("seconds"))
OWN: dict[str, Schema] = {
    "recipe": nullable(text("what makes the variant, for `vidcompress compress`; null: the test made it")),
    "machine": text("the computer, whatever executes: times under one name may be compared"),
    "machine_class": text("the same with what executes, as baselines of time are filed"),
    "made_with": MADE_WITH,
    **{f"{name}_drop_interval": interval(f"{name}_drop") for name in ("top1", "gap", "mean_ap", *DROPPED)},
    "classes": array(CLASS),
    "confusions": array(CONFUSION),
    "verdicts": array(VERDICT),
    "flips": array(FLIP),
    "layers": array(LAYER),
    "call_seconds": obj(
        "calls that no neighbour disturbed; of more than 300, evenly of their ranks",
        variant=SECONDS,
        reference=SECONDS,
    ),
    "stored": of_all("what the baseline has, by metric", number("in its unit")),
    "budgets": of_all("limits that the test wrote, by name", number("limit")),
}
"""What a report does not have: what made it, where it ran, and what is said of its clips."""
MEASUREMENT: Schema = {
    "$ref": "#/$defs/report",
    "description": "what a test measured of a variant",
    "properties": OWN,
    "required": ["recipe"],
}
SAID = {
    "name": text("the variant: its recipe, or the test that made it"),
    "model": text("as `--vc-model` names it"),
    "test": text("the test that measured it"),
    "accuracy_kind": text(
        "of what `top1` is: the clips' labels, or under random weights the reference's answers",
        enum=["labels", "agreement"],
    ),
    "verdict": text("the worst verdict; absent where nothing was held to anything", enum=[*Status]),
    "memory_ratio": optional_number("`peak_memory_ratio`, as it was called before"),
    "reference_top1": optional_number("`top1` of the reference on the same clips, a share"),
}


def report_schema() -> Schema:
    """The numbers of a variant, and verdicts, as pytest-benchmark's JSON has them too."""
    metrics = {metric.name: _metric(metric) for metric in METRICS.values()}
    intervals = {f"{name}_interval": interval(name) for name in METRICS}
    # Each beside its metric, as they are read.
    numbers = {
        key: each for pair in zip(metrics.items(), intervals.items(), strict=True) for key, each in pair
    }
    compared = {limit.name: _compared(limit) for limit in LIMITS.values() if limit.form}
    return {
        "type": "object",
        "description": "the numbers of a variant beside its reference's",
        "properties": {**SAID, **PARTS, **numbers, **compared},
        "patternProperties": _verdicts(),
        "required": ["name", "model", "test", "clips"],
    }


def _verdicts() -> Schema:
    verdict = f"^(verdict|budget)_({'|'.join(dict.fromkeys((*METRICS, *LIMITS)))})"
    return {
        f"{verdict}$": text("a verdict, on what is stored or on the test's own limit", enum=[*Status]),
        f"{verdict}_limit$": optional_number("the worst value that would have passed, in the metric's unit"),
        f"{verdict}_evidence$": text("clips or pairs behind it, in words"),
        f"{verdict}_visible$": optional_number("the smallest regression that would have failed"),
        f"{verdict}_ruled_out$": optional_number("the smallest regression that is excluded, relative"),
    }


def _metric(metric: Metric) -> Schema:
    is_whole = metric.unit.whole and not metric.name.startswith("macs")
    return _number("integer" if is_whole else "number", MEANINGS[metric.name], metric.unit)


def _compared(limit: Limit) -> Schema:
    return _number("number", COMPARED_FORMS[limit.form].format(limit.metric.name), limit.unit)


def _number(kind: str, said: str, unit: Unit) -> Schema:
    return {
        "type": [kind, "null"],
        "description": f"{said}; {_unit(unit)}; null: not measured",
        "minimum": unit.least,
        **({"maximum": unit.most} if unit.most <= 1 else {}),
    }


def _unit(unit: Unit) -> str:
    return {"share": "a share, 0 to 1", "difference of shares": "a difference of shares, -1 to 1"}.get(
        unit.name, unit.name
    )
