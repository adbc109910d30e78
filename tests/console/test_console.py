"""The console command, as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress import console
from pytest_vidcompress.artefacts.kept.learned_origin import LearnedOrigin, Origin
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.training_clips import TrainingClips
from pytest_vidcompress.console import main, packaged, verbs
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.plugin import command_line
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder
from tests import forked
from tests.artefacts.variants import variant
from tests.forked import started
from tests.models.small import checkpoint, model
from tests.present.shortlist.runs import result, written

ROOT = Path(__file__).parents[2]


def vidcompress(*arguments: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A real process."""
    return subprocess.run(
        [sys.executable, "-m", "pytest_vidcompress.console", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )


def test_it_is_installed_under_its_name() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, name = scripts["vidcompress"].partition(":")
    assert getattr(import_module(module), name) is command_line.main


def test_a_refusal_shows_what_was_typed_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "out\x1b[31m\n::error title=x::y"]) == 2
    said = capsys.readouterr().err
    assert r"out\x1b[31m\n::error title=x::y" in said
    assert said.removesuffix("\n").isprintable()


def test_help_show_and_choose_start_light(tmp_path: Path) -> None:
    variant("int8-dynamic").save(tmp_path)
    script = """
import sys
from pytest_vidcompress.console import main
choose = ["choose", sys.argv[2], "--max-mb=9"]
for arguments in (["--help"], ["compress", "--help"], ["--version"], ["show", sys.argv[1], "--verify"], choose):
    try:
        assert main(arguments) == 0
    except SystemExit as ended:
        assert ended.code == 0
loaded = [name for name in ("torch", "transformers", "numpy", "pytest", "scipy", "av") if name in sys.modules]
assert not loaded, loaded
"""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            str(tmp_path),
            str(written(tmp_path / "run.json", result("fp16", 30))),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "int8-dynamic of videomae" in done.stdout


def test_compress_and_show(tmp_path: Path) -> None:
    made = vidcompress(
        "compress", "videomae", "prune-global+int8-dynamic", "out", "--threads=1", folder=tmp_path
    )
    assert made.returncode == 0, made.stderr
    (line,) = made.stdout.splitlines()
    assert line.startswith("prune-global+int8-dynamic of videomae: ")
    size = sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert f"{size:,} bytes, 0.4" in line
    assert line.endswith(" in out")
    assert "Traceback" not in made.stderr

    shown = vidcompress("show", "out", "--verify", folder=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("prune-global+int8-dynamic of videomae (trained weights), for torch\n")
    assert "files: as they were saved" in shown.stdout
    assert "note: int8 engine" in shown.stdout
    assert "labels: 16 (" in shown.stdout

    os.truncate(tmp_path / "out" / "model.safetensors", 1000)
    damaged = vidcompress("show", "out", folder=tmp_path)
    assert damaged.returncode == 2
    (said,) = damaged.stderr.splitlines()
    assert said.startswith("vidcompress: artefact 'out': model.safetensors is truncated, 1,000 of")
    assert damaged.stdout == ""


def test_a_recipe_that_learns_is_trained_and_goes_on_where_it_was_interrupted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_VIDCOMPRESS_CACHE", str(tmp_path / "cache"))
    typed = ["compress", "videomae", "prune-global:amount=0.5+distil:steps=4,batch=4"]
    begun: list[int] = []

    def interrupted(self: TrainingClips, steps: range, size: int) -> Iterator[Any]:
        begun.append(steps.start)
        for step in steps:
            if step == 2 and len(begun) == 1:
                raise VidcompressError("the power is gone")
            yield self.batch(step, size)

    with monkeypatch.context() as patch:
        patch.setattr(TrainingClips, "batches", interrupted)
        patch.setattr("pytest_vidcompress.learn.checkpoint.SAVE_S", 0.0)
        assert main([*typed, str(tmp_path / "out")]) == 2
        assert len([*tmp_path.glob("cache/variants/*.training/2.checkpoint")]) == 1
        assert main([*typed, str(tmp_path / "out")]) == 0
        assert not [*tmp_path.glob("cache/variants/*.training")]
        assert main([*typed, str(tmp_path / "another")]) == 0
    assert begun == [0, 2]
    first, second = (tmp_path / each / "model.safetensors" for each in ("out", "another"))
    assert first.read_bytes() == second.read_bytes()
    out, err = capsys.readouterr()
    assert out.startswith("prune-global:amount=0.5+distil:steps=4,batch=4 of videomae: ")
    assert "batch=4 of videomae: trained in this run" in err
    assert "batch=4 of videomae: of an earlier run" in err
    assert main(["show", str(tmp_path / "out")]) == 0
    assert "4 steps on 16 clips, loss " in capsys.readouterr().out


BRIEF = "finetune:steps=1,batch=2"


def run_that_never_trains(folder: Path) -> LearnedOrigin:
    """Where a run of tests has from what it would measure, of the cache in a folder."""
    values = {"vc-model": ("videomae",), "vc-learn": "never", "vc-cache": folder, "vc-learned": folder}
    options, registries, notes = Options(values, began=time.time()), packaged(), VariantNotes()
    inputs = Inputs(options, registries)
    VariantBuilder(options, registries, inputs, notes).compressed(inputs.choices.recipe(BRIEF), "videomae")
    (origin,) = notes.learned.values()
    return origin


def test_what_one_has_learned_tests_take_and_the_other_way_round(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ("compress", "videomae", f"{BRIEF}+fp16")
    here = (f"--cache={tmp_path / 'cache'}", f"--learned={tmp_path / 'learned'}")
    line = refused(capsys, *typed, tmp_path / "out", *here, "--learn=never")
    assert f"{BRIEF} of videomae is not trained: nothing like it is kept, and --learn=never" in line
    assert main([*typed, str(tmp_path / "out"), *here]) == 0
    assert run_that_never_trains(tmp_path / "cache").origin is Origin.CACHE
    capsys.readouterr()
    assert main([*typed, str(tmp_path / "kept"), *here, "--learn=never"]) == 0
    assert f"note: {BRIEF} of videomae: of an earlier run" in capsys.readouterr().err
    # A later command, of which nothing is kept yet.
    time.sleep(0.05)
    monkeypatch.setattr("pytest_vidcompress.console.compress.BEGAN", time.time())
    assert main([*typed, str(tmp_path / "anew"), *here, "--learn=again"]) == 0
    assert f"note: {BRIEF} of videomae: trained in this run" in capsys.readouterr().err


def test_a_terminal_shows_progress(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="terminals are a matter of POSIX")
    termios = pytest.importorskip("termios")
    reader, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    process = started(
        forked.console,
        *("compress", "videomae", "fp16", "out"),
        folder=tmp_path,
        output=tmp_path / "stdout",
        errors=os.ttyname(terminal),
    )
    seen = forked.shown(process, reader)
    os.close(terminal)
    os.close(reader)
    assert process.exitcode == 0
    for what in (b"loading videomae", b"compressing by fp16", b"saving"):
        assert what in seen
    assert (tmp_path / "stdout").read_text().startswith("fp16 of videomae: ")


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that a refusal prints."""
    assert main([str(each) for each in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    # Libraries may have their own say when they are imported.
    (line,) = (line for line in err.splitlines() if line.startswith("vidcompress: "))
    return line


def test_what_cannot_be_is_refused_in_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "unknown technique 'teleport'" in refused(capsys, "compress", "videomae", "teleport", out)
    assert "unknown model 'abacus'" in refused(capsys, "compress", "abacus", "fp16", out)
    assert "unknown runtime 'abacus'" in refused(
        capsys, "compress", "videomae", "fp16", out, "--runtime=abacus"
    )
    assert "unknown runtime 'abacus'" in refused(capsys, "compress", "videomae", "fp16@abacus", out)
    assert "names a runtime, and --runtime=openvino another" in refused(
        capsys, "compress", "videomae", "fp16@onnxruntime", out, "--runtime=openvino"
    )
    assert "no clip set and no path 'nowhere'" in refused(
        capsys, "compress", "videomae", "fp16", out, "--clips=nowhere"
    )
    assert "(--clips)" in refused(capsys, "compress", "videomae", "fp16", out, "--clips=nowhere")
    assert "no artefact at" in refused(capsys, "show", out)
    assert not out.exists()
    (tmp_path / "mine.txt").write_text("")
    assert "holds other things" in refused(capsys, "compress", "videomae", "fp16", tmp_path)


@pytest.mark.parametrize(
    "arguments", [[], ["squash"], ["compress"], ["show"], ["compress", "videomae", "fp16"]]
)
def test_usage_errors_are_argparse_s(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: vidcompress" in capsys.readouterr().err


def test_clips_of_a_small_folder_calibrate_and_what_that_means_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    for clip in pocket().clips[:6]:
        (folder / clip.label).mkdir(parents=True, exist_ok=True)
        (folder / clip.label / clip.path.name).symlink_to(clip.path)
    out = tmp_path / "out"
    options = (f"--clips={folder}", "--calibration=2", "--runtime=torch")
    assert main(["compress", "videomae", "int8-static", str(out), *options]) == 0
    assert (
        "calibrated on 2 of the 6 clips of 'mine': tests of these are independent of that with --vc-sample=4 or"
        " less, and not with more"
    ) in capsys.readouterr().err


def test_what_was_published_can_be_chosen(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pytest_vidcompress.models.checkpoint import load_checkpoint as checkpoints

    built: list[tuple[object, int]] = []

    def random_model(named, source, labels):
        built.append((source, len(labels)))
        return model("videomae").module, model("videomae").profile, labels

    monkeypatch.setattr(checkpoints, "random_model", random_model)
    options = ("--weights=random", "--published")
    assert main(["compress", "videomae", "fp16", str(tmp_path / "out"), *options]) == 0
    assert built == [(None, 400)]
    assert "videomae has the geometry of MCG-NJU/videomae-base-finetuned-kinetics" in capsys.readouterr().err
    line = refused(capsys, "compress", tmp_path, "fp16", tmp_path / "other", "--published")
    assert "--published is for models that are known by name" in line


@pytest.mark.parametrize(
    ("name", "family", "labels", "options"),
    [("xclip", "xclip", 16, ()), ("vjepa2-ssv2", "vjepa2", 174, ("--published",))],
)
def test_a_model_that_is_not_packaged_is_the_published_geometry(
    name: str,
    family: str,
    labels: int,
    options: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pytest_vidcompress.models.checkpoint import load_checkpoint as checkpoints

    built: list[int] = []

    def random_model(named, source, labels):
        built.append(len(labels))
        return model(family).module, model(family).profile, labels

    monkeypatch.setattr(checkpoints, "random_model", random_model)
    arguments = ["compress", name, "fp16", str(tmp_path / "out"), "--weights=random", *options]
    assert main(arguments) == 0
    assert built == [labels]
    said = capsys.readouterr().err
    assert f"{name} has the geometry of {CATALOG[name].checkpoint}" in said
    assert "the small one" not in said


def test_a_verb_is_a_file_that_defines_one() -> None:
    files = {path.stem for path in Path(console.__file__).parent.glob("*.py")}
    assert {verb.name for verb in verbs()} == files & {verb.name for verb in verbs()} >= {"compress", "show"}


@pytest.mark.parametrize("option", ["--threads=0", "--calibration=-1", "--calibration=some"])
def test_counts_are_whole_numbers(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["compress", "videomae", "fp16", "out", option])
    assert "expected a whole number of at least 1" in capsys.readouterr().err


def test_an_artefact_is_replaced_when_forced_only(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    saved = tmp_path / "checkpoint"
    checkpoint(saved, "timesformer")
    out = tmp_path / "out"
    assert main(["compress", str(saved), "fp16", str(out)]) == 0
    assert "replace it with --force" in refused_after(capsys, "compress", saved, "fp32", out)
    assert json.loads((out / "recipe.json").read_text())["recipe"] == "fp16"
    assert main(["compress", str(saved), "fp32", str(out), "--force"]) == 0
    said = json.loads((out / "recipe.json").read_text())
    assert (said["recipe"], said["model"]) == ("fp32", "checkpoint")
    assert said["labels"] == ["walking", "waving", "yawning"]


def refused_after(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    return refused(capsys, *arguments)


def test_a_model_with_other_labels_calibrates_on_the_packaged_clips_or_on_clips_with_its_labels(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    checkpoint(tmp_path / "checkpoint", "videomae")
    arguments = ("compress", tmp_path / "checkpoint", "int8-static", tmp_path / "out", "--runtime=torch")
    assert "does not have 16 of the 16 labels" in refused(capsys, *arguments, "--clips=pocket")
    assert not (tmp_path / "out").exists()
    assert main([str(each) for each in arguments]) == 0
    said = capsys.readouterr().err
    assert (
        "note: calibrated on 32 packaged clips, which are drawings: name clips like yours with --clips"
        in said
    )


def test_a_recipe_that_calibrates(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    # The name that tables print, with the runtime.
    options = ("--calibration=4", "--weights=random")
    assert main(["compress", "videomae", "int8-static@torch", str(tmp_path / "out"), *options]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("int8-static@torch of videomae: ")
    assert "note: calibrated on 4 clips of 'pocket' that no test takes by default" in err
    assert "note: videomae is the small one that comes with this package, of 991,632 parameters" in err
    assert json.loads((tmp_path / "out" / "recipe.json").read_text())["weights"] == "random"


def test_a_model_of_long_clips_is_compressed_on_those(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compress", "nextvlad", "frames:keep=6", str(tmp_path / "out")]) == 0
    assert "frames:keep=6 of nextvlad: " in capsys.readouterr().out
