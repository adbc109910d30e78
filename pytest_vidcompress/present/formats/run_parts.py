"""The parts of a run file's measurement that are no metric."""

from __future__ import annotations

from collections.abc import Mapping

from .schema.schema_words import Schema, array, nullable, number, obj, of_all, optional_number, text, whole

ESTIMATE: Schema = {
    "type": "array",
    "items": {"type": ["number", "null"]},
    "minItems": 3,
    "maxItems": 3,
    "description": "value, and the ends of its 95 % interval; null for one that nothing bounds",
}
SPOTS = array(
    obj(
        "a row of the profile",
        name=text("operator, module or kind"),
        kind=text("its kind"),
        calls=whole("in one call of the model"),
        self_s=number("seconds of a call, what it calls left out"),
        total_s=number("seconds of a call, with all that it calls"),
        share=number("of the time of all rows"),
        kernel=text("what ran; empty: not known"),
    )
)
HOTSPOTS = obj(
    "where time goes, under `--vc-profile`",
    seconds=number("of a call"),
    runs=whole("calls that were looked at"),
    source=text("who says so"),
    note=text("what is to be said of it"),
    integer_share=optional_number("share of `macs` in integers"),
    kinds=SPOTS,
    operators=SPOTS,
    modules=SPOTS,
)
START_ARM = {
    "load_s": number("seconds"),
    "prepare_s": number("seconds"),
    "first_call_s": number("seconds"),
    "total_s": number("seconds"),
    "peak_resident_bytes": optional_number("of the process"),
    "own_resident_bytes": optional_number("of these, beyond what imports take"),
}
FILE_ARM = {
    "answer_s": optional_number("seconds from the file to the answer"),
    "decode_s": optional_number("seconds"),
    "model_s": optional_number("seconds"),
    "clips_per_s": optional_number("one clip after the other"),
}
STAGES_S = {"^.+_s$": optional_number("seconds of a stage, by its name")}
PARTS: Mapping[str, Schema] = {
    "protocol": text("how a clip was looked at"),
    "protocol_details": text("what `protocol` leaves out"),
    "published_protocol": text("of the accuracy that is published"),
    "published_top1": optional_number("share; null: not known, or of other labels"),
    "protocol_label": text("what an accuracy of another protocol is labelled with"),
    "clips_digest": text("of the usable clips of the sample"),
    "isa": text("instruction set of the kernels that ran; empty: not known"),
    "runtime": text("what executed"),
    "device": text("what it ran on; absent: the CPU"),
    "device_memory_bytes": optional_number("what the device's own counters say"),
    "macs_per_s": optional_number("achieved speed"),
    "peak_macs_per_s": optional_number("what this machine reaches in fp32 at best"),
    "peak_share": optional_number("achieved speed as a share of that"),
    "reference_macs_per_s": optional_number("the reference's achieved speed"),
    "weights_int8": optional_number("share of the weights"),
    "weights_half": optional_number("share of the weights"),
    "macs_int8": optional_number("share of `macs`"),
    "macs_bf16": optional_number("share of `macs`"),
    "left_float": array(
        obj(
            "a layer that was left float",
            name=text("of the layer"),
            kind=text("of the layer"),
            weights=optional_number("numbers"),
            macs=optional_number("multiply-accumulates of a view"),
        )
    ),
    "calls": whole("calls that the percentiles are of"),
    "slow_clips": array(obj("a slow clip", clip=text("id"), times=number("of the usual call"))),
    "reference_latency_p90": number("seconds"),
    "start": {
        "type": "object",
        "description": "medians of cold starts, under `--vc-start`, or why there are none",
        "properties": {
            **START_ARM,
            "reference": obj("the reference's", **START_ARM),
            "pairs": whole("of starts"),
            "log_ratios": array(number("natural logarithm of variant over reference, of a pair")),
            "absent": text("why there are none"),
            "crash": text("how it failed"),
        },
    },
    "stages": of_all(
        "what is decoded, and the stages of the model",
        obj("a stage", seconds=optional_number("of a clip"), macs=nullable(whole("of a view"))),
    ),
    "from_file": {
        "type": "object",
        "description": "medians from files to answers, under `--vc-answer`, or why there are none",
        "properties": {
            **FILE_ARM,
            "reference": {
                "type": "object",
                "description": "the reference's",
                "properties": FILE_ARM,
                "patternProperties": STAGES_S,
            },
            "rounds": whole("of timing"),
            "clips": whole("a round"),
            "log_ratios": array(number("natural logarithm of variant over reference, of a round")),
            "absent": text("why there are none"),
        },
        "patternProperties": STAGES_S,
    },
    "macs_by_clip": array(number("multiply-accumulates, where they depend on the clip")),
    "macs_clips": array(text("ids, in the order of `macs_by_clip`")),
    "macs_p10": number("what one clip of ten does not exceed"),
    "motion_by_clip": array(number("how much a clip moves")),
    "clip_groups": array(
        obj(
            "clips of a class, or that move alike",
            kind=text("of the group", enum=["motion", "class"]),
            name=text("of the group"),
            clips=whole("in it"),
            motion=number("mean"),
            macs=ESTIMATE,
            seconds={**ESTIMATE, "type": ["array", "null"]},
        )
    ),
    "seconds_by_clip": of_all("seconds, by id", number("seconds")),
    "seconds_of_clips": obj("their distribution", mean=ESTIMATE, p50=ESTIMATE, p90=ESTIMATE, p95=ESTIMATE),
    "hotspots": HOTSPOTS,
    "reference_hotspots": HOTSPOTS,
    "divergence": obj(
        "where in the model a failed accuracy leaves the reference",
        first=nullable(text("the block; null: none stands out")),
        blocks=array(
            obj(
                "a block, in their order",
                name=text("of the block"),
                error=optional_number("relative, after it"),
                own=optional_number("relative, of the block alone"),
                added=optional_number("relative, by it"),
            )
        ),
        apart=array(obj("a block without a counterpart", name=text("of the block"), reason=text("why"))),
        before=number("relative error of what goes into the first block"),
        clips=whole("that were looked at"),
        flipped=whole("of these, that were answered otherwise"),
        changed=whole("of all clips, that were answered otherwise"),
        stands_for=text("what was looked at in its place; empty: itself"),
        unseen=text("why it cannot be said; empty: it can"),
    ),
    "exits": of_all("clips of the sample that left at an exit", whole("clips")),
    "learning": array(
        obj(
            "how a technique of the recipe trained it",
            name=text("of the technique"),
            batch=whole("clips a step"),
            points=array(
                obj("of the curve", step=whole("from 1"), loss=number("mean"), seconds=number("of training"))
            ),
        )
    ),
    "notes": array(text("what is to be said of it")),
}
"""By key: what is there where it was asked for, or is known."""
