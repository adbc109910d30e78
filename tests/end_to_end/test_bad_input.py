"""Bad input ends with exit code 4 and one line that says what to do, with xdist and without."""

import json
import re
import shutil

import pytest

from pytest_vidcompress.clips.pocket import packaged as pocket
from tests.conftest import HOLDS


@pytest.fixture(scope="module")
def holds(shared):
    (shared.folder / "empty").mkdir()
    return shared.write(test_holds=HOLDS)


WORDS = [
    ("--vc-model=resnet", r"unknown model 'resnet': expected one of .*videomae"),
    ("--vc-variant=prune", r"unknown technique 'prune'; there are .*prune-global"),
    ("--vc-variant=prune-global:share=1", r"unknown parameter 'share': it takes amount"),
    ("--vc-variant=prune-global:amount=1.5", r"amount=1.5 is out of range: expected 0 <= amount < 1"),
    ("--vc-variant=prune-global:amount", r"'amount' is not of the form param=value"),
    ("--vc-clips=kinetics", r"no clip set and no path 'kinetics'"),
    ("--vc-clips=empty", r"no clips in .*empty"),
    ("--vc-runtime=tvm", r"unknown runtime 'tvm': there are torch"),
    ("--vc-sample=0", r"--vc-sample=0: expected a whole number of at least 1"),
    ("--vc-seed=-1", r"--vc-seed=-1: expected"),
    ("--vc-threads=0", r"--vc-threads=0: expected"),
    ("--vc-sample=few", r"--vc-sample=few: expected a whole number of at least 1"),
    ("--vc-baseline=keep", r"--vc-baseline=keep: expected one of check, create, accept, tighten"),
    ("--vc-weights=pruned", r"--vc-weights=pruned: expected one of trained, random"),
    ("--vc-sample=641", r"cannot sample 641 clips, there are 640"),
    ("--vc-baselines=test_holds.py/below --vc-baseline=create", r"cannot be written .*--vc-baselines"),
    ("--vc-report=test_holds.py/page.html", r"--vc-report=.* cannot be written"),
]


def test_what_was_typed_is_shown_escaped(holds):
    run = holds.run("--vc-clips=nowhere\x1b[31m\n::error title=x::y", small=False)
    assert run.refused(re.escape(r"'nowhere\x1b[31m\n::error title=x::y'"))


@pytest.mark.parametrize(("options", "line"), WORDS, ids=[options for options, _ in WORDS])
def test_one_line(holds, options, line):
    assert holds.run(*options.split()).refused(line)


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("--vc-variant=prune", r"unknown technique 'prune'"),
        ("--vc-sample=few", r"--vc-sample=few: expected a whole number of at least 1"),
        pytest.param("--vc-sample=641", r"cannot sample 641 clips, there are 640", marks=pytest.mark.slow),
    ],
)
def test_one_line_for_all_workers(holds, option, line):
    assert holds.run("-n2", option).refused(line)


@pytest.fixture(scope="module")
def jumping(holds):
    """A clip set whose labels no packaged model has."""
    folder = holds.folder / "jumping"
    folder.mkdir()
    shutil.copy(pocket.FOLDER / "val" / "pocket00000_000000_000002.mp4", folder / "a.mp4")
    (folder / "val.csv").write_text("label,youtube_id\njumping,a\n")
    return folder.name


def test_labels_that_the_model_does_not_have(holds, jumping):
    # A checkpoint in a folder: by its name a family would mean the published checkpoint for such labels.
    from pytest_vidcompress.models.catalog import POCKET

    model = f"--vc-model={POCKET / 'videomae'}"
    run = holds.run(model, f"--vc-clips={jumping}", "--vc-sample=1", small=False)
    assert run.refused(r"does not have 1 of the 1 labels of clip set 'jumping': 'jumping'")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{", r"baseline .*videomae.json cannot be read \(it is no JSON"),
        (json.dumps({"schema": 99, "variants": {}}), r"has schema 99, expected 1"),
        (json.dumps({"schema": 1, "variants": {"prune-global": 3}}), r"is not the baseline of a model"),
    ],
)
def test_a_baseline_file_that_is_none(project, text, line):
    project.write(test_holds=HOLDS)
    path = project.folder / "baselines" / "pocket" / "videomae.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert project.run().refused(line)
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("marker", "line"),
    [
        ("vc_variant('fp16')", r"unknown marker 'vc_variant'; there are vc_budget, vc_margin, vc_variants"),
        ("vc_budget(top2_drop=0.1)", r"no limit is called 'top2_drop'; choose from top1_drop"),
        ("vc_budget(top1_drop='2 %')", r"top1_drop must be a number of 0 to 1, not '2 %'"),
        ("vc_budget(0.1)", r"test_it.*marker vc_budget\(top1_drop=, .*\): too many positional arguments"),
        ("vc_variants('fp17')", r"test_it.*unknown technique 'fp17'"),
        ("vc_variants(16)", r"takes recipes as text"),
        (
            "vc_variants('fp16', models='*')",
            r"test_it.*vc_variants\(\*recipes, model='\*'\): .*'models'",
        ),
    ],
)
def test_a_marker_that_is_written_wrongly(project, marker, line):
    project.write(
        test_it=f"""
        import pytest

        @pytest.mark.{marker}
        def test_it(vc_variant, vc_measure, vc_baseline):
            vc_baseline.check(vc_measure(vc_variant))
        """
    )
    assert project.run("-Wignore::pytest.PytestUnknownMarkWarning").refused(line)


def test_a_wrong_name_in_the_ini_file(project):
    project.write(test_holds=HOLDS, pyproject='[tool.pytest.ini_options]\nvc_variant = ["fp17"]\n')
    assert project.run("-n2").refused("unknown technique 'fp17'")
    assert project.run().refused("unknown technique 'fp17'")
