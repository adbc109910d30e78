"""--vc-grid: grids and nothing else, of a user's own model, techniques and runtimes too."""

import json

from tests.end_to_end.test_hooks import CONFTEST
from tests.present.formats.run_files import complaints

RUNTIMES = """

    class Picky:
        def __init__(self, module):
            self.module = module

        def __call__(self, pixels):
            if len(pixels) > 1:
                raise ValueError("one clip at a time")
            return self.module(pixels)


    def pytest_vidcompress_runtimes():
        from pytest_vidcompress import Runtime

        absent = Runtime(lambda model: model.module, lambda: "absent1.0", needs=("no_such_package",))
        return {"picky": Picky, "absent": absent}
    """
TEST = """
    import pytest

    @pytest.mark.vc_budget(agreement=0.0)
    def test_grid(vc_grid):
        choice = vc_grid()
        assert choice.fastest[1].cell.batch == 1

    def test_other(vc_model):
        pass
    """
OWN = CONFTEST.partition("    def pytest_vidcompress_runtimes")[0] + RUNTIMES
GIVEN = ("--vc-model=tiny", "--vc-clips=two", "--vc-sample=8", "--vc-threads=1", "-pno:cacheprovider")
SPEC = "runtime=torch,picky,absent precision=fp32,scale,scale:by=0.25 batch=1,2 threads=1 seconds=0"


def test_a_grid_of_ones_own_is_measured_alone_and_shown_whole(project):
    project.write(conftest=OWN, test_it=TEST)
    files = ("--vc-report=grid.json", "--vc-report=grid.html")
    run = project.run(*GIVEN, *files, f"--vc-grid={SPEC}", small=False)
    assert run.passed(1)
    assert run.says("--vc-grid measures grids alone, 1 other tests are left out")
    assert run.says(r"(?m)^tiny on 8 clips: ")
    assert run.says(r"(?m)^scale@torch +1 +\d")
    assert run.says(r"(?m)^  scale@picky, batch 2: ValueError: one clip at a time")
    assert run.says(r"(?m)^  fp32@absent, batch 1 and 2: it needs no_such_package")
    assert run.says(r"vidcompress: 9 of 18 cells of 1 model")
    content = (project.folder / "grid.json").read_text()
    (document,) = json.loads(content)["grids"]
    timed = {
        (cell["precision"], cell["runtime"], cell["batch"]) for cell in document["cells"] if "latency" in cell
    }
    assert {("fp32", "torch", 1), ("fp32", "torch", 2), ("scale:by=0.25", "picky", 1)} <= timed
    assert ("scale", "picky", 2) not in timed
    assert all(cell["rounds"] == 6 for cell in document["cells"] if "latency" in cell)
    page = (project.folder / "grid.html").read_text()
    assert "scale:by=0.25" in page
    assert "picky" in page
    assert "one clip at a time" in page
    assert complaints(content) == []


STOPPED = (
    OWN
    + """

    def pytest_configure(config):
        from pytest_vidcompress.measure.grid.cell_timer import CellTimer

        turn = CellTimer.turn

        def stopped(timer, cell, number, calls, waking):
            if number == 2:
                raise KeyboardInterrupt
            return turn(timer, cell, number, calls, waking)

        CellTimer.turn = stopped
    """
)


def test_what_was_measured_before_an_interrupt_is_shown(project):
    project.write(conftest=STOPPED, test_it=TEST)
    spec = "runtime=torch precision=scale batch=1 threads=1 seconds=0"
    run = project.run(*GIVEN, f"--vc-grid={spec}", "--vc-report=grid.json", small=False)
    assert run.ret == 2, run.out
    assert run.says(r"each timed in 2 of 6 rounds\s+\(it was\s+stopped\)")
    (document,) = project.json("grid.json")["grids"]
    assert document["interrupted"]
    assert [cell["rounds"] for cell in document["cells"]] == [2, 2]


def test_a_test_that_asks_for_a_grid_and_measures_none_is_red(project):
    project.write(conftest=OWN, test_it="def test_grid(vc_grid): pass")
    run = project.run(*GIVEN, "--vc-grid=precision=scale", small=False)
    assert run.ret == 1, run.out
    assert run.says(r"measured nothing: call vc_grid\(\)")


def test_without_it_a_test_of_grids_is_skipped_and_loads_nothing(project):
    project.write(test_it="def test_grid(vc_grid): raise AssertionError\ndef test_plain(): pass")
    run = project.run("-rs", small=False)
    assert run.passed(1)
    assert run.says("SKIPPED.*grids are measured with --vc-grid")
    assert "vidcompress:" not in run.out


INI = """
    from pytest_vidcompress.plugin.stash import OPTIONS

    def test_options(request):
        assert request.config.stash[OPTIONS].grid is None
    """


def test_an_ini_file_says_what_the_bare_word_stands_for_and_turns_nothing_on(pytester):
    pytester.makeini("[pytest]\nvc_grid = precision=fp17\n")
    pytester.makepyfile(INI)
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
    for typed, said in (("--vc-grid", "'fp17'"), ("--vc-grid=precision=fp18", "'fp18'")):
        result = pytester.runpytest_inprocess(typed)
        assert result.ret == 4
        result.stderr.fnmatch_lines([f"*unknown technique {said}*"])


def test_what_cannot_be_is_a_usage_error(project):
    project.write(test_it=TEST, test_more="def test_more(): pass")
    assert project.run("--vc-grid=precision=fp17").refused("unknown technique 'fp17'")
    assert project.run("--vc-grid", "test_it.py").refused("'test_it.py' is not of the form axis=value")
    assert project.run("test_more.py", "--vc-grid").refused("no selected test uses vc_grid")
