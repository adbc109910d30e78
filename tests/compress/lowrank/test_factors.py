"""Two layers in the place of one: exact where they can be, and never further off than plain singular values."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from pytest_vidcompress.compress.layers.moments import Moments
from pytest_vidcompress.compress.lowrank.factors import Factored, Spectrum, empty


def rows(inputs: int, spread: float, seed: int = 0) -> torch.Tensor:
    """2,000 rows, far from zero, whose directions differ in size by a factor of 10 to the power of `spread`."""
    generator = torch.Generator().manual_seed(seed)
    turned = torch.linalg.qr(torch.randn(inputs, inputs, generator=generator, dtype=torch.double))[0]
    sizes = torch.logspace(0, -spread, inputs, dtype=torch.double)
    return (torch.randn(2000, inputs, generator=generator, dtype=torch.double) * sizes @ turned + 0.5).float()


def moments(layer: nn.Linear, given_rows: torch.Tensor) -> Moments:
    found = Moments(layer)
    found.take(given_rows)
    return found


def layer_of(inputs: int, outputs: int, rank: int = 0, bias: bool = True, seed: int = 1) -> nn.Linear:
    """A random layer, of this rank if it is given."""
    generator = torch.Generator().manual_seed(seed)
    layer = nn.Linear(inputs, outputs, bias)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
        if rank:
            thin = (
                torch.randn(outputs, rank, generator=generator),
                torch.randn(rank, inputs, generator=generator),
            )
            layer.weight.copy_(thin[0] @ thin[1])
    return layer


def error(made: nn.Module, layer: nn.Linear, given_rows: torch.Tensor) -> float:
    """Mean square of what the outputs differ by."""
    with torch.inference_mode():
        return float((made(given_rows) - layer(given_rows)).square().mean())


@pytest.mark.parametrize("bias", [True, False])
def test_full_rank_is_exact(bias: bool) -> None:
    layer, given_rows = layer_of(12, 20, bias=bias), rows(12, 2)
    made = Spectrum.of(layer, moments(layer, given_rows)).truncated(12)
    assert made.rank == 12
    assert error(made, layer, given_rows) < 1e-9 * layer(given_rows).square().mean()


@pytest.mark.parametrize("rank", [1, 3, 7])
def test_a_layer_of_low_rank_is_exact_at_its_rank_and_all_energy_finds_it(rank: int) -> None:
    layer, given_rows = layer_of(16, 10, rank), rows(16, 1)
    spectrum = Spectrum.of(layer, moments(layer, given_rows))
    assert spectrum.rank_of(1) == rank
    assert error(spectrum.truncated(rank), layer, given_rows) < 1e-9 * layer(given_rows).square().mean()


def test_it_loses_less_than_plain_singular_values_where_directions_differ() -> None:
    layer, given_rows = layer_of(24, 24), rows(24, 2)
    made = Spectrum.of(layer, moments(layer, given_rows)).truncated(6)
    left, values, right = torch.linalg.svd(layer.weight.detach())
    plain = Factored(values[:6, None] * right[:6], left[:, :6], layer.bias.detach())
    assert error(made, layer, given_rows) < 0.2 * error(plain, layer, given_rows)


@settings(max_examples=15)
@given(st.integers(1, 8), st.integers(0, 1000))
def test_the_error_is_what_the_spectrum_says(rank: int, seed: int) -> None:
    layer, given_rows = layer_of(8, 11, seed=seed), rows(8, 1, seed)
    spectrum = Spectrum.of(layer, moments(layer, given_rows))
    expected = float(spectrum.values[rank:].square().sum()) / layer.out_features
    assert error(spectrum.truncated(rank), layer, given_rows) == pytest.approx(expected, rel=1e-2, abs=1e-6)


def test_energy_is_the_share_of_the_outputs_variance_that_is_left() -> None:
    layer, given_rows = layer_of(20, 20), rows(20, 1)
    spectrum = Spectrum.of(layer, moments(layer, given_rows))
    variance = float(layer(given_rows).detach().var(0, correction=0).mean())
    for energy in (0.5, 0.9, 0.99):
        rank = spectrum.rank_of(energy)
        lost = [error(spectrum.truncated(each), layer, given_rows) / variance for each in (rank, rank - 1)]
        assert lost[0] <= 1 - energy + 1e-6
        assert lost[1] > 1 - energy


def test_inputs_that_never_change_take_no_rank() -> None:
    layer = layer_of(6, 5)
    always = torch.ones(50, 6)
    made = Spectrum.of(layer, moments(layer, always)).truncated(1)
    assert error(made, layer, always) < 1e-9


def test_inputs_that_never_change_take_no_rank_however_their_sums_are_rounded() -> None:
    for power in range(-3, 4):
        layer = layer_of(300, 5)
        always = (10.0**power * rows(300, 0)[:1]).expand(50, 300)
        made = Spectrum.of(layer, moments(layer, always)).truncated(1)
        torch.testing.assert_close(made(always), layer(always), rtol=1e-4, atol=1e-4 * float(always.norm()))


def test_both_layers_are_as_large_and_an_empty_one_has_their_shapes() -> None:
    layer = layer_of(30, 18)
    made = Spectrum.of(layer, moments(layer, rows(30, 0))).truncated(5)
    first, second = (part.weight for part in made)
    assert 0.3 < float(first.norm() / second.norm()) < 3
    with torch.device("meta"):
        bare = empty(nn.Linear(30, 18), 5)
    assert {name: each.shape for name, each in bare.state_dict().items()} == {
        name: each.shape for name, each in made.state_dict().items()
    }


def test_inputs_that_hardly_vary_about_a_large_mean_are_factored_too() -> None:
    """Rounding of their second moments is larger than their variance, and takes it below zero."""
    layer = layer_of(8, 12)
    given_rows = 1e4 + 1e-3 * rows(8, 6)[:5]
    found = moments(layer, given_rows)
    assert torch.linalg.eigvalsh(found.covariance[0])[0] < 0
    spectrum = Spectrum.of(layer, found)
    assert (spectrum.root.diagonal() > 0).all()
    made = spectrum.truncated(4)
    torch.testing.assert_close(made(given_rows), layer(given_rows), rtol=1e-3, atol=10.0)
