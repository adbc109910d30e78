"""--vc-cache: where decoded clips are kept."""

TEST = "def test_clips(vc_clips): assert len(vc_clips) == 16"


def test_clips_are_kept_there_and_used(project):
    project.write(test_clips=TEST)
    assert project.run("--vc-cache=kept").passed(1)
    kept = sorted((project.folder / "kept").iterdir())
    assert len(kept) == 16
    times = [path.stat().st_mtime_ns for path in kept]
    assert project.run("--vc-cache=kept").passed(1)
    assert [path.stat().st_mtime_ns for path in kept] == times


def test_a_folder_that_cannot_be_written_is_warned_of(project):
    project.write(test_clips=TEST)
    run = project.run("--vc-cache=test_clips.py/cache")
    assert run.passed(1)
    assert run.says("decoded clips are not kept, .* cannot be written")
