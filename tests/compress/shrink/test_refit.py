from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.compress.shrink.normal_equations import NormalEquations
from pytest_vidcompress.compress.shrink.refit import CHECKED_EVERY, HoldOut, refit
from pytest_vidcompress.compress.shrink.shares import REPAIRS

SEEDS = st.integers(0, 2**16)


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double)


def clips(features: torch.Tensor, targets: torch.Tensor, number: int = 8) -> HoldOut:
    known = HoldOut()
    for pair in zip(features.chunk(number), targets.chunk(number), strict=True):
        known.add(NormalEquations.of(*pair))
    return known


@given(SEEDS, st.integers(1, 6), st.integers(1, 4))
@settings(max_examples=30)
def test_what_is_linear_in_the_inputs_is_found_again(seed: int, inputs: int, outputs: int) -> None:
    features = drawn(seed, 160, inputs) + 1
    weight, bias = drawn(seed + 1, outputs, inputs), drawn(seed + 2, outputs)
    found, shift = refit(clips(features, features @ weight.T + bias), 0 * weight, 0 * bias, "least-squares")
    assert shift is not None
    torch.testing.assert_close(found, weight, atol=1e-5, rtol=0)
    torch.testing.assert_close(shift, bias, atol=1e-5, rtol=0)


@given(SEEDS)
@settings(max_examples=30)
def test_every_repair_errs_no_more_than_the_one_before_it(seed: int) -> None:
    features, rest = drawn(seed, 160, 3), drawn(seed + 1, 160, 2)
    rest = rest + features[:, :2] + 0.5
    weight, bias = drawn(seed + 2, 4, 5), drawn(seed + 3, 4)
    targets = torch.cat((features, rest), 1) @ weight.T + bias
    known = clips(features, targets)
    errors = [known.everything.error(*refit(known, weight[:, :3], bias, repair)) for repair in REPAIRS]
    assert errors == sorted(errors, reverse=True)


def test_the_mean_of_what_is_gone_goes_into_the_bias() -> None:
    features, gone = drawn(0, 160, 3), drawn(1, 160, 1) + 7
    weight, bias = drawn(2, 4, 4), drawn(3, 4)
    targets = torch.cat((features, gone), 1) @ weight.T + bias
    left, shift = refit(clips(features, targets), weight[:, :3], bias, "mean")
    torch.testing.assert_close(left, weight[:, :3])
    torch.testing.assert_close(shift, bias + weight[:, 3] * gone.mean())


def test_a_layer_without_a_bias_gets_none() -> None:
    features = drawn(0, 160, 3)
    weight = drawn(1, 2, 3)
    for repair in REPAIRS:
        found, shift = refit(clips(features, features @ weight.T), weight, None, repair)
        assert shift is None
        torch.testing.assert_close(found, weight)


def test_of_few_rows_the_weights_of_before_are_believed() -> None:
    """Forty rows of noise say nothing about thirty inputs: least squares alone would follow them."""
    features, weight = drawn(0, 40, 30), drawn(1, 4, 30)
    targets = features @ weight.T + 10 * drawn(2, 40, 4)
    found, _ = refit(clips(features, targets), weight, torch.zeros(4), "least-squares")
    followed = torch.linalg.lstsq(features, targets).solution.T
    assert (found - weight).norm() < 0.5 * (followed - weight).norm()


def test_one_clip_in_four_is_not_seen_by_the_fit() -> None:
    features, targets = drawn(0, 90, 3), drawn(1, 90, 2)
    known = clips(features, targets, 9)
    is_unseen = torch.arange(90) // 10 % CHECKED_EVERY == CHECKED_EVERY - 1
    for found, rows in (
        (known.seen, ~is_unseen),
        (known.unseen, is_unseen),
        (known.everything, is_unseen >= 0),
    ):
        assert found is not None
        expected = NormalEquations.of(features[rows], targets[rows])
        assert found.count == expected.count
        torch.testing.assert_close(found.gram, expected.gram)
        torch.testing.assert_close(found.cross, expected.cross)


def test_a_single_clip_is_enough() -> None:
    features, weight = drawn(0, 100, 3), drawn(1, 2, 3)
    found, _ = refit(clips(features, features @ weight.T, 1), weight * 0.5, torch.zeros(2), "least-squares")
    assert (found - weight).norm() < 0.05 * weight.norm()
