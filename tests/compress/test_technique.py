from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pytest
from torch import nn

from pytest_vidcompress.compress.technique import Technique, as_technique
from pytest_vidcompress.errors import VidcompressError


def unchanged(model: Any, parameters: Any, clips: Any) -> Any:
    return model


@dataclass(frozen=True)
class Tuple:
    names: tuple[str, ...] = ("a", "b")


def test_a_parameter_that_no_recipe_can_write_is_refused_by_the_name_of_its_technique() -> None:
    with pytest.raises(
        VidcompressError, match=r"technique 'mine': parameter 'names' is a tuple, which a recipe"
    ):
        as_technique("mine", Technique("mine", unchanged, Tuple))


def test_what_is_no_technique_is_refused_by_name() -> None:
    with pytest.raises(VidcompressError, match=r"technique 'mine': expected a Technique, not function"):
        as_technique("mine", unchanged)
    given = Technique("mine", unchanged)
    assert as_technique("mine", given) is given


def test_a_technique_applies_or_learns_and_not_both() -> None:
    def trained(model: Any, parameters: Any, clips: Any, lessons: Any) -> Any:
        return model

    learner = Technique("trains", learn=trained)
    assert as_technique("mine", learner).learns
    assert not as_technique("mine", Technique("applies", unchanged)).learns
    for wrong in (Technique("neither"), Technique("both", unchanged, learn=trained)):
        with pytest.raises(VidcompressError, match=r"technique 'mine': expected one of apply and learn, not"):
            as_technique("mine", wrong)
    with pytest.raises(VidcompressError, match=r"^it learns, and is given nothing to learn from"):
        learner.apply(None, None, None)  # type: ignore[arg-type]


def test_structure_may_depend_on_what_is_stored() -> None:
    seen: list[Collection[str]] = []

    def by_names(module: nn.Module, parameters: Any, stored: Collection[str]) -> nn.Module:
        seen.append(stored)
        return module

    def alone(module: nn.Module, parameters: Any) -> nn.Module:
        return nn.Sequential(module)

    module = nn.Linear(2, 2)
    assert Technique("names", unchanged, rebuild=by_names).rebuilt(module, None, {"weight"}) is module
    assert seen == [{"weight"}]
    shapes = {"weight": (2, 2), "bias": (2,)}
    Technique("names", unchanged, rebuild=by_names).rebuilt(module, None, shapes)
    assert seen[1:] == [shapes]
    made = Technique("alone", unchanged, rebuild=alone).rebuilt(module, None, {"weight"})
    assert isinstance(made, nn.Sequential)
    assert Technique("none", unchanged).rebuilt(module, None, ()) is module


def test_what_it_must_follow_may_depend_on_its_parameters() -> None:
    assert Technique("a", unchanged).must_follow(None) == ()
    assert Technique("a", unchanged, after=("fuse",)).must_follow(None) == ("fuse",)
    assert Technique("a", unchanged, after=lambda given: (given,)).must_follow("x") == ("x",)
