"""--vc-runtime: what executes the variants; what is not installed is refused or skipped, by name."""

import json

import pytest

from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.project import WORKERS, Project
from tests.runtimes.compilers import needs_compiler

CONFTEST = """
    from pytest_vidcompress import Model, Profile, Technique
    from pytest_vidcompress.clips.pocket.packaged import pocket
    from pytest_vidcompress.runtimes.runtime import Runtime


    def tiny():
        import torch
        from torch import nn

        torch.manual_seed(0)
        labels = pocket().labels
        layers = nn.Sequential(nn.Flatten(), nn.Linear(2 * 3 * 8 * 8, 64), nn.ReLU(), nn.Linear(64, len(labels)))
        return Model("tiny", layers.eval(), Profile(2, 4, 8), labels)


    def leave(model, parameters, clips):
        return model


    def pytest_vidcompress_models():
        return {"tiny": tiny}


    def pytest_vidcompress_techniques():
        return {
            "loudly": Technique("nothing, in the runtime loud", leave, runtime="loud"),
            "elsewhere": Technique("nothing, in a runtime that is not here", leave, runtime="absent"),
        }


    def pytest_vidcompress_runtimes():
        loud = Runtime(lambda model: model.module, lambda: "loud1.0")
        absent = Runtime(loud.prepare, loud.version, needs=("not_installed",), extra="absent")
        return {"loud": loud, "absent": absent}
    """
TEST = """
    import pytest

    @pytest.mark.vc_variants(%s)
    def test_it(vc_variant, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_variant))
    """
TINY = ("--vc-model=tiny", "--vc-sample=8", "--vc-threads=1", "-pno:cacheprovider")
UNTIMED = "--benchmark-disable"
CREATE = ("--vc-baseline=create", UNTIMED)
TORCH = RUNTIMES["torch"].version()


def of(project, *recipes):
    return project.write(conftest=CONFTEST, test_it=TEST % ", ".join(map(repr, recipes)))


def run(project, *options):
    return project.run(*TINY, *options, small=False)


def entries(project: Project) -> set[str]:
    """The variants of which is stored what no machine changes."""
    return set(project.json("baselines/pocket/tiny.json")["variants"])


def timings(project: Project) -> dict[str, dict]:
    """What is stored of the machine classes, by runtime."""
    files = [json.loads(path.read_text()) for path in project.folder.glob("baselines/pocket/tiny.*.json")]
    return {file["machine"]["runtime"]: file["variants"] for file in files}


def timed(project: Project) -> dict[str, set[str]]:
    return {runtime: set(variants) for runtime, variants in timings(project).items()}


def test_each_runtime_has_its_timings_and_all_share_the_rest(project):
    of(project, "fp32", "loudly")
    assert run(project, *CREATE).passed(2)
    assert timed(project) == {TORCH: {"fp32"}, "loud1.0": {"loudly"}}
    assert entries(project) == {"fp32", "loudly"}

    chosen = run(project, *CREATE, "--vc-runtime=loud")
    assert chosen.passed(2)
    assert chosen.says(r"(?m)^fp32@loud +")
    assert not chosen.says("measured by no test any more")
    assert timed(project) == {TORCH: {"fp32"}, "loud1.0": {"loudly", "fp32@loud"}}
    assert entries(project) == {"fp32", "loudly", "fp32@loud"}

    assert run(project, *CREATE, "--vc-runtime=torch").passed(2)
    assert timed(project)[TORCH] == {"fp32", "loudly@torch"}
    # What another runtime was chosen for is not missed.
    assert not run(project, UNTIMED).says("measured by no test any more")


def test_a_runtimes_file_that_is_none_is_refused_before_anything_is_measured(project):
    of(project, "loudly")
    assert run(project, *CREATE).passed(1)
    (file,) = project.folder.glob("baselines/pocket/tiny.*loud1.0.json")
    file.write_text("{")
    assert run(project).refused(r"baseline .*loud1\.0\.json cannot be read \(it is no JSON")
    assert run(project, UNTIMED, "--vc-runtime=torch").passed(1)


def test_a_plain_module_is_torchs_whatever_is_chosen(project):
    project.write(
        conftest=CONFTEST,
        test_plain="""
        def test_plain(vc_model, vc_measure, vc_baseline):
            report = vc_measure(vc_model.module)
            assert report.execution.runtime == "torch"
            vc_baseline.check(report)
        """,
    )
    assert run(project, *CREATE, "--vc-runtime=loud").passed(1)
    assert timed(project) == {TORCH: {"test_plain.py::test_plain"}}


@pytest.mark.parametrize("workers", WORKERS)
def test_where_a_recipes_own_is_missing_its_tests_are_skipped_visibly(project, workers):
    done = run(of(project, "fp32", "elsewhere", "elsewhere+fp16"), UNTIMED, *workers)
    assert done.ret == 0, done.out
    assert done.says("1 passed, 2 skipped")
    assert done.says(r"2 tests skipped, runtime 'absent' cannot run here:")
    assert done.says(r"  it needs not_installed: pip install 'pytest-vidcompress\[absent\]'")
    assert not done.says("measured by no test any more")


def test_pytest_says_why_a_test_was_skipped(project):
    done = run(of(project, "fp32", "elsewhere"), UNTIMED, "-rs")
    assert done.says(r"SKIPPED \[1\] .*runtime 'absent' cannot run here: it needs not_installed")


def test_a_run_in_which_all_were_skipped_is_not_green(project):
    done = run(of(project, "elsewhere"), UNTIMED)
    assert done.ret == pytest.ExitCode.TESTS_FAILED, done.out
    assert done.says("1 skipped")
    assert done.says("vidcompress: measured nothing")


def test_another_one_can_stand_in(project):
    done = run(of(project, "elsewhere"), UNTIMED, "--vc-runtime=torch")
    assert done.passed(1)
    assert done.says("elsewhere@torch")


@pytest.mark.parametrize("workers", WORKERS)
def test_one_that_was_asked_for_and_is_missing_is_a_usage_error(project, workers):
    of(project, "fp32")
    why = r"runtime 'absent' cannot run here: it needs not_installed: pip install 'pytest-vidcompress\[absent\]'"
    assert run(project, "--vc-runtime=absent", *workers).refused(why)
    project.write(pyproject='[tool.pytest.ini_options]\nvc_runtime = "absent"\n')
    assert run(project, *workers).refused(why)


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_without_its_extra_a_runtime_names_it(project, name):
    of(project, "fp32").write(
        test_nothing="""
        from pytest_vidcompress.runtimes import runtime

        runtime.find_spec = lambda package: None
        """
    )
    done = run(project, f"--vc-runtime={name}")
    assert done.refused(rf"it needs .*pip install 'pytest-vidcompress\[{name}\]'")


def test_a_hook_that_gives_no_runtime(project):
    of(project, "fp32").write(
        conftest=CONFTEST.replace('"absent": absent', '"absent": absent, "bad": 3'),
    )
    why = r"runtime 'bad': expected a Runtime, or a function from a module .*, not int"
    assert run(project).refused(why)
    assert run(project, "--vc-runtime=bad").refused(why)


def installed(name):
    missing = RUNTIMES[name].missing
    return pytest.param(name, marks=pytest.mark.skipif(bool(missing), reason=missing or name))


CONFIRMED = """
    import pytest
    from statistics import median

    @pytest.mark.vc_variants("prune-global")
    def test_it(vc_variant, vc_measure, vc_baseline):
        report = vc_measure(vc_variant)
        vc_baseline.check(report)
        timing = vc_measure.measurements.find(report).report.timing
        assert timing.unconfirmed == ""
        assert timing.confirmed.turns
        for turn in timing.confirmed.turns:
            # What is built at the first call of a process takes longer than all others.
            assert median(turn.variant_s) < 0.05
            assert max(turn.variant_s) < 1
    """


@pytest.mark.parametrize(
    "name",
    [
        installed("openvino"),
        pytest.param("onnxruntime", marks=[*installed("onnxruntime").marks, pytest.mark.slow]),
        pytest.param("torch-compile", marks=[needs_compiler, pytest.mark.slow]),
    ],
)
@pytest.mark.slow
def test_each_is_measured_and_confirmed_in_fresh_processes(project, name):
    project.write(conftest=CONFTEST, test_it=CONFIRMED)
    done = run(project, "--vc-baseline=create", f"--vc-runtime={name}", "--vc-confirm=1")
    assert done.passed(1)
    assert entries(project) == {f"prune-global@{name}"}
    ((version, stored),) = timings(project).items()
    assert version == RUNTIMES[name].version()
    # What a busy machine showed is not stored, and that is said.
    assert ("runs" in stored[f"prune-global@{name}"]) != done.says("latency_ratio not recorded: ")
