"""JSON Schema (draft 2020-12) of the run file.

`run_schema.json` beside this file is its text, for those who have no Python; `docs/write_json.py` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from .run_json import SCHEMA
from .schema.grid_schema import GRID
from .schema.measurement_schema import MEASUREMENT, report_schema
from .schema.schema_words import (
    INTERVAL,
    array,
    flag,
    nullable,
    number,
    obj,
    of_all,
    optional_number,
    text,
    whole,
)

ID = (
    "https://github.com/pytest-vidcompress/pytest-vidcompress/blob/main/pytest_vidcompress/present/formats/"
    "run_schema.json"
)
RUN = obj(
    "how it was run, and how it ended",
    {
        "began": nullable(text("ISO 8601, in UTC")),
        "commit": nullable(text("of the repository around the tests; null: there is none")),
        "dirty": flag("tracked files were other than in that commit"),
        "command": array(text("a word of what was typed")),
        "exit": text("how pytest ended; absent: it has not yet"),
        "environment": of_all("versions, the computer, its class and threads, by name", text("in words")),
    },
    closing=text("the last line of the terminal's summary"),
    about=text("its line on the clips; empty of the packaged ones"),
    complaints=array(text("why it is not what it was meant to be although no test says so")),
)
TARGET = obj(
    "what was found to meet a budget",
    model=text("as `--vc-model` names it"),
    metric=text("`latency`, `size` or `macs`"),
    goal=number("share of the reference's"),
    recipe=text("what meets it"),
    value=number("of the metric, when it was found"),
    tries=whole("of recipes"),
    agreement=optional_number("share of `clips` that it answers as the reference does"),
    clips=whole("that `agreement` is of"),
    has_room=flag("it costs next to nothing, and leaves less than was asked for"),
    left_out=array(text("what could not be tried, and why")),
)
PART = obj(
    "a part of one block, in whose place stands the mean of what it gives",
    block=whole("from 0"),
    axis=text("`mlp`, `heads` or `block`"),
    kl=number("from the whole model's answers, nats"),
    agreement=number("share of the clips that are still answered alike"),
    macs_share=number("of the model's multiply-accumulates, that happen in it"),
    time_share=number("of a call's time, that is spent in it"),
)
SENSITIVITY = obj(
    "what the parts of a model cost where they go, and give, under `--vc-sensitivity`",
    model=text("as `--vc-model` names it"),
    clips=whole("that it was asked of"),
    neurons=whole("of a feed-forward layer"),
    heads=whole("of an attention"),
    parts=array(PART),
)
SKIPPED = obj(
    "a clip that could not be used",
    clip=text("id"),
    label=text("its labels, parted by `;`"),
    kind=text("of what is wrong with it"),
    reason=text("in words"),
    file=text("where it lies in its set"),
)


@cache
def run_schema() -> Mapping[str, Any]:
    """The whole document."""
    document = obj(
        "What a run of pytest measured. Readers leave out keys that they do not know.",
        schema={"const": SCHEMA, "description": "version of the file"},
        run={"$ref": "#/$defs/run"},
        measurements=array({"$ref": "#/$defs/measurement"}),
        grids=array({"$ref": "#/$defs/grid"}),
        targets=array({"$ref": "#/$defs/target"}),
        sensitivities=array({"$ref": "#/$defs/sensitivity"}),
        skipped=array({"$ref": "#/$defs/skipped"}),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "The numbers of a run: --vc-json=FILE",
        **document,
        "$defs": {
            "run": RUN,
            "measurement": MEASUREMENT,
            "report": report_schema(),
            "grid": GRID,
            "target": TARGET,
            "sensitivity": SENSITIVITY,
            "skipped": SKIPPED,
            "interval": INTERVAL,
        },
    }
