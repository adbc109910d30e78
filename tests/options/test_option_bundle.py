"""--vc-bundle: what is needed to look at a failure on another machine; and, as a failure of accuracy shows it, the
first block that leaves the reference."""

import json
import socket
from pathlib import Path

import pytest
from safetensors.torch import load_file

from pytest_vidcompress.console.bundles.bundle_lines import bundle_lines
from pytest_vidcompress.run.bundle.bundle_folder import read
from tests.project import WORKERS

SABOTAGE = """
    from dataclasses import replace

    import torch
    from pytest_vidcompress.compress.prune.prune_global import PRUNE_GLOBAL

    def apply(model, parameters, clips):
        model = PRUNE_GLOBAL.apply(model, parameters, clips)
        with torch.no_grad():
            for each in model.module.videomae.encoder.layer[2].parameters():
                each.mul_(3)
        return model

    def pytest_vidcompress_techniques():
        return {"prune-global": replace(PRUNE_GLOBAL, apply=apply)}
    """
TEST = """
    import pytest

    @pytest.mark.vc_variants("prune-global")
    @pytest.mark.vc_budget(top1_drop=0.05, agreement=0.9)
    def test_holds(vc_variant, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_variant))
    """
BLOCK = "videomae.encoder.layer.2"
OPTIONS = ("--benchmark-disable", "--vc-bundle=failures")


@pytest.mark.parametrize("workers", WORKERS)
def test_a_sabotaged_layer_is_named_and_kept_until_the_test_holds_again(project, monkeypatch, workers):
    monkeypatch.setenv("HOME", str(project.folder))
    project.write(test_holds=TEST, conftest=SABOTAGE)
    options = (*OPTIONS, f"--vc-baselines={project.folder / 'baselines'}", *workers)
    run = project.run(*options)
    assert run.failed("top1_drop", "agreement")
    said = " ".join(line.removeprefix("E ").strip() for line in run.out.splitlines())
    assert f"the first block that leaves the reference: {BLOCK} (relative error " in said
    (folder,) = (project.folder / "failures").iterdir()
    assert f"vidcompress show failures/{folder.name}" in said
    assert "1 failure kept for another machine: vidcompress show failures" in run.out
    holds_everything(project, folder)

    (project.folder / "conftest.py").unlink()
    assert project.run(*options).passed(1)
    assert not folder.exists()


def holds_everything(project, folder):
    text = (folder / "bundle.json").read_text()
    assert str(project.folder) not in text
    assert f'"{socket.gethostname()}"' not in text
    bundle = read(folder)
    assert bundle.failed.recipe == "prune-global"
    assert "--vc-baselines=~/baselines" in bundle.failed.command
    assert {v.metric for v in bundle.verdicts if v.status == "failed"} == {"top1_drop", "agreement"}
    assert bundle.divergence.blocks[bundle.divergence.first].name == BLOCK
    logits = load_file(folder / "logits.safetensors")
    assert logits["reference"].shape == logits["variant"].shape == (16, 16)
    answers = {side: logits[side].argmax(1).tolist() for side in ("reference", "variant")}
    labels = bundle.clips.labels
    flipped = {
        clip: (labels[answers["reference"][k]], labels[answers["variant"][k]])
        for k, clip in enumerate(bundle.clips.ids)
        if answers["reference"][k] != answers["variant"][k]
    }
    assert {flip.id: (flip.reference, flip.variant) for flip in bundle.flips} == flipped
    assert all(Path(flip.path).name.startswith(flip.id) and len(flip.sha256) == 64 for flip in bundle.flips)
    assert bundle.environment["torch"].startswith("2.")
    assert bundle.environment["threads"] == "1"
    assert any(BLOCK in line for line in bundle_lines(folder))
    assert json.loads(text)["numbers"]["clips"] == 16


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_measured(project):
    project.write(test_holds=TEST)
    (project.folder / "file").write_text("")
    refused = project.run("--benchmark-disable", "--vc-bundle=file/failures")
    assert refused.refused(r"--vc-bundle=.*failures cannot be written .*: name another folder")
