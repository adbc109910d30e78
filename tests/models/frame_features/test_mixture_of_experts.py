from __future__ import annotations

import torch

from pytest_vidcompress.models.frame_features.mixture_of_experts import MixtureOfExperts
from tests.models.frame_features.small import LABELS, classifier, logits


@torch.no_grad()
def test_experts_are_weighed_by_the_gates() -> None:
    torch.manual_seed(0)
    module, vector = MixtureOfExperts(3, 2, 2), torch.randn(3)
    gates = (module.gates.weight @ vector).reshape(2, 3)
    experts = (module.experts.weight @ vector + module.experts.bias).reshape(2, 2)
    for label in range(2):
        trust = gates[label].exp() / gates[label].exp().sum()
        chance = sum(trust[k] / (1 + (-experts[label, k]).exp()) for k in range(2))
        torch.testing.assert_close(module(vector[None]).sigmoid()[0, label], chance)


@torch.no_grad()
def test_no_answer_is_beyond_what_can_be_computed_with() -> None:
    module = MixtureOfExperts(1, 1, 1)
    for weight in (-1e4, 1e4):
        module.gates.weight.copy_(torch.tensor([[1e4], [0.0]]))
        module.experts.weight.fill_(weight)
        assert module(torch.ones(1, 1)).isfinite().all()


def test_a_classifier_may_be_a_mixture() -> None:
    module = classifier("netvlad", mixtures=2)
    assert isinstance(module.classifier, MixtureOfExperts)
    assert logits(module).shape == (2, len(LABELS))
