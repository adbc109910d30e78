"""--vc-max-skipped: bad files are counted, classed, listed and left out; too many of them end the run."""

import csv
from dataclasses import dataclass

import pytest

from tests.conftest import HOLDS
from tests.packaged_folder import packaged_folder
from tests.project import WORKERS

TWO = HOLDS.replace('"prune-global"', '"prune-global", "fp32"')
CLIPS = 32
BAD = {"missing": 1, "empty": 1, "truncated": 1, "not a video": 2}


@dataclass
class Copy:
    """A folder of clips, some of which are broken."""

    name: str
    broken: dict[str, str]
    """Id -> kind of fault."""


@pytest.fixture(scope="module")
def copy(shared):
    """Thirty-two packaged clips, five of them broken as files on disks are; and one row without a file."""
    shared.write(test_holds=TWO)
    folder = shared.folder / "damaged"
    chosen, absent = packaged_folder(folder, CLIPS)
    with (folder / "val.csv").open("a") as table:
        table.write(f"{absent}\n")

    broken = {}
    kinds = [kind for kind, count in BAD.items() for _ in range(count)]
    for kind, clip in zip(kinds, chosen[::7], strict=True):
        path = folder / "val" / clip.path.name
        whole = path.read_bytes()
        path.unlink()
        if kind == "missing":
            # As class folders of links are left when the videos they lead to go.
            path.symlink_to("gone.mp4")
        else:
            path.write_bytes(
                {"empty": b"", "truncated": whole[: len(whole) // 2], "not a video": b"<html>gone</html>"}[
                    kind
                ]
            )
        broken[clip.id] = kind
    return Copy("damaged", broken)


def run(shared, copy, *options):
    return shared.run(f"--vc-clips={copy.name}", f"--vc-sample={CLIPS}", "--benchmark-disable", *options)


REFUSED = (
    r"5 of 32 clips cannot be used, 15.6 % where --vc-max-skipped allows 5 %: 2 not a video, 1 empty,"
    r" 1 missing, 1 truncated; the first is .*\.mp4, .*; get these files again, or raise --vc-max-skipped$"
)


@pytest.mark.parametrize("workers", WORKERS)
def test_too_many_end_the_run_before_any_variant(shared, copy, workers):
    done = run(shared, copy, *workers, "--vc-report=refused.html", "--vc-baseline=create")
    assert done.refused(REFUSED)
    assert not done.says("passed")
    assert not done.says(r"\bfailed\b")
    assert not list(shared.folder.glob("baselines/damaged/*"))
    with (shared.folder / "refused.skipped.csv").open(newline="") as lines:
        assert {row["id"]: row["kind"] for row in csv.DictReader(lines)} == copy.broken


def test_the_reference_is_not_run_to_the_end_first(shared, copy, monkeypatch):
    shared.write(
        conftest="""
        from pathlib import Path
        from pytest_vidcompress.measure.accuracy import predict

        logits_of = predict.logits_of

        def noted(*args):
            with Path("calls").open("a") as file:
                file.write(".")
            return logits_of(*args)

        predict.logits_of = noted
        """
    )
    assert run(shared, copy, "--no-vc-resume").refused("5 of 32 clips cannot be used")
    (shared.folder / "conftest.py").unlink()
    # The first bad clip is the first of all, and the second the eighth.
    assert 0 < len((shared.folder / "calls").read_text()) <= 8


@pytest.mark.parametrize(
    "allowed", ["15.625%", *(pytest.param(text, marks=pytest.mark.slow) for text in ("0.15625", "1"))]
)
def test_as_many_as_allowed_are_left_out_of_both_sides(shared, copy, allowed):
    done = run(shared, copy, f"--vc-max-skipped={allowed}", "--vc-report=allowed.json")
    assert done.passed(2)
    assert done.says("clips that could not be used, in neither variant nor reference: 2 not a video, 1 empty")
    assert done.says(r"on 27 clips \(5 skipped, 1 absent\)")
    for report in shared.measurements("allowed.json"):
        assert (report["clips"], report["skipped"]) == (27, 5)
        assert sum(each["clips"] for each in report["classes"]) == 27
    with (shared.folder / "allowed.skipped.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["id"]: row["kind"] for row in rows} == copy.broken
    assert all(row["reason"] and row["path"].endswith(".mp4") and row["label"] for row in rows)


def test_the_page_names_all_of_them(shared, copy):
    assert run(shared, copy, "--vc-max-skipped=0.2", "--vc-report=page.html").passed(2)
    page = (shared.folder / "page.html").read_text()
    for clip, kind in copy.broken.items():
        assert clip in page
        assert kind in page


def test_a_list_of_an_earlier_run_does_not_stay(shared, copy):
    stale = shared.folder / "whole.skipped.csv"
    stale.write_text("id\n")
    assert shared.run("--benchmark-disable", "--vc-report=whole.html").passed(2)
    assert not stale.exists()


@pytest.mark.parametrize("given", ["6", "-0.1", "few", "101%", "nan", ""])
def test_a_share_is_asked_for(shared, given):
    done = shared.run(f"--vc-max-skipped={given}")
    assert done.passed(2) if given == "" else done.refused(r"--vc-max-skipped=.*expected a share from 0 to 1")
