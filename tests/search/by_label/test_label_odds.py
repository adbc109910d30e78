"""What a model's layer of the logits says of stored vectors: what the whole model says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.adapter import example_pixels, logits_from
from pytest_vidcompress.models.load import load
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.search.by_label.label_odds import asked_label, place_of, probability
from pytest_vidcompress.search.embedding import embedding_model
from pytest_vidcompress.search.index.rows import Gallery
from tests.artefacts.variants import variant
from tests.models.small import model, pixels


def gallery(rows: torch.Tensor) -> Gallery:
    """As an index keeps embeddings."""
    lengths = rows.norm(dim=1, keepdim=True)
    vectors = (rows / lengths).numpy()
    return Gallery(vectors, lengths[:, 0].double().numpy(), [("digest", 0.0, 1.0)] * len(rows), {})


def run(made: Model, shown: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(RUNTIMES["torch"].prepare(made)(shown))


def held(made: Model, shown: torch.Tensor, several: bool = False) -> None:
    logits = run(made, shown).double()
    shares = logits.sigmoid() if several else logits.softmax(-1)
    found = gallery(run(embedding_model(made), shown))
    for place, label in enumerate(made.labels[:3]):
        asked = asked_label(made, label)
        assert asked.several == several
        probabilities = [probability(each) for each in asked.odds(found)]
        assert probabilities == pytest.approx(shares[:, place].tolist(), abs=1e-4)


@pytest.mark.parametrize("recipe", ["fp32", "fp16", "int8-weights", "int8-dynamic", "fuse+int8-static"])
def test_it_is_what_the_whole_model_says(recipe: str) -> None:
    held(model("videomae") if recipe == "fp32" else variant(recipe, "videomae").model, pixels(3))


@pytest.mark.parametrize("name", ["x3d-s", "r2plus1d", "timesformer"])
def test_of_packaged_models_too(name: str) -> None:
    made = load(name, (), "")
    held(made, torch.cat([example_pixels(made.profile, seed) for seed in range(3)]))


@pytest.mark.parametrize("name", ["hrnn", "nextvlad"])
def test_where_each_label_has_a_probability_of_its_own(name: str) -> None:
    made = load(name, (), "")
    held(made, torch.cat([example_pixels(made.profile, seed) for seed in range(2)]), several=True)


def mine(module: nn.Module, labels: Sequence[str] = ("a", "b", "c")) -> Model:
    return Model("mine", module.eval(), Profile(4, 1, 32), tuple(labels))


def of(module: nn.Module, width: int = 7) -> float:
    made = mine(module)
    return float(asked_label(made, "b").odds(gallery(torch.ones(1, width)))[0])


def test_odds_tell_apart_what_probabilities_cannot() -> None:
    head = nn.Linear(2, 2)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[50.0, 0.0], [0.0, 0.0]]))
        head.bias.zero_()
    rows = torch.tensor([[1.0, 0.0], [2.0, 0.0]])
    odds = asked_label(mine(nn.Sequential(head), ("a", "b")), "a").odds(gallery(rows))
    assert odds.tolist() == pytest.approx([50, 100])
    assert probability(odds[0]) == probability(odds[1]) == pytest.approx(1)
    assert probability(-800.0) == 0


def test_no_number_comes_last() -> None:
    head = nn.Linear(7, 3)
    with torch.no_grad():
        head.weight.fill_(torch.nan)
    assert of(nn.Sequential(head)) == -np.inf


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(VidcompressError, match="does not take vectors of 8 numbers"):
        of(nn.Sequential(nn.Linear(7, 3)), width=8)
    with pytest.raises(VidcompressError, match="expected a logit for each of its 3 labels"):
        of(nn.Sequential(nn.Linear(7, 4)))

    class Own(nn.Module):
        def embedding(self, shown: torch.Tensor) -> torch.Tensor:
            return shown

    with pytest.raises(VidcompressError, match="gives its embedding itself"):
        asked_label(mine(Own()), "a")


def test_a_label_is_found_however_it_is_spelt() -> None:
    labels = ("riding a bike", "bouncing")
    assert place_of("Riding_A_Bike", labels, "mine") == 0
    with pytest.raises(VidcompressError, match="has no label 'bounce': near it is 'bouncing'"):
        place_of("bounce", labels, "mine")
    with pytest.raises(VidcompressError, match="it has 2, such as 'riding a bike', 'bouncing'"):
        place_of("xylophone", labels, "mine")
