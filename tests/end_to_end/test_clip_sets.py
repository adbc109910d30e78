"""Clip sets of a user: pixels that a function yields are measured and held, and what is of no use is refused."""

CONFTEST = """
    from functools import partial
    from pathlib import Path

    import pytest_vidcompress as vc


    def tiny():
        import torch
        from torch import nn

        torch.manual_seed(0)
        layers = nn.Sequential(nn.Flatten(), nn.Linear(2 * 3 * 8 * 8, 4), nn.ReLU(), nn.Linear(4, 2))
        return vc.Model("tiny", layers, vc.Profile(2, 4, 8), ("dark", "light"))


    def frames(number):
        import numpy as np

        return np.random.default_rng(number).integers(0, 256, (4, 16, 16, 3), dtype=np.uint8)


    def drawn():
        clips = [
            vc.Clip(f"{label}/{number}", label, Path("drawn.h5"), partial(frames, number))
            for number, label in enumerate(["dark", "light"] * 4)
        ]
        return vc.ClipSet("drawn", ("dark", "light"), tuple(clips))


    def pytest_vidcompress_models():
        return {"tiny": tiny}


    def pytest_vidcompress_clip_sets():
        return {"drawn": drawn, "listed": lambda: list(drawn().clips), "none": lambda: vc.ClipSet("none", (), ())}
    """
TEST = """
    def test_it(vc_model, vc_measure, vc_baseline):
        report = vc_measure(vc_model.module)
        assert (report.clips, report.skipped) == (8, 0)
        vc_baseline.check(report)
    """


def test_pixels_of_a_function_are_measured_and_held_to_a_baseline(project):
    project.write(conftest=CONFTEST, test_it=TEST)
    options = ("--vc-model=tiny", "--vc-clips=drawn", "--benchmark-disable")
    assert project.run(*options, "--vc-baseline=create", small=False).passed(1)
    assert project.run(*options, small=False).passed(1)
    project.write(conftest=CONFTEST.replace("default_rng(number)", "default_rng(number + 1)"))
    other = project.run(*options, small=False)
    assert other.refused("the baseline was made on other contents of 8 clips")


def test_what_a_function_gives_that_is_no_clip_set_is_a_usage_error(project):
    project.write(conftest=CONFTEST, test_it=TEST)
    for name, said in (
        ("listed", r"clip set 'listed': its function returned a list, expected a ClipSet"),
        ("none", r"clip set 'none' has no clips: its function found none; relative paths in it count from /"),
    ):
        assert project.run("--vc-model=tiny", f"--vc-clips={name}", small=False).refused(said)
