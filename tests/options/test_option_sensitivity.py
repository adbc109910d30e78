"""--vc-sensitivity: what every block of a model is worth."""

TEST = """
    import pytest

    @pytest.mark.vc_variants("fp16")
    def test_it(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """


def test_terminal_and_page_show_it_and_a_second_run_has_it(project):
    project.write(test_it=TEST)
    options = ("--vc-sensitivity", "--benchmark-disable", "--vc-calibration=4", "--vc-cache=cache")
    first = project.run(*options, "--vc-report=page.html")
    assert first.passed(1)
    assert first.says("sensitivity of videomae on 4 clips that calibrate")
    assert first.says(r"(?m)^block +part +KL +agree +MACs +time$")
    assert first.says(r"(?m)^0 +mlp +\d")
    assert first.says(r"(?m)^all +block +\d")
    assert "Layer by layer" in (project.folder / "page.html").read_text()
    (kept,) = (project.folder / "cache" / "sensitivity").iterdir()
    before = kept.stat().st_mtime_ns
    assert project.run(*options).passed(1)
    assert kept.stat().st_mtime_ns == before
    assert not project.run("--benchmark-disable").says("sensitivity of")
