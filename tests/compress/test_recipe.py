from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.int8_dynamic import AUTO, ENGINES
from pytest_vidcompress.compress.recipe import Recipe, parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.technique import Technique
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn.lessons import Lessons
from tests.models.small import NO_CLIPS, model

PRUNE = ("prune-global", "prune-local-attention", "prune-local-dense", "prune-local-both")
INDICES = st.integers(-99, 99).map(str)
SLICES = st.tuples(st.just("") | INDICES, st.just("") | INDICES).map(":".join)
AMOUNTS = st.floats(0, 1, exclude_max=True)


def pruning(amount: float | None, layers: str | None, name: str) -> str:
    given = [f"amount={amount!r}"] * (amount is not None) + [f"layers={layers}"] * (layers is not None)
    return f"{name}:{','.join(given)}" if given else name


PRUNING = st.builds(pruning, st.none() | AMOUNTS, st.none() | INDICES | SLICES, st.sampled_from(PRUNE))
LAST = st.sampled_from(
    ["fp16", "int8-dynamic", *(f"int8-dynamic:engine={name}" for name in (AUTO, *ENGINES))]
)
PLAIN = st.one_of(
    st.just("fp32"),
    LAST,
    st.lists(PRUNING, min_size=1, max_size=4).map("+".join),
    st.tuples(st.lists(PRUNING, min_size=1, max_size=3).map("+".join), LAST).map("+".join),
)
STAGE = st.tuples(PLAIN, st.sampled_from(["", "@torch", "@openvino"])).map("".join)
CASCADES = st.builds(
    "cascade:first=({}){},then=({})".format,
    STAGE,
    st.sampled_from(["", ",drop=0.01", ", threshold = 0.9", ",model=some/other (1)"]),
    STAGE,
)
RECIPES = PLAIN | CASCADES


@given(RECIPES)
def test_canonical_text_is_the_same_recipe(text: str) -> None:
    recipe = parse(text, TECHNIQUES)
    assert parse(str(recipe), TECHNIQUES) == recipe
    assert str(parse(str(recipe), TECHNIQUES)) == str(recipe)


@given(AMOUNTS, AMOUNTS)
def test_other_parameters_have_another_text(one: float, other: float) -> None:
    texts = {str(parse(f"prune-global:amount={amount!r}", TECHNIQUES)) for amount in (one, other)}
    assert len(texts) == len({one, other})


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("fp32", "fp32"),
        ("prune-global", "prune-global"),
        ("prune-global:", "prune-global"),
        ("prune-global:amount=0.2", "prune-global"),
        ("prune-global:amount=.20,layers=:", "prune-global"),
        ("prune-global:amount=0.40", "prune-global:amount=0.4"),
        ("prune-global:layers=:-1,amount=4e-1", "prune-global:amount=0.4,layers=:-1"),
        ("prune-local-both: layers = 0:11 , amount = 0.3", "prune-local-both:amount=0.3,layers=0:11"),
        ("prune-global:amount=0", "prune-global:amount=0"),
        ("int8-dynamic:engine=auto", "int8-dynamic"),
        (" prune-global:amount=0.5 + fp16 ", "prune-global:amount=0.5+fp16"),
        (
            "cascade: then = ( fuse + fp16 ), drop=0.005, first=(prune-global:amount=0.20,layers=:-1@torch)",
            "cascade:first=(prune-global:layers=:-1),then=(fuse+fp16)",
        ),
        ("cascade:first=(fuse@openvino),then=(fp32)", "cascade:first=(fuse@openvino),then=(fp32)"),
    ],
)
def test_defaults_are_dropped_and_the_rest_is_in_order(text: str, canonical: str) -> None:
    assert str(parse(text, TECHNIQUES)) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "prune",
            rf"unknown technique 'prune'; there are {', '.join(sorted(TECHNIQUES))}",
        ),
        ("", r"unknown technique ''; there are"),
        ("fp16+", r"unknown technique ''; there are"),
        ("Fp16", r"unknown technique 'Fp16'"),
        ("prune-global:share=0.2", r"prune-global: unknown parameter 'share': it takes amount, layers"),
        ("fp16:amount=0.2", r"fp16: unknown parameter 'amount': it takes none"),
        ("prune-global:amount", r"'amount' is not of the form param=value"),
        ("prune-global:amount=", r"'amount=' is not of the form param=value"),
        ("prune-global:amount=much", r"amount=much is not a number \(float\)"),
        ("prune-global:amount=1", r"amount=1 is out of range: expected 0 <= amount < 1"),
        ("prune-local-dense:amount=-0.1", r"amount=-0\.1 is out of range"),
        ("prune-global:amount=nan", r"amount=nan is out of range"),
        ("prune-global:amount=inf", r"amount=inf is out of range"),
        ("prune-global:amount=0.1,amount=0.2", r"amount is given twice"),
        ("prune-global:layers=last", r"layers=last is no layer choice: expected an index \(3\) or a slice"),
        ("prune-global:layers=-:", r"layers=-: is no layer choice"),
        ("prune-global:layers=1:2:3", r"layers=1:2:3 is no layer choice"),
        (
            "int8-dynamic:engine=gpu",
            r"engine=gpu is unknown: expected one of auto, onednn, x86, fbgemm, qnnpack",
        ),
        ("int8-dynamic+prune-global", r"int8-dynamic must come last, nothing can follow it \(prune-global\)"),
        ("fp16+int8-dynamic", r"fp16 must come last"),
        ("drop-tokens+fuse", r"drop-tokens must come after fuse, which does not know what it leaves"),
        ("merge-tokens+prune-global+frames", r"merge-tokens must come after frames"),
        ("bf16+fuse", r"bf16 must come last, nothing can follow it \(fuse\)"),
        ("fp16+bf16", r"fp16 must come last, nothing can follow it \(bf16\)"),
        ("int8-dynamic+bf16", r"int8-dynamic must come last, nothing can follow it \(bf16\)"),
        ("int8-static+fp16", r"int8-static must come last, nothing but bf16 can follow it \(fp16\)"),
        ("int8-static+bf16+fuse", r"bf16 must come last"),
        ("fp32+bf16", r"fp32 cannot be combined"),
        ("fp32+fp16", r"fp32 cannot be combined with other techniques"),
        ("prune-global+fp32", r"fp32 cannot be combined with other techniques"),
        (
            "int8-static:attention=all",
            r"int8-static:attention=all must come after fuse, which is not before it; there are artefact, bf16,"
            r" .*prune-global",
        ),
        ("prune-global+int8-static:attention=all", r"must come after fuse"),
        ("fp17@openvino", r"unknown technique 'fp17'"),
        ("cascade", r"it needs two recipes: cascade:first=\(RECIPE\),then=\(RECIPE\)"),
        ("cascade:first=(fuse),then=fp32", r"then=fp32 is not a recipe in parentheses"),
        ("cascade:first=(fuse,then=(fp32)", r"a parenthesis is not closed"),
        ("cascade:first=(fuse)),then=(fp32)", r"first=\(fuse\)\) is not a recipe in parentheses"),
        ("cascade:first=(fuse)(fp16),then=(fp32)", r"first=\(fuse\)\(fp16\) is not a recipe in parentheses"),
        ("cascade:first=(fp17),then=(fp32)", r"cascade: recipe 'fp17': unknown technique 'fp17'; there are"),
        ("cascade:first=(fp16+fuse),then=(fp32)", r"cascade: recipe 'fp16\+fuse': fp16 must come last"),
        (
            "cascade:first=(cascade:first=(fuse),then=(fp16)),then=(fp32)",
            r"first= is a cascade itself, and there are two stages: expected a recipe without one",
        ),
        ("cascade:first=(target:macs=0.5),then=(fp32)", r"first= asks for a budget"),
        ("cascade:first=(fuse),then=(fp32),threshold=1.5", r"threshold=1\.5 is out of range: expected 0 <"),
        ("cascade:first=(fuse),then=(fp32),drop=1", r"drop=1 is out of range: expected 0 <= drop < 1"),
        ("cascade:first=(fuse),then=(fp32),clips=0", r"clips=0 is out of range"),
        ("cascade:first=(fuse),then=(fp32)+fp16", r"cascade must come last, nothing can follow it \(fp16\)"),
        ("fuse+cascade:first=(fuse),then=(fp32)", r"cascade must come first"),
        ("early-exit:blocks=2+4", r"unknown technique '4'"),
        (
            "early-exit:blocks=2-4",
            r"blocks=2-4 is no choice of blocks: expected their numbers from 1, such as 4\|8",
        ),
        ("early-exit:exits=0", r"exits=0 is out of range: expected 1 or more"),
        ("early-exit:threshold=-1", r"threshold=-1 is out of range"),
        ("early-exit+fp16", r"early-exit must come last"),
        ("@openvino", r"unknown technique ''; there are"),
    ],
)
def test_nonsense_is_refused_with_what_exists(text: str, message: str) -> None:
    with pytest.raises(VidcompressError, match=message) as caught:
        parse(text, TECHNIQUES)
    assert str(caught.value).startswith(f"recipe {text!r}: ")
    assert "\n" not in str(caught.value)


@dataclass(frozen=True)
class Numbers:
    rate: float = 1.0
    count: int = 3
    kind: str = "a"


def note(model: Any, parameters: Numbers, clips: Any) -> Any:
    from dataclasses import replace

    return replace(model, notes=(*model.notes, parameters.kind))


NOTE = {"note": Technique("takes notes", note, Numbers)}


@given(st.floats(allow_nan=False), st.integers())
def test_numbers_of_others_survive_too(rate: float, count: int) -> None:
    step = parse(f"note:count={count},rate=" + repr(rate).replace("e+", "e"), NOTE).steps[0]
    assert step.parameters == Numbers(rate, count)
    assert parse(str(step), NOTE).steps[0] == step


def test_techniques_are_applied_in_order_to_a_copy() -> None:
    original = model("videomae")
    before = {key: value.clone() for key, value in original.module.state_dict().items()}
    noted = parse("note:kind=x+note:kind=y+note", NOTE).apply(original, NO_CLIPS)
    assert noted.notes == ("x", "y", "a")
    assert original.notes == ()
    pruned = parse("prune-global:amount=0.5+fp16", TECHNIQUES).apply(original, NO_CLIPS)
    assert next(pruned.module.parameters()).dtype == torch.float16
    assert all(torch.equal(value, before[key]) for key, value in original.module.state_dict().items())


def test_fp32_changes_nothing() -> None:
    original = model("timesformer")
    same = parse("fp32", TECHNIQUES).apply(original, NO_CLIPS)
    held, kept = same.module.state_dict(), original.module.state_dict()
    assert held.keys() == kept.keys()
    assert all(torch.equal(held[key], kept[key]) for key in kept)
    assert all(held[key].data_ptr() != kept[key].data_ptr() for key in kept)


@pytest.mark.parametrize(
    "text", ["fuse+int8-static:attention=all", "fuse+prune-global+int8-static:attention=all"]
)
def test_what_must_come_before_may_come_long_before(text: str) -> None:
    assert str(parse(text, TECHNIQUES)) == text


@pytest.mark.parametrize(
    ("text", "canonical", "runtime"),
    [
        ("fuse+int8-static@onnxruntime", "fuse+int8-static@onnxruntime", "onnxruntime"),
        ("fuse+int8-static @ torch-compile ", "fuse+int8-static@torch-compile", "torch-compile"),
        ("fuse+int8-static@openvino", "fuse+int8-static", "openvino"),
        ("fp32@torch", "fp32", "torch"),
        ("prune-global:amount=0.20@my.own_1", "prune-global@my.own_1", "my.own_1"),
    ],
)
def test_the_name_that_tables_print_is_a_recipe(text: str, canonical: str, runtime: str) -> None:
    recipe = parse(text, TECHNIQUES)
    assert (str(recipe), recipe.runtime) == (canonical, runtime)
    assert recipe.text == canonical.partition("@")[0]
    assert parse(str(recipe), TECHNIQUES) == recipe


def test_a_runtime_that_a_recipe_names_is_not_overruled() -> None:
    named, plain = parse("fp32@openvino", TECHNIQUES), parse("fuse+int8-static", TECHNIQUES)
    assert named.runtime_with("onnxruntime") == "openvino"
    assert plain.runtime_with("onnxruntime") == "onnxruntime"
    assert plain.runtime_with("") == "openvino"
    assert str(plain.on("torch")) == "fuse+int8-static@torch"
    assert plain.on("openvino") == plain.on("torch").on("") == plain


def test_recipes_are_values() -> None:
    one, other = (parse("prune-global:amount=0.4", TECHNIQUES) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert isinstance(one, Recipe)


def test_what_learns_is_given_lessons_for_its_own_place_in_the_recipe() -> None:
    seen: list[str] = []

    def learn(model: Any, parameters: Any, clips: Any, lessons: Any) -> Any:
        seen.append(lessons.recipe)
        return model

    known = {**NOTE, "learn": Technique("trains", learn=learn)}
    original = model("videomae")
    lessons = Lessons(original, training=None)  # type: ignore[arg-type]
    recipe = parse("note:kind=x+learn+note+learn", known)
    assert recipe.learns
    assert not parse("note", known).learns
    assert recipe.apply(original, NO_CLIPS, lessons).notes == ("x", "a")
    assert seen == ["note:kind=x+learn", "note:kind=x+learn+note+learn"]
    with pytest.raises(
        VidcompressError, match=r"^recipe 'note\+learn' learns \(learn\), and there is nothing"
    ):
        parse("note+learn", known).apply(original, NO_CLIPS)


def test_the_steps_of_recipes_within_a_recipe_are_steps_too() -> None:
    recipe = parse("cascade:first=(fuse+int8-static),then=(prune-global+fp16)", TECHNIQUES)
    names = [step.name for step in recipe.all_steps]
    assert names == ["cascade", "fuse", "int8-static", "prune-global", "fp16"]
    assert [step.name for step in recipe.steps] == ["cascade"]
