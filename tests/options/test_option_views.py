"""--vc-views: how much of a clip a model is shown."""

import re

import pytest

# As a published checkpoint would be: five clips, three crops, and frames that are wider than high.
CONFTEST = """
    from pytest_vidcompress import Clip, ClipSet, Model, Profile
    from pytest_vidcompress.clips.profile import Views
    from pathlib import Path


    def tiny():
        import torch
        from torch import nn

        torch.manual_seed(0)
        layers = nn.Sequential(nn.Flatten(), nn.Linear(4 * 3 * 16 * 16, 2))
        profile = Profile(4, 2, 16, sampling="stride", published=Views(5, 3), merge="softmax")
        return Model("tiny", layers, profile, ("dark", "light"))


    def wide():
        import av
        import numpy as np

        clips = []
        for name, label in (("a", "dark"), ("b", "light"), ("c", "light")):
            path = Path(__file__).parent / f"{name}.mp4"
            with av.open(str(path), "w") as container:
                stream = container.add_stream("libx264", rate=10, options={"qp": "0"})
                stream.width, stream.height, stream.pix_fmt = 64, 32, "yuv420p"
                rng = np.random.default_rng(ord(name))
                for _ in range(20):
                    noise = rng.integers(0, 255, (32, 64, 3), np.uint8)
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
                container.mux(stream.encode())
            clips.append(Clip(name, label, path))
        return ClipSet("wide", ("dark", "light"), tuple(clips))


    def pytest_vidcompress_models():
        return {"tiny": tiny}


    def pytest_vidcompress_clip_sets():
        return {"wide": wide}
    """
TEST = """
    from pathlib import Path

    import torch

    def test_views(vc_model, vc_clips, vc_measure):
        seen = []

        def target(pixels):
            seen.append(tuple(pixels.shape))
            return vc_model.module(pixels)

        with torch.inference_mode():
            pixels, ids = next(vc_clips.batches(1))
        report = vc_measure(target)
        assert set(seen) == {(1, 4, 3, 16, 16)}, "one view at a time, also where it is timed"
        assert report.macs == 4 * 3 * 16 * 16 * 2, "of one view"
        assert report.clips == 3
        assert report.agreement == 1
        print("views", vc_model.profile.views, len(pixels), len(ids), vc_model.profile.protocol)
    """
TINY = ("--vc-model=tiny", "--vc-clips=wide", "-s")


@pytest.fixture(scope="module")
def wide(shared):
    return shared.write(conftest=CONFTEST, test_views=TEST)


@pytest.mark.parametrize(
    ("typed", "views"),
    [
        ((), "1x1 1 1 4x2, 1x1 views"),
        (("--vc-views=1x1",), "1x1 1 1 4x2, 1x1 views"),
        (("--vc-views=1x3",), "1x3 3 1 4x2, 1x3 views"),
        (("--vc-views=10x1",), "10x1 10 1 4x2, 10x1 views"),
        (("--vc-views=published",), "5x3 15 1 4x2, 5x3 views"),
    ],
)
@pytest.mark.slow
def test_the_model_is_shown_these_views(wide, typed, views):
    run = wide.run(*TINY, *typed, small=False)
    assert run.passed(1)
    assert run.says(rf"(?m)views {views}$")


@pytest.mark.slow
def test_an_accuracy_of_other_views_than_the_published_ones_is_labelled(wide):
    label = "measured with 1x1 views of 4x2; published accuracy is for 5x3 views of 4x2"
    run = wide.run(*TINY, "--vc-report=page.html", "--vc-report=run.json", small=False)
    assert run.says(rf"(?m)^accuracy {label}$")
    assert f"<p>Accuracy {label}.</p>" in (wide.folder / "page.html").read_text()
    (report,) = wide.measurements("run.json")
    assert (report["protocol"], report["published_protocol"]) == ("4x2, 1x1 views", "4x2, 5x3 views")
    assert report["protocol_label"] == label
    run = wide.run(*TINY, "--vc-views=published", "--vc-report=run.json", small=False)
    assert not run.says("measured with")
    (report,) = wide.measurements("run.json")
    assert report["protocol"] == report["published_protocol"]
    assert "protocol_label" not in report


def test_published_is_one_view_where_nobody_published_more(project):
    project.write(
        test_views="""
        def test_views(vc_model, vc_clips):
            assert str(vc_model.profile.views) == "1x1"
            assert len(next(vc_clips.batches(2))[0]) == 2
        """
    )
    assert project.run("--vc-views=published").passed(1)


@pytest.mark.parametrize("given", ["5", "5x2", "0x3", "x", "5x3x1", "3 views", "Published", "-1x1"])
def test_what_are_no_views_is_refused(project, given):
    project.write(test_views="def test_views(vc_clips): pass")
    run = project.run(f"--vc-views={given}")
    assert run.refused(
        re.escape(
            f"--vc-views={given}: expected CLIPSxCROPS with 1 or 3 crops, such as 1x1 or 5x3, or published"
        )
    )


@pytest.mark.slow
def test_in_a_file_and_typed_over(wide, tmp_path):
    project = wide.copy(tmp_path / "project")
    project.write(pyproject='[tool.pytest.ini_options]\nvc_views = "2x3"\n')
    assert project.run(*TINY, small=False).says("views 2x3 6 1")
    assert project.run(*TINY, "--vc-views=1x1", small=False).says("views 1x1 1 1")
    project.write(pyproject='[tool.pytest.ini_options]\nvc_views = "2x2"\n')
    assert project.run(*TINY, small=False).refused("--vc-views=2x2: expected CLIPSxCROPS")


def test_a_failure_says_how_to_see_it_again(project):
    project.write(
        test_views="""
        import pytest

        @pytest.mark.vc_variants("prune-global")
        @pytest.mark.vc_budget(sparsity=1.0)
        def test_holds(vc_variant, vc_measure, vc_baseline):
            vc_baseline.check(vc_measure(vc_variant))
        """
    )
    run = project.run("--vc-views=2x1")
    assert run.failed("sparsity")
    assert run.says(r"see it again: .* --vc-views=2x1\b")
