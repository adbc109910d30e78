from __future__ import annotations

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.grid.cell import REFERENCE, Arm, Cell
from pytest_vidcompress.run.choices import Choices
from pytest_vidcompress.run.grid.grid_plan import GridPlan, grid_plan
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.options.grid_spec import read_grid
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.runtimes.runtime import Runtime

NOWHERE = Runtime(lambda model: model.module, lambda: "nowhere1.0", needs=("no_such_package",))
REGISTRIES = Registries.merge([], [], [], [{"nowhere": NOWHERE}])


def plan(text: str, **options: object) -> GridPlan:
    given = Options({"vc-grid": read_grid(text), **options})
    return grid_plan(given, Choices(given, REGISTRIES), threads=2)


def arms(made: GridPlan) -> list[str]:
    return [str(each.arm) for each in made.arms]


def test_all_of_one_axis_with_all_of_the_others() -> None:
    made = plan("runtime=torch,openvino precision=fp16,fuse batch=1,4 threads=1,all")
    assert arms(made) == ["fp16@torch", "fp16@openvino", "fuse@torch", "fuse@openvino"]
    assert len(made.cells) == 1 + 4 * 2 * 2
    assert made.cells[0] == made.reference == Cell(REFERENCE, 1, 2)
    assert Cell(Arm("fuse", "openvino"), 4, 2) in made.cells


def test_the_reference_is_one_of_the_cells_once() -> None:
    made = plan("runtime=torch precision=fp32 batch=1,4")
    assert made.cells == [Cell(REFERENCE, 1, 2), Cell(REFERENCE, 4, 2)]


def test_a_recipe_that_names_its_runtime_runs_there_alone() -> None:
    assert arms(plan("runtime=torch precision=fuse+int8-static@onnxruntime,fp16")) == [
        "fuse+int8-static@onnxruntime",
        "fp16@torch",
    ]


def test_left_alone_it_is_every_runtime_that_is_quick_to_build_and_those_of_others() -> None:
    made = plan("precision=fp16")
    assert arms(made) == ["fp16@torch", "fp16@onnxruntime", "fp16@openvino", "fp16@nowhere"]
    assert {each.arm.runtime: bool(each.missing) for each in made.arms}["nowhere"]


def test_other_options_say_what_an_axis_does_not() -> None:
    made = plan("batch=1", **{"vc-variant": ("fp16", "fuse"), "vc-runtime": "torch"})
    assert arms(made) == ["fp16@torch", "fuse@torch"]
    assert arms(plan("precision=fp32 runtime=openvino", **{"vc-runtime": "torch"})) == ["fp32@openvino"]


def test_the_usual_precisions_are_those_that_there_are() -> None:
    precisions = {each.arm.precision for each in plan("default").arms}
    assert {"fp32", "int8-dynamic", "fuse+int8-static"} <= precisions


@pytest.mark.parametrize("text", ["precision=fp17", "runtime=tensorflow"])
def test_names_that_do_not_exist_are_refused(text) -> None:
    with pytest.raises(VidcompressError, match="there are"):
        plan(text)
    given = Options({"vc-grid": read_grid(text)})
    with pytest.raises(VidcompressError, match="there are"):
        Choices(given, REGISTRIES).check_names()


def test_a_cascade_runs_where_its_stages_do() -> None:
    made = plan("default", **{"vc-variant": ("cascade:first=(fp16),then=(fuse)", "fp16")})
    found = [arm for arm in arms(made) if arm.endswith("@two-stages")]
    assert found == ["cascade:first=(fp16),then=(fuse)@two-stages"]
    assert len(arms(made)) > len(found)
