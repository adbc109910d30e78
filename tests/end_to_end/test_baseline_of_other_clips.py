"""A baseline holds only for the clips, contents and protocol it was made of: anything else is refused or named."""

import json
import shutil

import pytest

from pytest_vidcompress.clips.pocket.packaged import FOLDER, pocket
from pytest_vidcompress.clips.sample import sample
from tests.conftest import HOLDS
from tests.packaged_folder import packaged_folder
from tests.project import WORKERS

CLIPS = 32


@pytest.fixture(scope="module")
def made(shared):
    """A folder of thirty-two clips, and a baseline of them."""
    shared.write(test_holds=HOLDS)
    packaged_folder(shared.folder / "mine", CLIPS)
    assert run(shared, "--vc-baseline=create", "--vc-confirm=3").passed(1)
    return shared


@pytest.fixture
def ours(made, tmp_path):
    return made.copy(tmp_path / "ours")


def run(project, *options, clips="mine", sample=CLIPS):
    return project.run(f"--vc-clips={clips}", f"--vc-sample={sample}", "--benchmark-disable", *options)


def document(project):
    return json.loads((project.folder / "baselines/mine/videomae.json").read_text())


def rewrite(project, **changes):
    path = project.folder / "baselines/mine/videomae.json"
    known = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({name: value for name, value in known.items() if value is not None}))


def other_contents(project, number):
    """Changes the bytes of some files, and no picture in them; returns these."""
    videos = sorted((project.folder / "mine" / "val").glob("*.mp4"))[:number]
    for video in videos:
        with video.open("ab") as file:
            # A box that every reader passes over.
            file.write(b"\0\0\0\x0cfree" + b"more")
    return videos


def test_the_baseline_says_what_it_is_of(made):
    stored = document(made)
    assert stored["protocol"] == "8x4, 1x1 views"
    assert stored["protocol_details"] == "stride, 64 of 64 px"
    assert "protocol_label" not in stored, "one view of a packaged clip is what is published of its model"
    assert len(stored["clips_digest"]) == 16
    assert len(stored["contents"]) == 6 * CLIPS
    assert run(made, "--vc-strict", "--vc-report=page.json").says(
        r"(?m)^clips: .*\b32 files, sample of 32, seed 0, 8x4, 1x1 views$"
    )
    (report,) = made.measurements("page.json")
    assert (report["protocol"], report["clips_digest"]) == (stored["protocol"], stored["clips_digest"])


def test_a_start_of_the_sample_is_held_to_it(made):
    done = run(made, sample=16)
    assert done.ret == 0
    assert "new" not in {verdict for name, verdict in verdicts(made, sample=16).items() if "top1" in name}


def verdicts(project, **options):
    run(project, "--vc-report=verdicts.json", **options)
    (report,) = project.measurements("verdicts.json")
    return {name: value for name, value in report.items() if name in ("verdict_top1", "verdict_clips")}


@pytest.mark.parametrize("workers", WORKERS)
def test_other_clips_are_refused_by_name(ours, workers):
    shutil.move(ours.folder / "mine", ours.folder / "old")
    shutil.copytree(FOLDER, ours.folder / "mine")
    others = [clip.id for clip in sample(pocket().clips, 640, 0)][CLIPS:]
    rows = (FOLDER / "val.csv").read_text().splitlines()
    kept = [row for row in rows[1:] if any(f"{clip}," in row for clip in others)]
    (ours.folder / "mine" / "val.csv").write_text("\n".join([rows[0], *kept]) + "\n")
    refused = (
        r"baselines.mine.videomae\.json: the baseline was made on other clips, 32 clips \(pocket\d+, .*\): 0 of them"
        r" are among the 32 of this run; give the same --vc-clips, --vc-sample and --vc-seed, choose another folder"
        r" with --vc-baselines, or take over what this run measures with --vc-baseline=accept"
    )
    assert run(ours, *workers).refused(refused)
    assert run(ours, "--vc-baseline=accept").passed(1)
    assert run(ours).ret == 0


@pytest.mark.parametrize("options", [(), ("--vc-strict",)])
def test_another_protocol_is_refused_by_name(ours, options):
    rewrite(ours, protocol="8x4, 5x3 views")
    refused = (
        r"the baseline was made with 8x4, 5x3 views, this run has 8x4, 1x1 views; give the same --vc-views"
    )
    assert run(ours, *options).refused(refused)
    assert run(ours, "--vc-baseline=accept").passed(1)
    assert document(ours)["protocol"] == "8x4, 1x1 views"


def test_files_that_are_all_others_are_refused(ours):
    other_contents(ours, CLIPS)
    assert run(ours).refused(r"the baseline was made on other contents of 16 clips .*; give the same files")


def test_some_other_files_are_named_left_out_and_fail_under_strict(ours):
    before = document(ours)
    changed = other_contents(ours, 2)
    strict = run(ours, "--vc-strict")
    assert strict.ret == pytest.ExitCode.TESTS_FAILED
    assert strict.says(r"clips new: measured 30, stored 32")
    assert strict.says(r"2 clips \((pocket\d+), (pocket\d+)\) have other contents than in the baseline")
    assert all(video.name.partition("_")[0] in strict.out for video in changed)
    assert strict.says("accept it: +pytest .*--vc-baseline=accept")
    assert verdicts(ours)["verdict_clips"] == "new"
    assert run(ours, "--vc-baseline=accept").passed(1)
    after = document(ours)
    assert after["clips_digest"] != before["clips_digest"]
    assert "verdict_clips" not in verdicts(ours)


def test_a_baseline_of_before_is_held_to_and_completed(ours):
    whole = document(ours)
    rewrite(ours, protocol=None, clips_digest=None, contents=None)
    assert "verdict_clips" not in verdicts(ours)
    created = run(ours, "--vc-baseline=create")
    assert created.passed(1)
    assert created.says(rf"videomae prune-global: clips_digest {whole['clips_digest']}, new")
    assert document(ours) == whole


def test_what_is_not_held_to_a_baseline_is_not_refused(ours):
    rewrite(ours, protocol="8x4, 5x3 views")
    ours.write(test_holds="def test_it(vc_model, vc_measure): assert vc_measure(vc_model.module).top1 > 0")
    assert run(ours).passed(1)


def test_other_clips_of_the_packaged_set_are_refused_too(stored):
    done = stored.run("--vc-sample=16", "--vc-seed=3", "--benchmark-disable", "-k", "holds")
    assert done.refused("the baseline was made on other clips")
