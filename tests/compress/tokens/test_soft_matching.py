from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.compress.tokens.soft_matching import merged, soft_matching


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double)


def by_hand(
    tokens: torch.Tensor, keys: torch.Tensor, sizes: torch.Tensor, gone: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """One group `(N, D)`, token by token: the even ones with the best partners are put into these."""
    unit = keys / keys.norm(dim=-1, keepdim=True)
    even, odd = range(0, len(keys), 2), range(1, len(keys), 2)
    partner = {one: max(odd, key=lambda other: float(unit[one] @ unit[other])) for one in even}
    best = sorted(even, key=lambda one: -float(unit[one] @ unit[partner[one]]))[:gone]
    groups = {place: [place] for place in range(len(keys)) if place not in best}
    for one in best:
        groups[partner[one]].append(one)
    counts = torch.stack([sizes[members].sum() for members in groups.values()])
    sums = torch.stack([(tokens[members] * sizes[members, None]).sum(0) for members in groups.values()])
    return sums / counts[:, None], counts


@settings(max_examples=40)
@given(st.integers(2, 13), st.data())
def test_it_is_what_matching_one_token_after_the_other_gives(count: int, data: st.DataObject) -> None:
    gone = data.draw(st.integers(1, count // 2))
    seed = data.draw(st.integers(0, 1000))
    tokens, keys = noise(2, 3, count, 4, seed=seed), noise(2, 3, count, 5, seed=seed + 1)
    sizes = torch.randint(1, 6, (2, 3, count), generator=torch.Generator().manual_seed(seed)).double()
    means, counts = merged(tokens, sizes, soft_matching(keys, gone))
    assert means.shape == (2, 3, count - gone, 4)
    for batch, group in ((0, 0), (0, 2), (1, 1)):
        expected = by_hand(tokens[batch, group], keys[batch, group], sizes[batch, group], gone)
        torch.testing.assert_close(means[batch, group], expected[0])
        torch.testing.assert_close(counts[batch, group], expected[1])


def test_all_that_tokens_stand_for_is_still_there() -> None:
    tokens: torch.Tensor = noise(1, 1, 9, 4)
    sizes: torch.Tensor | None = None
    for seed, gone in enumerate((4, 2, 1)):
        tokens, sizes = merged(tokens, sizes, soft_matching(noise(1, 1, tokens.shape[2], 4, seed=seed), gone))
    assert sizes is not None
    assert sizes.sum() == 9
    total = (tokens * sizes.unsqueeze(-1)).sum(2)
    torch.testing.assert_close(total, noise(1, 1, 9, 4).sum(2))


def test_equal_tokens_go_first_and_lose_nothing() -> None:
    tokens = noise(1, 1, 6, 4)
    tokens[0, 0, 4] = tokens[0, 0, 1]
    means, sizes = merged(tokens, None, soft_matching(tokens, 1))
    torch.testing.assert_close(means[0, 0], tokens[0, 0, [0, 1, 2, 3, 5]])
    assert sizes[0, 0].tolist() == [1, 2, 1, 1, 1]


def test_alike_in_all_groups_takes_the_mean_of_their_likeness() -> None:
    keys = noise(1, 3, 8, 5)
    found = soft_matching(keys, 2, alike=True)
    assert found.moved.shape == (1, 1, 2)
    unit = keys / keys.norm(dim=-1, keepdim=True)
    scores = (unit[:, :, ::2] @ unit[:, :, 1::2].transpose(-2, -1)).mean(1)[0]
    assert set(found.moved.flatten().tolist()) == set(scores.amax(1).topk(2).indices.tolist())
    means, sizes = merged(keys, None, found)
    assert means.shape == (1, 3, 6, 5)
    assert sizes.shape == (1, 3, 6)
    assert torch.equal(sizes[0, 0], sizes[0, 2])


@pytest.mark.parametrize("count", [4, 7])
def test_half_of_the_tokens_can_go(count: int) -> None:
    means, sizes = merged(noise(1, 1, count, 4), None, soft_matching(noise(1, 1, count, 4), count // 2))
    assert means.shape[2] == count - count // 2
    assert sizes.sum() == count
