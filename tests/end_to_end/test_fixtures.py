"""A user's own tests, with the documented names only."""

import pytest

USER = """
    import pytest
    import torch


    @pytest.fixture(autouse=True)
    def _models_first(vc_model):
        pass


    def test_zeroing_the_model(vc_model):
        with torch.no_grad():
            for parameter in vc_model.module.parameters():
                parameter.zero_()


    def test_the_next_test_gets_its_own(vc_model, vc_clips):
        assert any(parameter.any() for parameter in vc_model.module.parameters())
        assert not vc_model.module.training
        assert len(vc_model.labels) == 16
        assert vc_model.profile.frames > 1


    def test_clips(vc_clips, vc_model):
        assert len(vc_clips) == 16
        assert vc_clips.skipped == ()
        assert set(vc_clips.labels) == {clip.label for clip in vc_clips}
        first = vc_clips[0]
        assert first.id and first.path.is_file()
        profile = vc_model.profile
        sizes = []
        for pixels, labels in vc_clips.batches(5):
            assert pixels.shape[1:] == (profile.frames, 3, profile.size, profile.size)
            assert pixels.dtype == torch.float32 and labels.dtype == torch.int64
            sizes.append(len(labels))
        assert sizes == [5, 5, 5, 1]
        assert [vc_model.labels[i] for i in labels] == [vc_clips[-1].label]


    def test_variant(vc_variant, tmp_path):
        assert vc_variant.name == str(vc_variant.recipe)
        vc_variant.save(tmp_path / "artefact")
        assert (tmp_path / "artefact" / "model.safetensors").is_file()


    test_variant = pytest.mark.vc_variants("fp16", "int8-dynamic")(test_variant)


    def test_my_own_compression(vc_model, vc_measure, vc_baseline):
        report = vc_measure(vc_model.module.half().float())
        assert report.top1 >= report.reference.top1 - 0.2
        assert report.top1.low <= report.top1 <= report.top1.high
        vc_baseline.check(report)


    def test_a_callable(vc_model, vc_measure, vc_baseline):
        module = vc_model.module
        report = vc_measure(lambda pixels: module(pixels).logits)
        assert report.size_bytes is None and report.agreement == 1
        vc_baseline.check(report)


    def test_twice(vc_model, vc_measure, vc_baseline):
        one = vc_measure(vc_model.module)
        two = vc_measure(vc_model.module, name="the other")
        assert (one.name, two.name) == ("test_user.py::test_twice", "the other")
        vc_baseline.check(one)
        vc_baseline.check(two)
    """


def test_a_users_file(project):
    project.write(test_user=USER)
    assert project.run("--vc-baseline=create", "--benchmark-disable").passed(8)
    names = {"test_user.py::test_my_own_compression", "test_user.py::test_a_callable"}
    assert project.baseline.keys() == names | {"test_user.py::test_twice", "the other"}
    assert project.run("--benchmark-disable").passed(8)


def test_help_lists_fixtures_and_markers(project):
    fixtures = project.write(test_it="").run("--fixtures", "-q", small=False)
    for name in ("vc_model", "vc_clips", "vc_variant", "vc_measure", "vc_baseline"):
        assert fixtures.says(rf"(?m)^{name} -- .*\n    \S")
    markers = project.run("--markers", "--strict-markers", small=False)
    assert markers.says(r"@pytest.mark.vc_variants\(")
    assert markers.says(r"@pytest.mark.vc_budget\(")
    assert markers.says(r"@pytest.mark.vc_margin\(")


@pytest.mark.parametrize("budget", ["size_ratio=0.01", "sparsity=0.5"])
def test_a_budget_is_held_without_a_baseline(project, budget):
    project.write(
        test_it=f"""
        import pytest

        @pytest.mark.vc_variants("fp32")
        @pytest.mark.vc_budget({budget})
        def test_it(vc_variant, vc_measure, vc_baseline):
            vc_baseline.check(vc_measure(vc_variant))
        """
    )
    assert project.run("--benchmark-disable").failed(budget.partition("=")[0])
