import pytest

from pytest_vidcompress.measure.profile.layer_names import folded


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("encoder.layer.11.attention.attention.qkv", "encoder.layer.*.attention.attention.qkv"),
        ("0", "*"),
        ("blocks.3.0", "blocks.*.*"),
        ("conv1", "conv1"),
        ("", ""),
    ],
)
def test_layer_numbers_are_folded(name: str, short: str) -> None:
    assert folded(name) == short
