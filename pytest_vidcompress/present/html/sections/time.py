"""Time: of calls, of cold starts, from the file to the answer, and beside what the machine can."""

from __future__ import annotations

from collections.abc import Iterator

from ..figures.times import call_times, cold_starts
from ..numbers import cell, milliseconds_cell, percent_cell
from ..page_blocks import Block, Cell, Section, Table, Text
from ..reading.run import ModelOfRun
from ..reading.values import Entry, inner, number, objects, text

_PARTS_OF_ANSWER = ("answer_s", "model_s", "decode_s")


def time_section(model: ModelOfRun) -> Section | None:
    """What of it was measured."""
    figures = [each for each in (call_times(model), cold_starts(model)) if each]
    tables = [each for each in (answer_table(model), stage_table(model), speed_table(model)) if each]
    blocks: list[Block] = [*figures, *_slow_clips(model), *_absent(model), *tables]
    return Section("Time", blocks) if blocks else None


def _slow_clips(model: ModelOfRun) -> Iterator[Text]:
    for variant in model.variants:
        slow = [
            f"{text(each, 'clip')} {number(each, 'times') or 0:.2f} times"
            for each in objects(variant.entry, "slow_clips")
        ]
        if slow:
            yield Text(f"Slow clips of {variant.name}, beside its usual call: {', '.join(slow)}.")


def _absent(model: ModelOfRun) -> Iterator[Text]:
    """Why something has no number."""
    for key, what in (("start", "No cold start"), ("from_file", "Not timed from file to answer")):
        for variant in model.variants:
            found = inner(variant.entry, key)
            why = text(found, "absent") or text(found, "crash")
            if why:
                yield Text(f"{what} of {variant.name}: {why}.")


def answer_table(model: ModelOfRun) -> Table | None:
    """Milliseconds a clip, two rows a variant; None where nothing was timed so."""
    arms = [
        (name, arm)
        for each in model.variants
        if number(found := inner(each.entry, "from_file"), "rounds")
        for name, arm in ((each.name, found), (f"{each.name}, its reference", inner(found, "reference")))
    ]
    if not arms:
        return None
    stages = [
        *dict.fromkeys(
            key for _, arm in arms for key in arm if key.endswith("_s") and key not in _PARTS_OF_ANSWER
        )
    ]
    stages = [each for each in stages if each != "clips_per_s"]
    parts = ("decode_s", "model_s", *stages, "answer_s")
    header = ("variant", *(f"{part.removesuffix('_s')} ms" for part in parts), "clips/s")
    rows = [
        (
            Cell(name),
            *(milliseconds_cell(number(arm, part)) for part in parts),
            cell(number(arm, "clips_per_s")),
        )
        for name, arm in arms
    ]
    note = (
        "Nothing kept from before: medians a clip. What is decoded comes with resizing, cutting and scaling."
    )
    return Table("From a clip's file to the answer", header, rows, note)


def stage_table(model: ModelOfRun) -> Table | None:
    """Multiply-accumulates by stage of the model."""
    found = [(each, stages) for each in model.variants if (stages := _macs(inner(each.entry, "stages")))]
    if not found:
        return None
    names = [*dict.fromkeys(name for _, stages in found for name in stages)]
    rows = [
        (
            Cell(each.name),
            *(cell(None if (macs := stages.get(name)) is None else macs / 1e6) for name in names),
            cell(None if (whole := number(each.entry, "macs")) is None else whole / 1e6),
        )
        for each, stages in found
    ]
    return Table("Work by stage, million MACs of one view", ("variant", *names, "all"), rows)


def _macs(stages: Entry) -> dict[str, float]:
    return {name: macs for name in stages if (macs := number(inner(stages, name), "macs")) is not None}


def speed_table(model: ModelOfRun) -> Table | None:
    """Achieved speed beside the fp32 peak of the machine; None where that was not measured."""
    found = [each for each in model.variants if number(each.entry, "peak_macs_per_s")]
    if not found:
        return None
    first = found[0].entry
    of_reference, peak = number(first, "reference_macs_per_s"), number(first, "peak_macs_per_s") or 1.0
    reference = (
        [(Cell("its reference"), Cell("-"), cell(of_reference / 1e9), percent_cell(of_reference / peak))]
        if of_reference
        else []
    )
    rows = [
        (
            Cell(each.name),
            Cell(text(each.entry, "isa") or "-"),
            cell(None if (speed := number(each.entry, "macs_per_s")) is None else speed / 1e9),
            percent_cell(number(each.entry, "peak_share")),
        )
        for each in found
    ]
    note = f"The fp32 peak, {peak / 1e9:.1f} GMAC/s in matrix products, was measured in the same run."
    header = ("variant", "kernels", "GMAC/s", "of fp32 peak")
    return Table("Achieved speed", header, [*reference, *rows], note, frozenset({0, 1}))
