"""Both command lines of the option table: as it was typed, and for the run of another commit."""

from pathlib import Path

import pytest

from pytest_vidcompress.clips.profile import Views
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.options.arguments import as_typed, of_another_commit

FOLDER = Path("clips").absolute()


def test_what_decides_what_is_measured_and_how_it_is_judged_is_typed_again():
    typed = {
        "vc-model": ["videomae", "my model"],
        "vc-sample": "16",
        "vc-variant": ["fuse+int8-static"],
        "vc-strict": True,
        "vc-all-clips": True,
        "vc-calibration": "8",
        "vc-baseline": "create",
        "vc-report": ["page.html"],
        "vc-cache": "cache",
    }
    assert as_typed(Options(typed=typed)) == (
        "--vc-model=videomae --vc-model='my model' --vc-variant=fuse+int8-static --vc-sample=16 --vc-all-clips"
        " --vc-calibration=8 --vc-strict"
    )


def test_nothing_typed_needs_nothing_typed_again():
    assert as_typed(Options(values={"vc-strict": True, "vc-sample": 16})) == ""


def test_another_commit_calibrates_and_samples_as_this_one():
    values = {"vc-calibration": 8, "vc-sample": 16, "vc-seed": 3, "vc-threads": 2, "vc-views": Views(5, 3)}
    arguments = of_another_commit(Options(values=values), ["videomae"], {"pocket"})
    assert {
        "--vc-model=videomae",
        "--vc-clips=pocket",
        "--vc-calibration=8",
        "--vc-sample=16",
        "--vc-seed=3",
        "--vc-threads=2",
        "--vc-views=5x3",
    } <= set(arguments)


def test_another_commit_trains_as_much_as_this_one():
    assert "--vc-learn=never" in of_another_commit(Options(values={"vc-learn": "never"}), [], {"pocket"})
    # An older one does not know the option.
    assert not [
        word for word in of_another_commit(Options(), [], {"pocket"}) if word.startswith("--vc-learn")
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("vc-sample", "vc-threads", "vc-runtime", "vc-views", "vc-cache", "vc-variant"),
        *("vc-report", "vc-against"),
    ],
)
def test_what_is_not_given_here_is_no_matter_of_that_commits_ini(name):
    assert f"--{name}=" in of_another_commit(Options(), [], {"pocket"})


def test_a_folder_of_clips_is_found_from_another_folder():
    arguments = of_another_commit(Options(values={"vc-clips": "clips"}), [], {"pocket"})
    assert f"--vc-clips={FOLDER}" in arguments


def test_another_commit_is_not_held_to_anything():
    values = {"vc-strict": True, "vc-against": "HEAD", "vc-report": (Path("page.html"),), "vc-profile": True}
    arguments = of_another_commit(Options(values=values), [], {"pocket"})
    assert {"--vc-against=", "--vc-report="} <= {*arguments}
    assert not {"--vc-strict", "--vc-against=HEAD", "--vc-report=page.html", "--vc-profile"} & {*arguments}


def test_what_is_kept_of_failures_is_no_matter_of_another_commit():
    values = {"vc-bundle": Path("failures")}
    assert not [
        word for word in of_another_commit(Options(values=values), [], {"pocket"}) if "bundle" in word
    ]


def test_the_cpu_is_no_option_that_an_older_commit_must_know():
    def words(**values):
        return [
            word for word in of_another_commit(Options(values=values), [], {"pocket"}) if "device" in word
        ]

    assert words() == words(**{"vc-device": "cpu"}) == []
    assert words(**{"vc-device": "cuda:1"}) == ["--vc-device=cuda:1"]


def test_a_device_is_typed_again():
    assert as_typed(Options(typed={"vc-device": "cuda"})) == "--vc-device=cuda"
