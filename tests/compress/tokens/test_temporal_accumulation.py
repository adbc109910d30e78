from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.compress.tokens.temporal_accumulation import activity, tokens_to_keep


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double)


def by_hand(tokens: torch.Tensor, keys: torch.Tensor, gone: int) -> list[list[int]]:
    """Of one clip `(T, N, D)`: places that stay, frame by frame, summed up one pair of tokens after the other."""
    unit = keys / keys.norm(dim=-1, keepdim=True)
    count = tokens.shape[1]
    alike = {i: max(float(unit[0, i] @ unit[0, j]) for j in range(1, count, 2)) for i in range(0, count, 2)}
    order = sorted(alike, key=lambda i: -alike[i])[:gone]
    kept = [[i for i in range(count) if i not in order]]
    gathered = dict.fromkeys(kept[0], 1.0)
    for frame in range(1, len(tokens)):
        now = dict.fromkeys(range(count), 0.0)
        for j in kept[-1]:
            shares = torch.stack([unit[frame, i] @ unit[frame - 1, j] for i in range(count)]).softmax(0)
            for i in range(count):
                now[i] += float(shares[i]) * gathered[j]
        total = tokens[frame].abs().sum(-1)
        little = 1 - (total - total.min()) / (total.max() - total.min())
        score = {i: now[i] * float(little[i]) for i in range(count)}
        kept.append(sorted(sorted(score, key=lambda i: score[i])[: count - gone]))
        whole = sum(now[i] for i in kept[-1])
        gathered = {i: now[i] / whole for i in kept[-1]}
    return kept


@settings(max_examples=25)
@given(st.integers(3, 8), st.integers(0, 500), st.data())
def test_it_keeps_what_counting_pair_by_pair_keeps(count: int, seed: int, data: st.DataObject) -> None:
    gone = data.draw(st.integers(1, count // 2))
    tokens, keys = noise(2, 4, count, 6, seed=seed), noise(2, 4, count, 5, seed=seed + 1)
    for clip, found in enumerate(tokens_to_keep(tokens, keys, gone)):
        assert found.tolist() == by_hand(tokens[clip], keys[clip], gone)


def test_backward_begins_with_the_last_frame() -> None:
    tokens, keys = noise(1, 4, 6, 6), noise(1, 4, 6, 5, seed=1)
    found = tokens_to_keep(tokens, keys, 2, backward=True)
    assert torch.equal(found.flip(1), tokens_to_keep(tokens.flip(1), keys.flip(1), 2))


def test_more_than_half_can_go() -> None:
    assert tokens_to_keep(noise(1, 2, 5, 6), noise(1, 2, 5, 5), 4).shape == (1, 2, 1)


def test_activity_is_between_nothing_and_all_in_each_frame() -> None:
    found = activity(noise(2, 3, 5, 4))
    assert torch.equal(found.amin(-1), torch.zeros(2, 3, dtype=torch.double))
    assert torch.equal(found.amax(-1), torch.ones(2, 3, dtype=torch.double))
    assert not activity(torch.ones(1, 1, 4, 2)).any()
