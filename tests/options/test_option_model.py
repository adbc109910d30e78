"""--vc-model: a name, a folder, several."""

import shutil

from pytest_vidcompress.models.catalog import POCKET

TEST = """
    def test_model(vc_model, vc_clips):
        pixels, _ = next(vc_clips.batches(1))
        assert vc_model.module(pixels).logits.shape == (1, 16)
    """


def test_both_families_without_it(project):
    run = project.write(test_model=TEST).run("-v", "--vc-sample=16", small=False)
    assert run.passed(2)
    assert run.says(r"test_model\[timesformer\] PASSED")
    assert run.says(r"test_model\[videomae\] PASSED")


def test_a_folder_and_the_same_name_twice(project):
    shutil.copytree(POCKET / "videomae", project.folder / "my" / "checkpoint")
    project.write(test_model=TEST)
    options = ("--vc-model=my/checkpoint", "--vc-model=my/checkpoint", "--vc-sample=16")
    run = project.run("-v", *options, small=False)
    assert run.passed(1)
    assert run.says(r"test_model\[my/checkpoint\]")


def test_a_folder_without_a_checkpoint(project):
    (project.folder / "hollow").mkdir()
    assert project.write(test_model=TEST).run("--vc-model=hollow", small=False).refused("hollow")
