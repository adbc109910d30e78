from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.models.registered import from_factory

LABELS = ("jump", "run", "walk")


class Video(nn.Module):
    """A convolution over channels first, of four frames of 32 pixels."""

    def __init__(self, labels: int = 3) -> None:
        super().__init__()
        self.cnn = nn.Conv3d(3, 4, 4, stride=4)
        self.head = nn.Linear(4 * 8 * 8, labels)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.head(self.cnn(pixels).flatten(1))


MODEL = Model("mine", Video(), Profile(4, 1, 32, layout="BCTHW"), LABELS)


def broken() -> Model:
    raise FileNotFoundError("weights.pt\nis not here")


def refused(factory: Any) -> str:
    with pytest.raises(VidcompressError) as caught:
        from_factory("m", factory)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_it_goes_by_the_name_that_it_is_registered_by_and_is_in_eval_mode() -> None:
    model = from_factory("m", lambda: replace(MODEL, module=Video().train()))
    assert model.name == "m"
    assert not model.module.training


@pytest.mark.parametrize(
    ("factory", "why"),
    [
        (Video, "returned a Video; expected a pytest_vidcompress.Model(name, module, profile, labels)"),
        (lambda: None, "returned None; expected a pytest_vidcompress.Model"),
        (broken, "raised FileNotFoundError: weights.pt"),
        (
            MODEL,
            "is a Model; expected a pytest_vidcompress.Model(name, module, profile, labels) from a function",
        ),
        (3, "is a int; expected"),
    ],
    ids=["module", "none", "raises", "model", "number"],
)
def test_a_factory_that_gives_no_model_says_what_is_expected(factory: Any, why: str) -> None:
    assert f"the function that pytest_vidcompress_models() has for 'm' {why}" in refused(factory)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"module": lambda pixels: pixels}, "a function for its module; expected a torch.nn.Module"),
        ({"profile": None}, "None for its profile; expected a pytest_vidcompress.Profile"),
        ({"labels": None}, "None for its labels; expected the name of every logit, a tuple of texts"),
        ({"labels": ()}, "a tuple for its labels; expected the name of every logit, a tuple of texts"),
        ({"labels": (1, 2, 3)}, "a tuple for its labels; expected the name of every logit, a tuple of texts"),
    ],
)
def test_a_model_of_something_else_is_refused_by_its_field(changed: dict[str, Any], why: str) -> None:
    assert refused(lambda: replace(MODEL, **changed)) == f"model 'm' has {why}"


@pytest.mark.parametrize(
    ("profile", "asked", "line"),
    [
        (Profile(4, 1, 32), "(1, 4, 3, 32, 32)", "layout='BCTHW'"),
        (Profile(16, 1, 32, layout="BCTHW"), "(1, 3, 16, 32, 32)", "frames=4"),
        (Profile(4, 1, 64, layout="BCTHW"), "(1, 3, 4, 64, 64)", "size=32"),
    ],
)
def test_the_line_of_the_profile_that_is_wrong_is_named(profile: Profile, asked: str, line: str) -> None:
    said = refused(lambda: replace(MODEL, profile=profile))
    assert said.startswith(
        f"model 'm' does not take the pixels {asked} that its profile asks for (RuntimeError: "
    )
    assert said.endswith(f"; it takes {line}: say so in its profile")


def test_what_takes_nothing_is_told_so() -> None:
    class Never(Video):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            raise KeyError("cache")

    said = refused(lambda: replace(MODEL, module=Never()))
    assert said.endswith("(KeyError: 'cache'); correct its profile, or the module")


def test_a_logit_a_label_is_asked_for() -> None:
    said = refused(lambda: replace(MODEL, module=Video(400)))
    assert (
        said
        == "model 'm' answers one clip with logits of shape (1, 400), and it has 3 labels: expected (1, 3)"
    )

    class Nothing(Video):
        def forward(self, pixels: torch.Tensor) -> Any:
            return None

    assert "model 'm': the model returned None; expected logits" in refused(
        lambda: replace(MODEL, module=Nothing())
    )
