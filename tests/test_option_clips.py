"""--vc-clips: what is packaged, a folder, a CSV."""

import shutil

import pytest

from pytest_vidcompress.clips import pocket

TEST = """
    def test_clips(vc_clips):
        assert [clip.label for clip in vc_clips] == ["blinking"]
        assert len(vc_clips.skipped) == 1 and "broken" in str(vc_clips.skipped[0].clip.path)
    """


@pytest.fixture
def mine(project):
    folder = project.folder / "mine"
    (folder / "annotations").mkdir(parents=True)
    shutil.copy(pocket.FOLDER / "val" / "pocket00000_000000_000002.mp4", folder / "good.mp4")
    (folder / "broken.mp4").write_bytes(b"no video")
    rows = "label,youtube_id\nblinking,good\nblinking,broken\nblinking,absent\n"
    (folder / "annotations" / "val.csv").write_text(rows)
    return project


@pytest.mark.parametrize("place", ["mine", "mine/annotations/val.csv"])
def test_a_folder_or_its_csv(mine, place):
    options = ("--vc-model=videomae", f"--vc-clips={place}")
    assert mine.write(test_clips=TEST).run(*options, small=False).passed(1)


def test_what_was_skipped_and_absent_is_said(mine):
    mine.write(test_it="def test_it(vc_model, vc_measure): assert vc_measure(vc_model.module).skipped == 1")
    run = mine.run("--vc-model=videomae", "--vc-clips=mine", "--benchmark-disable", small=False)
    assert run.passed(1)
    assert run.says(r"clips that could not be used.*\n +broken: ")
    assert run.says(r"on 1 clip \(1 skipped, 1 absent\)")
