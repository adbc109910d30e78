from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from pytest_vidcompress import console
from pytest_vidcompress.console.bundles.bundle_lines import are_bundles, bundle_lines
from pytest_vidcompress.measure.divergence.divergence import BlockError, Divergence
from pytest_vidcompress.run.bundle.bundle import Bundle, Flip, as_document
from pytest_vidcompress.run.bundle.bundle_folder import ARTEFACT, FILE, LOGITS, write
from tests.run.bundle.bundles import BUNDLE


def written(directory: Path, bundle: Bundle = BUNDLE, name: str = "one", **files: bytes) -> Path:
    return write(directory, name, as_document(bundle), files)


def test_everything_that_was_kept_is_shown(tmp_path: Path) -> None:
    logits = save({"reference": torch.zeros(3, 2), "variant": torch.zeros(3, 2)})
    lines = bundle_lines(written(tmp_path, **{LOGITS: logits, ARTEFACT: b"{}"}))
    text = "\n".join(lines)
    assert lines[0] == f"{BUNDLE.failed.test}: int8-dynamic of videomae (trained weights), on torch"
    assert lines[1] == "top1 failed: measured 70.00 %, stored 90.00 %, limit 89.00 %"
    assert "  lost 20.00 points, more than chance explains" in lines
    assert "passed: macs" in lines
    assert f"see it again: {BUNDLE.failed.command}" in lines
    assert "clips: 3 of 640 of pocket, seed 0, 8x4, 1x1 views, digest 0123456789abcdef" in lines
    assert "answered otherwise than the reference: 1 clip" in lines
    assert "  b     up     up         down     val/b.mp4" in lines
    assert "the first block that leaves the reference: layer.3 (relative error 0.41; 0 before it)" in lines
    assert ["layer.3", "0.41", "0.4", "0.4"] in [line.split() for line in lines]
    assert "logits: logits.safetensors, reference 3 x 2, variant 3 x 2" in lines
    assert "artefact: its manifest is artefact.json" in lines
    assert lines[-2:] == ["  cpu: AMD EPYC", "  python: 3.11.7"]
    assert text.index("size_ratio (budget) failed") < text.index("latency_ratio inconclusive")


def test_of_a_folder_every_bundle_is_a_line(tmp_path: Path) -> None:
    written(tmp_path)
    (written(tmp_path, name="two") / FILE).write_text("{")
    first, second = bundle_lines(tmp_path)
    assert first == (
        "one: int8-dynamic of videomae (trained weights), on torch; failed: top1, size_ratio (budget)"
    )
    assert second.startswith("two: no bundle in ")


def test_long_lists_are_cut(tmp_path: Path) -> None:
    many = tuple(Flip(f"clip{k}", f"{k}.mp4", "", "up", "up", "down") for k in range(3000))
    lines = bundle_lines(written(tmp_path, replace(BUNDLE, flips=many)))
    assert "  and 2,980 more" in lines
    assert len(lines) < 60
    for k in range(25):
        written(tmp_path / "many", name=f"bundle{k}")
    assert len(bundle_lines(tmp_path / "many")) == 21


def test_texts_of_any_length_are_cut(tmp_path: Path) -> None:
    long = "x" * 100_000
    flips = (Flip(long, long, "", long, long, long),)
    blocks = Divergence((BlockError(long, 0.5, 0.5),), ((long, long),))
    failed = replace(BUNDLE.failed, test=long, recipe=long, command=long)
    verdicts = tuple(replace(each, reason=long, evidence=long) for each in BUNDLE.verdicts)
    many = {f"{long}{k}": long for k in range(100)}
    evil = replace(BUNDLE, failed=failed, verdicts=verdicts, flips=flips, divergence=blocks, environment=many)
    lines = bundle_lines(written(tmp_path, evil))
    assert max(map(len, lines)) <= 1600
    assert len(lines) < 60
    assert max(map(len, bundle_lines(tmp_path))) <= 1600


def test_a_pipe_in_the_place_of_logits_is_not_waited_for(tmp_path: Path) -> None:
    folder = written(tmp_path)
    os.mkfifo(folder / LOGITS)
    assert "logits: logits.safetensors cannot be read" in bundle_lines(folder)


def test_logits_that_are_none_are_said(tmp_path: Path) -> None:
    assert "logits: logits.safetensors cannot be read" in bundle_lines(
        written(tmp_path, **{LOGITS: b"\xff" * 99})
    )


def test_what_somebody_wrote_is_shown_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = replace(BUNDLE, environment={"cpu": "\x1b[31mred\n::error::x"})
    folder = written(tmp_path, evil)
    assert console.main(["show", str(folder)]) == 0
    out = capsys.readouterr().out
    assert r"cpu: \x1b[31mred\n::error::x" in out
    assert all(line.isprintable() for line in out.splitlines())
    (folder / FILE).write_text("{}")
    assert console.main(["show", str(folder)]) == 2
    assert "it is none of ours" in capsys.readouterr().err


def test_an_artefact_is_no_bundle(tmp_path: Path) -> None:
    assert not are_bundles(tmp_path)
    (tmp_path / "recipe.json").write_text("{}")
    assert not are_bundles(tmp_path)
    written(tmp_path)
    assert are_bundles(tmp_path)
    assert are_bundles(tmp_path / "one")
