"""The whole job on a device of its own. It runs where torch finds one, and nowhere else: nothing imitates a GPU."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.models.device import Accelerators, find_device, refusal_to_fork
from tests.project import SMALL, Project, Run, fresh_pytest

pytestmark = pytest.mark.skipif(
    not torch.accelerator.is_available(), reason="torch finds no accelerator on this machine"
)
TEST = """
    import pytest

    @pytest.mark.vc_variants("fp32", "prune-global", "fuse", "fuse+int8-static", "fp16", "bf16")
    def test_holds(vc_variant, vc_model, vc_measure, vc_baseline):
        report = vc_measure(vc_variant)
        vc_baseline.check(report)
        assert vc_variant.model.device == vc_model.device
        assert report.execution.device == ("" if vc_model.device.type == "cpu" else str(vc_model.device))

    @pytest.mark.vc_variants("int8-dynamic")
    def test_for_the_cpu_alone(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """


class FreshProject(Project):
    """Runs in fresh interpreters: the one that others are forked from may have begun to use the device."""

    def run(self, *options: str, small: bool = True) -> Run:
        return fresh_pytest(self.folder, *(SMALL if small else ()), *options)


@pytest.fixture
def project(tmp_path: Path) -> FreshProject:
    return FreshProject(tmp_path)


@pytest.fixture(scope="module")
def device() -> str:
    return str(find_device(Accelerators.here().kind))


def test_the_whole_job(project: Project, device: str) -> None:
    project.write(test_it=TEST)
    options = (f"--vc-device={device}", "--vc-runtime=torch", "-k", "test_holds")
    for _ in range(3):
        assert project.run(*options, "--vc-baseline=create").passed(6)
    run = project.run(*options, "--vc-start=6", "--vc-report=run.json", "--vc-profile")
    assert run.passed(6)
    report = json.loads((project.folder / "run.json").read_text())
    assert device in json.dumps(report)
    stored = project.json("baselines/*/videomae.*.json")
    assert {"device", "driver"} <= stored["machine"].keys()


def test_logits_are_those_of_the_cpu(project: Project, device: str) -> None:
    project.write(test_it=TEST)
    options = ("--vc-baseline=create", "--benchmark-disable", "-k", "test_holds and fuse and not int8")
    assert project.run(*options).passed(1)
    there = project.run(*options[1:], f"--vc-device={device}", "--vc-baseline=check")
    assert there.passed(1), "accuracy and size are stored for no machine"


def test_what_is_for_the_cpu_alone_is_red_by_name(project: Project, device: str) -> None:
    project.write(test_it=TEST)
    run = project.run(f"--vc-device={device}", "-k", "test_for_the_cpu_alone or int8-static")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says(
        f"variant 'int8-dynamic' cannot run on {device}: the kernels of int8-dynamic are of the CPU"
    )
    assert run.says(
        r"variant 'fuse\+int8-static' cannot run on .*: runtime 'openvino' computes on the CPU alone"
    )


def test_a_suspect_is_timed_again_in_processes_of_its_own(project: Project, device: str) -> None:
    if refusal_to_fork(torch.device(device)):
        pytest.skip("processes that were forked cannot use it")
    project.write(
        test_it="""
        import torch

        def test_slower(vc_model, vc_measure, vc_baseline):
            module = vc_model.module

            class Twice(torch.nn.Module):
                def __init__(self):
                    super().__init__()
                    self.module = module

                def forward(self, pixels):
                    for _ in range(3):
                        self.module(pixels)
                    return self.module(pixels)

            report = vc_measure(Twice(), name="slower")
            vc_baseline.check(report)
        """
    )
    for _ in range(3):
        assert project.run(f"--vc-device={device}", "--vc-baseline=create").passed(1)
    timing = project.timings["slower"]
    assert timing
    assert project.run(f"--vc-device={device}", "--vc-confirm=30").passed(1)
