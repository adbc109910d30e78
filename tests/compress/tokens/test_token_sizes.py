from __future__ import annotations

import torch

from pytest_vidcompress.compress.tokens.token_sizes import mean_token, rows, score_bias


def test_rows_are_taken_of_every_group_by_its_own_places() -> None:
    values = torch.arange(2 * 3 * 4 * 2).reshape(2, 3, 4, 2)
    index = torch.tensor([[[0, 2], [3, 1], [1, 1]], [[2, 3], [0, 0], [3, 2]]])
    expected = torch.stack([torch.stack([values[b, g, index[b, g]] for g in range(3)]) for b in range(2)])
    assert torch.equal(rows(values, index), expected)
    assert torch.equal(rows(values[..., 0], index), expected[..., 0])


def test_one_row_of_places_is_of_all_groups() -> None:
    values = torch.arange(2 * 3 * 4).reshape(2, 3, 4)
    assert torch.equal(rows(values, torch.tensor([[[3, 0]]])), values[:, :, [3, 0]])


def test_a_token_counts_in_the_mean_as_often_as_it_stands_for_others() -> None:
    tokens, sizes = torch.randn(2, 3, 4), torch.tensor([[1.0, 2, 1], [3, 1, 1]])
    spread = torch.stack(
        [
            each.repeat_interleave(count.int(), 0).mean(0)
            for each, count in zip(tokens[:1], sizes[:1], strict=True)
        ]
    )
    torch.testing.assert_close(mean_token(tokens, sizes)[:1, 0], spread)
    assert torch.equal(mean_token(tokens, None), tokens.mean(1, keepdim=True))


def test_a_token_counts_in_attention_as_often_as_it_stands_for_others() -> None:
    query, key, value = (torch.randn(1, 1, 3, 4) for _ in range(3))
    sizes = torch.tensor([[1.0, 3, 2]])
    bias = score_bias(sizes)
    assert bias is not None
    found = (query @ key.transpose(-2, -1) + bias).softmax(-1) @ value
    all_keys, all_values = (each.repeat_interleave(sizes[0].int(), 2) for each in (key, value))
    expected = (query @ all_keys.transpose(-2, -1)).softmax(-1) @ all_values
    torch.testing.assert_close(found, expected)
