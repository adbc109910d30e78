"""JSON Schema (draft 2020-12) of the run file, made of the rows of `gate.metrics`, so that a new metric is in it.

`run_schema.json` beside this file is its text, for those who have no Python; `docs/write_json.py` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ...gate.metrics import LIMITS, METRICS, Limit, Metric, Unit
from ...gate.verdict import Status
from .run_json import SCHEMA
from .run_meanings import COMPARED_FORMS, MEANINGS
from .run_parts import PARTS, array, nullable, number, obj, optional_number, text, whole

ID = (
    "https://github.com/pytest-vidcompress/pytest-vidcompress/blob/main/pytest_vidcompress/present/formats/"
    "run_schema.json"
)
Schema = dict[str, Any]


@cache
def run_schema() -> Mapping[str, Any]:
    """The whole document."""
    grid = {"type": "object", "required": ["grid"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "The numbers of a run: --vc-report=FILE.json",
        "description": "An entry for every measurement, then one for every grid. Readers leave out unknown keys.",
        "type": "array",
        "items": {"if": grid, "then": {"$ref": "#/$defs/grid"}, "else": {"$ref": "#/$defs/measurement"}},
        "$defs": {
            "measurement": _measurement(),
            "report": _report(),
            "grid": _grid(),
            "interval": {
                "type": "array",
                "items": {"type": ["number", "null"]},
                "minItems": 2,
                "maxItems": 2,
                "description": "lower and upper end; null for one that nothing bounds",
            },
        },
    }


def _measurement() -> Schema:
    """An entry: a report, what made it and where it ran."""
    own = {
        "schema": {"const": SCHEMA, "description": "version of the entry"},
        "recipe": nullable(
            text("what makes the variant, for `vidcompress compress`; null: the test made it")
        ),
        "machine": text("the computer, whatever executes: times under one name may be compared"),
        "machine_class": text("the same with what executes, as baselines of time are filed"),
        "made_with": obj(
            "options of the run that decide what the recipe makes",
            weights=text("`trained` or `random`", enum=["trained", "random"]),
            clips=text("as `--vc-clips` was given"),
            calibration=whole("clips calibrated on, at most"),
        ),
        "top1_drop_interval": _interval("top1_drop"),
        "gap_drop_interval": _interval("gap_drop"),
        "mean_ap_drop_interval": _interval("mean_ap_drop"),
        "classes": array(
            obj(
                "a class, the most hurt first",
                label=text("its name"),
                clips=whole("clips of it"),
                reference_right=whole("clips that the reference has right"),
                right=whole("clips that the variant has right"),
                lost=whole("clips that only the reference has right"),
                gained=whole("clips that only the variant has right"),
                p=number("chance of such a loss by chance, among all classes"),
            )
        ),
        "confusions": array(
            obj(
                "two labels that the variant confuses more often than the reference",
                label=text("what it is"),
                taken_for=text("what it is taken for"),
                reference=whole("clips, by the reference"),
                variant=whole("clips, by the variant"),
            )
        ),
    }
    return {
        "$ref": "#/$defs/report",
        "description": "a measurement",
        "properties": own,
        "required": ["schema", "recipe"],
    }


def _report() -> Schema:
    """The numbers of a variant, and verdicts, as pytest-benchmark's JSON has them too."""
    held = "|".join(dict.fromkeys((*METRICS, *LIMITS)))
    verdict = f"^(verdict|budget)_({held})"
    properties = {
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
        **PARTS,
    }
    for metric in METRICS.values():
        properties[metric.name] = _metric(metric)
        properties[f"{metric.name}_interval"] = _interval(metric.name)
    for limit in LIMITS.values():
        if limit.form:
            properties[limit.name] = _compared(limit)
    return {
        "type": "object",
        "description": "the numbers of a variant beside its reference's",
        "properties": properties,
        "patternProperties": {
            f"{verdict}$": text("a verdict, on what is stored or on the test's own limit", enum=[*Status]),
            f"{verdict}_limit$": optional_number(
                "the worst value that would have passed, in the metric's unit"
            ),
            f"{verdict}_evidence$": text("clips or pairs behind it, in words"),
            f"{verdict}_visible$": optional_number("the smallest regression that would have failed"),
            f"{verdict}_ruled_out$": optional_number("the smallest regression that is excluded, relative"),
        },
        "required": ["name", "model", "test", "clips"],
    }


def _grid() -> Schema:
    place = {
        "precision": text("the recipe"),
        "runtime": text("what executes"),
        "batch": whole("clips a call"),
        "threads": whole("CPU threads"),
    }
    timed = {
        name: optional_number(said)
        for name, said in {
            "ratio": "time of a clip, beside the reference's",
            "latency": "seconds of a call",
            "p90": "seconds that nine calls of ten do not exceed",
            "clips_per_s": "clips a second",
        }.items()
    }
    cell: Schema = obj("a place of the grid, timed or not", **place)
    cell["properties"] |= {
        **timed,
        **{f"{name}_interval": _interval(name) for name in timed},
        "rounds": whole("of timing"),
        "quiet_share": number("share of the rounds that no neighbour disturbed"),
        "seconds": {"type": "object", "additionalProperties": array({"type": "number"})},
        "best": text("what is said of it; empty: nothing"),
        "failure": text("why it was not timed"),
    }
    return obj(
        "a grid",
        schema={"const": SCHEMA, "description": "version of the entry"},
        grid={"const": True},
        model=text("as `--vc-model` names it"),
        test=text("the test that measured it"),
        machine={"type": "object", "description": "facts of the machine class, by name"},
        versions=array(text("of a runtime")),
        rounds_planned=whole("of timing"),
        interrupted={"type": "boolean"},
        budget={"type": "object", "additionalProperties": {"type": "number"}},
        reference=obj("where the reference ran", **place),
        cells=array(cell),
        reports={"type": "object", "additionalProperties": {"$ref": "#/$defs/report"}},
    )


def _metric(metric: Metric) -> Schema:
    kind = ["integer" if metric.unit.whole and not metric.name.startswith("macs") else "number", "null"]
    return {
        "type": kind,
        "description": f"{MEANINGS[metric.name]}; {_unit(metric.unit)}; null: not measured",
        **_range(metric.unit),
    }


def _compared(limit: Limit) -> Schema:
    said = COMPARED_FORMS[limit.form].format(limit.metric.name)
    return {
        "type": ["number", "null"],
        "description": f"{said}; {_unit(limit.unit)}; null: not measured",
        **_range(limit.unit),
    }


def _interval(name: str) -> Schema:
    return {"$ref": "#/$defs/interval", "description": f"95 % interval of `{name}`, in its unit"}


def _unit(unit: Unit) -> str:
    return {"share": "a share, 0 to 1", "difference of shares": "a difference of shares, -1 to 1"}.get(
        unit.name, unit.name
    )


def _range(unit: Unit) -> Schema:
    return {"minimum": unit.least} | ({"maximum": unit.most} if unit.most <= 1 else {})
