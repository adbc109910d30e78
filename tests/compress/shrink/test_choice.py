from __future__ import annotations

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_vidcompress.compress.shrink import choice
from pytest_vidcompress.compress.shrink.choice import random_order, removal_order
from pytest_vidcompress.compress.shrink.normal_equations import NormalEquations


@pytest.fixture
def undamped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "DAMPING", 1e-9)


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double)


def mixed(seed: int, inputs: int) -> torch.Tensor:
    """Rows whose features depend on each other."""
    return drawn(seed, 300, inputs) @ drawn(seed + 1, inputs, inputs)


def least_squares_error(features: torch.Tensor, targets: torch.Tensor) -> float:
    """Mean squared error of the best affine map, by torch's own solver."""
    design = torch.cat((features, torch.ones(len(features), 1, dtype=torch.double)), 1)
    solution = torch.linalg.lstsq(design, targets).solution
    return float((design @ solution - targets).square().sum(1).mean())


@given(st.integers(0, 2**16), st.sampled_from([(6, 6), (6, 3), (4, 2)]))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_goes_first_is_what_the_others_explain_best(
    undamped: None, seed: int, sizes: tuple[int, int]
) -> None:
    inputs, groups = sizes
    features, weight = mixed(seed, inputs), drawn(seed + 2, 3, inputs)
    targets = features @ weight.T
    order = removal_order(NormalEquations.of(features, targets), weight, groups, "least-squares")
    errors: list[float] = []
    for group in range(groups):
        left = [each for each in range(inputs) if each // (inputs // groups) != group]
        errors.append(least_squares_error(features[:, left], targets))
    assert errors[order.groups[0]] <= min(errors) * 1.01 + 1e-9
    assert order.costs[0] == pytest.approx(min(errors), rel=0.02, abs=1e-6)


def test_costs_add_up_to_what_is_lost_together(undamped: None) -> None:
    features, weight = mixed(3, 6), drawn(5, 3, 6)
    targets = features @ weight.T
    order = removal_order(NormalEquations.of(features, targets), weight, 6, "least-squares")
    left = sorted(order.groups[3:])
    assert sum(order.costs[:3]) == pytest.approx(least_squares_error(features[:, left], targets), rel=0.02)
    assert sorted(order.groups) == [*range(6)]


def test_of_two_that_are_the_same_one_goes_for_nothing() -> None:
    features = mixed(0, 5)
    features[:, 3] = features[:, 1]
    weight = drawn(2, 3, 5)
    order = removal_order(NormalEquations.of(features, features @ weight.T), weight, 5, "least-squares")
    assert order.groups[0] in (1, 3)
    assert order.costs[0] < 0.25 * order.costs[1]


def test_with_the_mean_repaired_what_does_not_vary_goes_first_and_without_what_is_small() -> None:
    features = drawn(0, 300, 3) * torch.tensor([1.0, 0.01, 0.5]) + torch.tensor([0.0, 9.0, 0.0])
    weight = torch.ones(2, 3, dtype=torch.double)
    known = NormalEquations.of(features, features @ weight.T, groups=3)
    assert removal_order(known, weight, 3, "mean").groups == (1, 2, 0)
    assert removal_order(known, weight, 3, "none").groups == (2, 0, 1)


def test_what_a_group_adds_counts_together() -> None:
    """Two inputs that cancel out cost nothing together, much as each would alone."""
    features = drawn(0, 300, 4)
    features[:, 1] = -features[:, 0]
    features[:, 2:] *= 0.1
    weight = torch.ones(1, 4, dtype=torch.double)
    known = NormalEquations.of(features, features @ weight.T, groups=2)
    assert removal_order(known, weight, 2, "none").groups[0] == 0


def test_chance_is_the_same_for_a_seed_and_another_for_another() -> None:
    assert random_order(20, 1) == random_order(20, 1)
    assert random_order(20, 1) != random_order(20, 2)
    assert sorted(random_order(20, 1).groups) == [*range(20)]


def test_what_goes_by_chance_costs_by_chance_and_what_goes_later_more() -> None:
    costs = random_order(20, 1).costs
    assert [*costs] == sorted({*costs})
    assert len(costs) == 20
    assert costs != random_order(20, 2).costs


def test_many_small_groups_go_several_at_a_time_and_all_go() -> None:
    features = drawn(0, 700, 600)
    weight = drawn(1, 2, 600)
    order = removal_order(NormalEquations.of(features, features @ weight.T), weight, 600, "least-squares")
    assert sorted(order.groups) == [*range(600)]
    assert len(order.costs) == 600
