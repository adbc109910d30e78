"""What a conftest.py adds: a model that is not from transformers, clips, a technique, a runtime, a table."""

CONFTEST = """
    from dataclasses import dataclass

    from pytest_vidcompress import Clip, ClipSet, Model, Profile, Technique
    from pytest_vidcompress.clips.pocket.packaged import pocket


    def tiny():
        import torch
        from torch import nn

        torch.manual_seed(0)
        layers = nn.Sequential(nn.Flatten(), nn.Linear(2 * 3 * 8 * 8, 4), nn.ReLU(), nn.Linear(4, 2))
        return Model("tiny", layers, Profile(2, 4, 8), ("blinking", "other"))


    def two():
        whole = pocket()
        clips = tuple(Clip(c.id, "blinking" if c.label == "blinking" else "other", c.path) for c in whole.clips)
        return ClipSet("two", ("blinking", "other"), clips)


    @dataclass(frozen=True)
    class Scale:
        by: float = 0.5


    def scale(model, parameters, clips):
        for parameter in model.module.parameters():
            parameter.data *= parameters.by
        return model


    def pytest_vidcompress_models():
        return {"tiny": tiny}


    def pytest_vidcompress_clip_sets():
        return {"two": two}


    def pytest_vidcompress_techniques():
        return {"scale": Technique("all weights times a number", scale, Scale)}


    def pytest_vidcompress_runtimes():
        return {"loud": lambda module: lambda pixels: module(pixels)}


    def pytest_vidcompress_tables(results):
        return [f"{len(results)} results"]
    """
TEST = """
    import pytest

    @pytest.mark.vc_variants("scale:by=0.25", "scale")
    def test_it(vc_variant, vc_measure, vc_baseline, vc_clips):
        assert vc_clips.labels == ("blinking", "other")
        vc_baseline.check(vc_measure(vc_variant))
    """


def test_everything_can_be_added(project):
    project.write(conftest=CONFTEST, test_it=TEST)
    options = ("--vc-model=tiny", "--vc-clips=two", "--vc-sample=8", "--vc-confirm=1")
    run = project.run(*options, "--vc-runtime=loud", "--vc-baseline=create", small=False)
    assert run.passed(2)
    assert run.says(r"(?m)^tiny on 8 clips")
    assert run.says(r"(?m)^2 results")
    names = project.json("baselines/two/tiny.json")["variants"].keys()
    assert names == {"scale@loud", "scale:by=0.25@loud"}
    assert project.json("baselines/two/tiny.*.json")["machine"]["runtime"] == "loud"
    assert project.run("--vc-model=tiny", "--vc-clips=three").refused("no clip set.*'pocket', 'two'")
