"""--vc-profile: where the time goes, in the terminal, on the page and in the numbers; nothing of it without."""

import pytest

from tests.present.formats.run_files import complaints

TEST = """
    import pytest

    @pytest.mark.vc_variants("int8-dynamic", "fp32")
    def test_holds(vc_variant, vc_measure):
        report = vc_measure(vc_variant)
        expected = {expected}
        assert (report.execution.hotspots is not None) == expected
        assert (report.reference.execution.hotspots is not None) == expected
        assert not any(part._forward_hooks or part._forward_pre_hooks for part in vc_variant.module.modules())
    """
UNTIMED = "--benchmark-disable"


@pytest.fixture(scope="module")
def profiled(shared):
    shared.write(test_holds=TEST.format(expected=True))
    shared.last = shared.run("--vc-profile", "--vc-report=numbers.json", "--vc-variant=int8-dynamic")
    assert shared.last.passed(1)
    return shared


def test_tables_in_the_terminal(profiled):
    run = profiled.last
    assert run.says(r"(?m)^int8-dynamic of videomae: where the time of a call goes, reference \| variant$"), (
        run.out
    )
    assert run.says(r"(?m)^aten::addmm +[\d.]+ +[\d.]+ % +[\d.]+ +\| +- ")
    assert run.says(r"(?m)^quantized::linear_dynamic +- +- +- +\| +[\d.]+")
    assert run.says(r"(?m)^…?[\w.]*encoder\.layer\.\*.*\| ")
    floats = r"Conv3d \d+ % of weights, VideoMAESelfAttention \d+ % of MACs"
    assert run.says(rf"(?m)^int8-dynamic +\d+ % +\d+ % +- +{floats}")
    assert run.says(r"(?m)^fp32 peak: [\d.]+ GMAC/s")
    ours = run.out[run.out.index("compressed video models") :]
    assert all(len(line) <= 100 for line in ours.splitlines() if "|" in line)


def test_every_row_in_the_numbers(profiled):
    (result,) = profiled.measurements("numbers.json")
    for name in ("hotspots", "reference_hotspots"):
        for rows in (result[name][table] for table in ("operators", "modules", "kinds")):
            assert sum(row["share"] for row in rows) == pytest.approx(1)
    names = {row["name"] for row in result["hotspots"]["modules"]}
    assert "videomae.encoder.layer.*.attention.attention.query" in names
    assert any(left["kind"] == "Conv3d" for left in result["left_float"])
    assert result["peak_macs_per_s"] > 0
    assert result["macs_per_s"] > 0
    assert complaints((profiled.folder / "numbers.json").read_text()) == []


def test_a_picture_on_the_page_and_no_times_needed(profiled):
    run = profiled.run("--vc-profile", UNTIMED, "--vc-report=page.html")
    assert run.passed(2)
    page = (profiled.folder / "page.html").read_text()
    assert 'data-name="operators"' in page
    assert "aten::addmm" in page
    assert "left float" in page
    assert "achieved speed" not in page, "nothing was timed"


@pytest.mark.slow
def test_workers_hand_it_over(profiled):
    run = profiled.run("-n2", "--vc-profile", UNTIMED, "--vc-report=two.json")
    assert run.passed(2)
    results = profiled.measurements("two.json")
    assert {result["name"] for result in results} == {"int8-dynamic", "fp32"}
    assert all(result["hotspots"]["operators"] and result["hotspots"]["modules"] for result in results)
    assert {"left_float" in result for result in results} == {True, False}
    assert run.says("fp32 of videomae: where the time of a call goes")


@pytest.mark.slow
def test_off_by_default(profiled, tmp_path):
    plain = profiled.copy(tmp_path / "plain").write(test_holds=TEST.format(expected=False))
    run = plain.run(UNTIMED, "--vc-report=off.json")
    assert run.passed(2)
    assert not run.says("where the time of a call goes")
    assert not any("hotspots" in result for result in plain.measurements("off.json"))
    # What is int8 is said in every run.
    assert run.says(r"(?m)^int8-dynamic +\d+ % +\d+ % +- ")
    ini = profiled.copy(tmp_path / "ini").write(pyproject="[tool.pytest.ini_options]\nvc_profile = true")
    assert ini.run(UNTIMED, "--vc-variant=fp32").passed(1)
