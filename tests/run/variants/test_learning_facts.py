"""What decides a learned variant."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from pytest_vidcompress.artefacts.starting_point import StartingPoint, starting_point
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.crops.digest import digest, digest_of_set
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Views
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.run.variants.learning_facts import (
    code_digest,
    complete_learning,
    sample_digest,
    shown_differences,
)
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.artefacts.kept.lessons_learned import KNOWN, recipe
from tests.artefacts.variants import calibrating
from tests.models import small


def start(text: str) -> StartingPoint:
    return starting_point(parse(text, KNOWN), small.model("videomae"), KNOWN)


def test_what_follows_the_last_that_learns_decides_nothing() -> None:
    for text in (
        "prune-global+nudge",
        "prune-global+nudge+fuse+int8-static",
        "prune-global+nudge+fp16@torch",
    ):
        assert complete_learning(start(text)).text == "prune-global+nudge"


def test_what_an_artefact_was_made_by_is_part_of_it(tmp_path: Path) -> None:
    model = small.model("videomae")
    build(parse("prune-global", KNOWN), model, small.NO_CLIPS, RUNTIMES).save(tmp_path)
    assert complete_learning(start(f"artefact:path={tmp_path}+nudge+fuse")).text == "prune-global+nudge"


def test_source_that_was_edited_meanwhile_is_of_no_digest() -> None:
    module = small.network("videomae")
    known = code_digest(recipe(), module, time.time() + 60)
    assert known is not None
    assert code_digest(recipe(), module, time.time() + 60) == known
    assert code_digest(recipe(), module, 0.0) is None


def test_the_file_of_a_technique_of_somebody_s_own_counts() -> None:
    module, later = small.network("videomae"), time.time() + 60
    ours = code_digest(parse("prune-global", KNOWN), module, later)
    assert code_digest(recipe(), module, later) != ours
    assert code_digest(parse("fuse", KNOWN), module, later) == ours


def calibrated_on(views: Views) -> Clips:
    one = calibrating()
    return Clips(one.sample, one.labels, dict.fromkeys(one.labels, 0), replace(one.profile, views=views))


def test_the_views_of_clips_count_and_of_one_view_the_digest_is_that_of_before() -> None:
    digests = [sample_digest(calibrated_on(each)) for each in (Views(), Views(5, 3), Views(3, 1))]
    assert len({*digests}) == 3
    clips = calibrating().sample
    assert digests[0] == digest_of_set([clip.id for clip in clips], [digest(clip.source) for clip in clips])


def test_differences_are_read_as_a_sentence() -> None:
    assert shown_differences(["seed"]) == "seed"
    assert shown_differences(["model", "training clips", "seed"]) == "model, training clips and seed"
