"""What a run measures, and on what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.clips.loader import Clips, Decoding
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.registry import IMMEDIATE
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.device import Accelerators
from pytest_vidcompress.run import inputs as inputs_module
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries

ABSENT = next(kind for kind in ("cuda", "xpu") if kind != Accelerators.here().kind)
NOTHING_ADDED = Registries.merge([], [], [], [])


def inputs(**values: object) -> Inputs:
    return Inputs(Options({name.replace("_", "-"): value for name, value in values.items()}), NOTHING_ADDED)


def test_a_device_that_torch_has_not_is_refused_by_the_option() -> None:
    with pytest.raises(
        VidcompressError, match=rf"^--vc-device={ABSENT}: this torch has no {ABSENT.upper()}; it has cpu"
    ):
        _ = inputs(vc_device=ABSENT).device


def test_a_model_of_several_labels_is_refused_for_clips_with_one_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(inputs_module, "refuse_one_label", lambda model, clip_set: asked.append(clip_set))
    for clips in ("pocket", "events"):
        given = inputs(vc_clips=clips, vc_weights="random", vc_model=("hrnn",))
        given.__dict__["clip_set"] = replace(given.clip_set, labels=("fog", "rain"))
        _ = given.model("hrnn")
    assert asked == ["pocket"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"vc_runtime": "openvino"},
            r"^runtime 'openvino' computes on the CPU alone, and --vc-device=cuda is another",
        ),
        ({"vc_variant": ("int8-dynamic",)}, r"^variant 'int8-dynamic' cannot run on cuda: the kernels of"),
        (
            {"vc_variant": ("fuse+int8-static",)},
            r"^variant 'fuse\+int8-static' cannot run on cuda: runtime 'openvino'",
        ),
    ],
)
def test_what_is_typed_and_for_the_cpu_alone_is_refused_before_anything_is_loaded(
    values: dict[str, object], said: str
) -> None:
    pytest.importorskip("openvino")
    with pytest.raises(VidcompressError, match=said):
        inputs(vc_device="cuda", **values).choices.check_names()
    inputs(**values).choices.check_names()


def test_an_artefact_that_is_not_there_is_refused_where_it_is_typed(tmp_path: Path) -> None:
    typed = inputs(vc_variant=(f"artefact:path={tmp_path}/nowhere+fp16",))
    with pytest.raises(VidcompressError, match=r"no artefact at .*nothing is there"):
        typed.choices.check_names()


def test_without_a_name_only_what_is_made_at_once_is_tested() -> None:
    recipes = {recipe for _, recipe in inputs(vc_model=("videomae",)).choices.pairs([])}
    assert recipes == set(IMMEDIATE)
    assert "fuse" in recipes
    assert "artefact" not in recipes
    assert "run-length" not in recipes, "TimeSformer is no model for it"


def test_models_and_clips_are_on_the_device() -> None:
    here = inputs(vc_model=("videomae",), vc_sample=2, vc_calibration=2, vc_device="cpu")
    assert here.device == here.model("videomae").device == torch.device("cpu")
    for clips in (here.clips("videomae"), here.calibration("videomae")):
        pixels, labels = next(iter(clips.batches(1)))
        assert pixels.device == here.device
        assert labels.device == torch.device("cpu")


def test_pixels_go_where_they_are_taken() -> None:
    clips = pocket()
    ids = {label: number for number, label in enumerate(clips.labels)}
    elsewhere = Clips(clips.clips[:2], clips.labels, ids, Profile(2, 4, 8), Decoding(device="meta"))
    pixels, labels = next(iter(elsewhere.batches(2)))
    assert (pixels.device.type, tuple(pixels.shape)) == ("meta", (2, 2, 3, 8, 8))
    assert labels.tolist() == [ids[clip.label] for clip in clips.clips[:2]]


def test_a_stage_of_a_model_that_is_not_there_is_refused_where_it_is_typed() -> None:
    typed = inputs(vc_variant=("cascade:first=(fp16),then=(fp32),model=nobody",))
    with pytest.raises(VidcompressError, match=r"^unknown model 'nobody': expected one of"):
        typed.choices.check_names()
