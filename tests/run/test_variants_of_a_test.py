"""Markers and options -> pairs of model and recipe, without pytest."""

import pytest

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.variants_of_a_test import pairs


def chosen(*named, models=("videomae",), only=(), default=("fp32", "fp16")):
    return pairs(named, models, only, default, lambda text: parse(text, TECHNIQUES))


def test_a_marker_names_recipes():
    assert chosen((("fp16", "fp32"), "*")) == [("videomae", "fp16"), ("videomae", "fp32")]


def test_recipes_are_told_apart_by_what_they_do():
    marker = (("prune-global", "prune-global:amount=0.20"), "*")
    assert chosen(marker) == [("videomae", "prune-global")]
    assert chosen(marker, only=["prune-global:amount=.2"]) == [("videomae", "prune-global")]


def test_a_pattern_fits_the_name_or_its_last_part():
    marker = (("fp16",), "videomae*")
    models = ("timesformer", "MCG-NJU/videomae-base", "videomae")
    assert chosen(marker, models=models) == [("MCG-NJU/videomae-base", "fp16"), ("videomae", "fp16")]


def test_without_a_marker_what_is_asked_for_or_everything():
    assert chosen() == [("videomae", "fp32"), ("videomae", "fp16")]
    assert chosen(only=["int8-dynamic"]) == [("videomae", "int8-dynamic")]


@pytest.mark.parametrize(
    ("named", "asked", "selected"),
    [
        ("fuse+int8-static", "fuse+int8-static@onnxruntime", ["fuse+int8-static@onnxruntime"]),
        ("fuse+int8-static@onnxruntime", "fuse+int8-static", ["fuse+int8-static@onnxruntime"]),
        ("fuse+int8-static@onnxruntime", "fuse+int8-static@onnxruntime", ["fuse+int8-static@onnxruntime"]),
        ("fuse+int8-static@onnxruntime", "fuse+int8-static@torch", []),
        ("fuse+int8-static", "fp32@openvino", []),
    ],
)
def test_the_name_that_a_table_prints_selects_its_recipe_and_its_runtime(named, asked, selected):
    assert [recipe for _, recipe in chosen(((named,), "*"), only=[asked])] == selected


def test_what_is_asked_for_and_not_named_is_nothing():
    assert chosen((("fp16",), "*"), only=["fp32"]) == []


def test_a_recipe_that_cannot_be():
    with pytest.raises(VidcompressError, match="unknown technique 'fp17'"):
        chosen((("fp17",), "*"))


def test_a_budget_that_a_test_leaves_open_is_the_run_s():
    marker = (("target",), "*")
    assert chosen(marker) == [("videomae", "target")]
    asked = ["target:macs=0.5", "target:size=0.3+fp16"]
    assert chosen(marker, only=[*asked, "fp16"]) == [("videomae", text) for text in asked]
    assert chosen((("target:macs=0.5",), "*"), only=asked) == [("videomae", "target:macs=0.5")]
    assert chosen(marker, only=["fp16"]) == []
