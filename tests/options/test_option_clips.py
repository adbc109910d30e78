"""--vc-clips: what is packaged, a folder, a CSV."""

import shutil

import pytest

from pytest_vidcompress.clips.pocket import packaged as pocket

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
    (folder / "paths.csv").write_text("path,label\ngood.mp4,blinking\nbroken.mp4,blinking\n")
    (folder / "paths.txt").write_text("good.mp4 blinking\nbroken.mp4 blinking\nabsent.mp4 blinking\n")
    (folder / "classes" / "blinking").mkdir(parents=True)
    for name in ("good.mp4", "broken.mp4"):
        shutil.copy(folder / name, folder / "classes" / "blinking")
    return project


@pytest.mark.parametrize(
    "place",
    ["mine", "mine/annotations/val.csv", "mine/paths.csv", "mine/paths.txt", "mine/classes"],
)
def test_a_folder_or_its_csv_or_a_list_or_class_folders(mine, place):
    options = ("--vc-model=videomae", f"--vc-clips={place}")
    assert mine.write(test_clips=TEST).run(*options, small=False).passed(1)


def test_what_cannot_be_read_is_refused_in_a_line(mine):
    (mine.folder / "mine" / "annotations" / "val.csv").write_text("some,thing\n")
    mine.write(test_clips=TEST)
    options = ("--vc-model=videomae", "--vc-clips=mine/annotations/val.csv")
    assert mine.run(*options, small=False).refused(
        r"val.csv is no list of clips: .* begins with 'some,thing'"
    )
    for name in ("paths.csv", "paths.txt"):
        (mine.folder / "mine" / name).rename(mine.folder / "mine" / f"other_{name}")
    (mine.folder / "mine" / "more.csv").write_text("path,label\ngood.mp4,blinking\n")
    options = ("--vc-model=videomae", "--vc-clips=mine")
    refused = r"several annotation files \(more.csv, other_paths.csv\): name one of them"
    assert mine.run(*options, small=False).refused(refused)


def test_what_was_skipped_and_absent_is_said(mine):
    mine.write(test_it="def test_it(vc_model, vc_measure): assert vc_measure(vc_model.module).skipped == 1")
    options = ("--vc-clips=mine", "--vc-max-skipped=0.5", "--benchmark-disable")
    run = mine.run("--vc-model=videomae", *options, small=False)
    assert run.passed(1)
    assert run.says(r"clips that could not be used.*\n +broken: ")
    assert run.says(r"on 1 clip \(1 skipped, 1 absent\)")


@pytest.mark.parametrize("options", [(), ("--vc-model=hrnn",)], ids=["default models", "one of them"])
def test_the_packaged_long_clips_have_several_labels_and_models_of_their_own(project, options):
    test = """
        def test_clips(vc_model, vc_clips):
            print("model", vc_model.name)
            assert len(vc_clips.labels) == 20 and len(vc_clips) == 4
            (_, right), *_ = vc_clips.batches(4)
            assert right.shape == (4, 20) and right.sum(1).tolist() == [len(clip.labels) for clip in vc_clips]
        """
    given = ("--vc-clips=events", "--vc-sample=4", "--vc-weights=random", "-s", *options)
    run = project.write(test_clips=test).run(*given, small=False)
    assert run.passed(1 if options else 3)
    assert all(
        run.says(f"model {name}") for name in (["hrnn"] if options else ["hrnn", "netvlad", "nextvlad"])
    )


def test_the_packaged_long_clips_are_refused_for_models_of_short_ones_in_a_line(project):
    project.write(test_it="def test_it(vc_model, vc_measure): vc_measure(vc_model.module)")
    run = project.run("--vc-clips=events", "--vc-model=timesformer", small=False)
    assert run.refused(
        r"model 'timesformer' tells one thing of each clip, and clip set 'events' is .* one of hrnn, netvlad, "
    )
