from __future__ import annotations

import io
from typing import Any

import pytest
import torch

from pytest_vidcompress.compress.tokens.token_sizes import by_value, mean_token, rows, score_bias
from pytest_vidcompress.runtimes.onnx import ONNXRUNTIME


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


@pytest.mark.skipif(bool(ONNXRUNTIME.missing), reason=f"onnxruntime: {ONNXRUNTIME.missing}")
@pytest.mark.filterwarnings("ignore")  # the exporter says that there is a newer one
@pytest.mark.parametrize("descending", [False, True])
def test_equal_numbers_keep_their_order_in_onnx_too(descending: bool) -> None:
    import onnxruntime  # pyright: ignore[reportMissingImports]

    from pytest_vidcompress.runtimes.onnx.graph import OPSET

    class Order(torch.nn.Module):
        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return by_value(values, descending)

    values = torch.randint(0, 4, (2, 3, 200), generator=torch.Generator().manual_seed(0)).float()
    file = io.BytesIO()
    torch.onnx.export(
        Order(),
        (values,),
        file,  # pyright: ignore[reportArgumentType]
        input_names=["values"],
        opset_version=OPSET,
        dynamo=False,
    )
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    places: Any = session.run(None, {"values": values.numpy()})[0]
    expected = [sorted(range(200), key=row.__getitem__, reverse=descending) for row in values.flatten(0, 1)]
    assert places.reshape(6, 200).tolist() == expected
    assert by_value(values, descending).reshape(6, 200).tolist() == expected
