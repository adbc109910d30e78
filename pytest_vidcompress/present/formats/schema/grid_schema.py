"""JSON Schema of a grid in the run file."""

from __future__ import annotations

from .schema_words import Schema, array, flag, interval, number, obj, of_all, optional_number, text, whole

PLACE = {
    "precision": text("the recipe"),
    "runtime": text("what executes"),
    "batch": whole("clips a call"),
    "threads": whole("CPU threads"),
}
TIMES = {
    "ratio": optional_number("time of a clip, beside the reference's"),
    "latency": optional_number("seconds of a call"),
    "p90": optional_number("seconds that nine calls of ten do not exceed"),
    "clips_per_s": optional_number("clips a second"),
}
CELL = obj(
    "a place of the grid, timed or not",
    {
        **TIMES,
        **{f"{name}_interval": interval(name) for name in TIMES},
        "rounds": whole("of timing"),
        "quiet_share": number("share of the rounds that no neighbour disturbed"),
        "seconds": of_all("seconds of every call, by round", array({"type": "number"})),
        "best": text("what is said of it; empty: nothing"),
        "failure": text("why it was not timed"),
    },
    **PLACE,
)
GRID: Schema = obj(
    "one model in many runtimes, precisions, batches and threads",
    grid={"const": True},
    model=text("as `--vc-model` names it"),
    test=text("the test that measured it"),
    machine={"type": "object", "description": "facts of the machine class, by name"},
    versions=array(text("of a runtime")),
    rounds_planned=whole("of timing"),
    interrupted=flag("it ended before they were over"),
    budget=of_all("limits of the test, by name", number("limit")),
    reference=obj("where the reference ran", **PLACE),
    cells=array(CELL),
    reports=of_all("what is no time, by what executes a precision", {"$ref": "#/$defs/report"}),
)
