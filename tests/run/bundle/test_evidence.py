from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from safetensors.torch import load_file

from pytest_vidcompress import load
from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.measure.measurement import Reference
from pytest_vidcompress.measure.report import Estimate, Ranking, Report
from pytest_vidcompress.measure.subject import Target
from pytest_vidcompress.run.bundle.bundle_folder import ARTEFACT, LOGITS, read
from pytest_vidcompress.run.bundle.evidence import Failure, forget, look_again, write_bundle
from pytest_vidcompress.run.ledger import Ledger
from pytest_vidcompress.run.one_test.measurements import Answers, Measurement
from pytest_vidcompress.run.session import Session
from tests.artefacts.variants import variant
from tests.gate.reports import report
from tests.present.verdicts import SIZE

CLIPS = pocket().clips[:4]
NODEID = "test_it.py::test_it[videomae-fp32]"
LABELS = ("walking", "waving", "yawning")


def measured(**changes: Any) -> Report:
    """Four clips of three labels; the variant answers the last two otherwise than the reference."""
    accuracy: dict[str, Any] = {"labels": (0, 1, 2, 0), "agreements": (True, True, False, False)}
    made = report(
        (True, True, False, False),
        [clip.id for clip in CLIPS],
        nodeid=NODEID,
        number=1,
        label_names=LABELS,
        predictions=(0, 1, -1, 1),
        **{**accuracy, **changes},
    )
    assert made.reference is not None
    object.__setattr__(made.reference.accuracy, "predictions", (0, 1, 2, 2))
    return made


def session(folder: Path, bundle: Path | None) -> Session:
    made = SimpleNamespace(
        options=SimpleNamespace(bundle=bundle, folder=folder, weights="trained", seed=3, clips="pocket"),
        inputs=SimpleNamespace(clip_set=pocket()),
        references=SimpleNamespace(
            of=lambda _: cast(Reference, SimpleNamespace(clips=CLIPS, logits=torch.eye(5, 3)))
        ),
        baselines=SimpleNamespace(machine_of=lambda executed: machine(executed.runtime)),
        ledger=Ledger(),
    )
    return cast(Session, made)


def failure(target: Target | None = None, **changes: Any) -> Failure:
    answers = None if target is None else Answers(target, torch.ones(4, 3))
    return Failure(NODEID, Measurement(measured(**changes), None, answers), (SIZE,), "--vc-sample=4")


def test_nothing_is_kept_where_nobody_asked(tmp_path: Path) -> None:
    unasked = session(tmp_path, None)
    assert write_bundle(unasked, failure()) is None
    assert look_again(unasked, failure()) == ""
    forget(unasked, NODEID, 1)
    assert (list(tmp_path.iterdir()), unasked.ledger.bundles) == ([], {})


def test_what_flipped_is_kept_with_both_answers_and_found_by_path_and_digest(tmp_path: Path) -> None:
    asked = session(tmp_path, tmp_path / "failures")
    folder = write_bundle(asked, failure(variant("fp16")))
    assert folder is not None
    assert not folder.is_absolute()
    assert [*asked.ledger.bundles.values()] == [str(folder)]
    bundle = read(tmp_path / folder)
    assert [(flip.id, flip.label, flip.reference, flip.variant) for flip in bundle.flips] == [
        (CLIPS[2].id, "yawning", "yawning", "no answer"),
        (CLIPS[3].id, "walking", "yawning", "waving"),
    ]
    assert [flip.path for flip in bundle.flips] == [clip.path.name for clip in CLIPS[2:]]
    assert bundle.failed.command == f"pytest '{NODEID}' --vc-sample=4"
    assert (bundle.failed.recipe, bundle.clips.seed, bundle.clips.ids) == (
        "fp16",
        3,
        tuple(clip.id for clip in CLIPS),
    )
    assert bundle.environment["runtime"] == "torch"
    logits = load_file(tmp_path / folder / LOGITS)
    assert logits["reference"].tolist() == torch.eye(5, 3)[:4].tolist()
    assert logits["variant"].tolist() == torch.ones(4, 3).tolist()
    assert logits["labels"].tolist() == [0, 1, 2, 0]


def test_of_clips_with_several_labels_all_of_them_are_kept(tmp_path: Path) -> None:
    asked = session(tmp_path, tmp_path / "failures")
    several: dict[str, Any] = {
        "labels": (),
        "label_sets": ((0,), (1, 2), (2,), (0, 1)),
        "ranking": Ranking(Estimate(0.5), Estimate(0.5), Estimate(0.0), Estimate(0.0)),
    }
    kept = failure(variant("fp16"), **several, predicted_sets=((0,), (1, 2), (), (0, 2)))
    before = kept.measurement.report.reference
    assert before is not None
    object.__setattr__(before.accuracy, "predicted_sets", ((0,), (1, 2), (2,), (0, 1)))
    folder = write_bundle(asked, kept)
    assert folder is not None
    assert [(flip.label, flip.reference, flip.variant) for flip in read(tmp_path / folder).flips] == [
        ("yawning", "yawning", "no label"),
        ("walking, waving", "walking, waving", "walking, yawning"),
    ]
    labels = load_file(tmp_path / folder / LOGITS)["labels"]
    assert labels.int().tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1], [1, 1, 0]]


def test_of_an_artefact_its_manifest_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    variant("fp16").save(tmp_path / "saved")
    artefact = load(tmp_path / "saved")
    asked = session(tmp_path, tmp_path / "failures")
    folder = write_bundle(asked, failure(artefact))
    assert folder is not None
    document = json.loads((tmp_path / folder / ARTEFACT).read_text())
    assert document == json.loads((tmp_path / "saved" / "recipe.json").read_text())
    assert read(tmp_path / folder).failed.recipe == "fp16"
    (tmp_path / "saved" / "recipe.json").unlink()
    again = write_bundle(asked, failure(artefact))
    assert again == folder
    assert not (tmp_path / again / ARTEFACT).exists()


def test_a_function_has_no_recipe_and_a_reference_no_answers_of_its_own(tmp_path: Path) -> None:
    asked = session(tmp_path, tmp_path / "failures")
    folder = write_bundle(asked, failure(lambda pixels: pixels))
    assert folder is not None
    assert read(tmp_path / folder).failed.recipe == ""
    alone = write_bundle(asked, failure())
    assert alone is not None
    assert set(load_file(tmp_path / alone / LOGITS)) == {"reference", "labels"}


def test_where_it_cannot_be_written_the_message_says_so_and_nothing_is_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = look_again(session(tmp_path, tmp_path / "file"), failure())
    assert said.startswith("  no bundle:     --vc-bundle=")
    assert "cannot be written" in said
    broken = session(tmp_path, tmp_path / "failures")
    cast(Any, broken).references = None
    assert look_again(broken, failure()).startswith("  no bundle:     'NoneType' object has no attribute")


def test_a_clip_that_is_gone_has_no_digest(tmp_path: Path) -> None:
    asked = session(tmp_path, tmp_path / "failures")
    gone = (*CLIPS[:3], Clip("gone", "walking", tmp_path / "gone.mp4"))
    cast(Any, asked).references.of = lambda _: SimpleNamespace(clips=gone, logits=torch.eye(5, 3))
    folder = write_bundle(asked, failure())
    assert folder is not None
    assert [len(flip.sha256) for flip in read(tmp_path / folder).flips] == [64, 0]


def test_what_holds_again_is_forgotten(tmp_path: Path) -> None:
    asked = session(tmp_path, tmp_path / "failures")
    assert look_again(asked, failure()).startswith(
        "  look at it:    vidcompress show failures/test_it.py-test_it-"
    )
    forget(asked, NODEID, 2)
    assert len([*(tmp_path / "failures").iterdir()]) == 1
    forget(asked, NODEID, 1)
    assert [*(tmp_path / "failures").iterdir()] == []
