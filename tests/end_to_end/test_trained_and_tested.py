"""A clip that would be trained on and is tested: one line, before anything is trained."""

from __future__ import annotations

from tests.project import Project

CONFTEST = """
    import shutil
    from dataclasses import replace
    from pathlib import Path

    from pytest_vidcompress.clips.pocket.packaged import pocket


    def ours():
        packaged = pocket()
        original = packaged.clips[0]
        copy = Path(__file__).parent / "other_name.mp4"
        shutil.copy(original.path, copy)
        twin = replace(original, id="twin", path=copy)
        return replace(packaged, name="ours", clips=packaged.clips[:16], training=(twin,))


    def pytest_vidcompress_clip_sets():
        return {"ours": ours}
    """
TEST = """
    def test_holds(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """


def test_it_is_named_and_nothing_is_trained(project: Project) -> None:
    project.write(conftest=CONFTEST, test_mine=TEST)
    options = ("--vc-clips=ours", "--vc-variant=distil:steps=1", "--benchmark-disable")
    run = project.run(*options)
    assert run.ret != 0
    assert run.says(r"clip 'twin' would be trained on, and 'pocket\d+' is tested, which is the same clip")
    assert "Traceback" not in run.out
    assert "INTERNALERROR" not in run.out
