from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.exits.cascade import cascade_of, parts_of
from pytest_vidcompress.compress.exits.staged_module import TwoStages
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from tests.models.small import NO_CLIPS, model

SURE, UNSURE = torch.tensor([[9.0, 0.0, 0.0]]), torch.tensor([[0.0, 0.1, 0.0]])


class Given(nn.Module):
    """Answers by the first pixel of a clip, and keeps what it was asked."""

    def __init__(self, *answers: torch.Tensor) -> None:
        super().__init__()
        self.answers, self.asked = answers, list[list[float]]()

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        kinds = pixels.flatten(1)[:, 0]
        self.asked.append(kinds.tolist())
        return torch.cat([self.answers[int(kind)] for kind in kinds])


def clips(*kinds: int) -> torch.Tensor:
    return torch.tensor(kinds).float().reshape(-1, 1, 1, 1, 1)


def stages(threshold: float = 0.9) -> TwoStages:
    return TwoStages(Given(SURE, UNSURE), Given(-SURE, -10 * UNSURE), threshold=threshold)


def test_the_second_is_asked_about_those_of_a_batch_alone_of_which_the_first_is_not_sure() -> None:
    made = stages()
    assert torch.equal(made(clips(1, 0, 0, 1)), torch.cat((-10 * UNSURE, SURE, SURE, -10 * UNSURE)))
    assert made.then.asked == [[1.0, 1.0]]
    assert made.exit_counts.by_name() == {"first": 2, "then": 2}


def test_where_all_or_none_leave_one_answers_for_all() -> None:
    made = stages()
    assert torch.equal(made(clips(0, 0)), torch.cat((SURE, SURE)))
    assert made.then.asked == []
    assert torch.equal(made(clips(1)), -10 * UNSURE)
    assert made.then.asked == [[1.0]]


def test_an_answer_of_no_number_is_not_sure() -> None:
    made = TwoStages(Given(torch.full((1, 3), torch.nan)), Given(SURE), threshold=0.1)
    assert torch.equal(made(clips(0)), SURE)


def test_both_stages_are_parts_each_of_its_model() -> None:
    recipe = parse("cascade:first=(fuse),then=(fp32),model=smaller", TECHNIQUES)
    assert cascade_of(recipe) == recipe.steps[0].parameters
    assert [(name, str(part)) for name, part in parts_of(recipe, "large")] == [
        ("smaller", "fuse"),
        ("large", "fp32"),
    ]
    plain = parse("fuse", TECHNIQUES)
    assert cascade_of(plain) is None
    assert [*parts_of(plain, "large")] == [("large", plain)]


def test_a_model_alone_makes_none() -> None:
    with pytest.raises(
        VidcompressError, match=r"^a cascade is made of two variants, .*artefacts\.variant\.build"
    ):
        parse("cascade:first=(fuse),then=(fp32)", TECHNIQUES).apply(model("videomae"), NO_CLIPS)
