import pytest

from pytest_vidcompress.measure.profile.operator_kinds import (
    KINDS,
    OTHER,
    OUTSIDE,
    PRODUCTS,
    kind_of,
    multiplies_integers,
)

NAMES = {
    # torch
    "aten::addmm": "linear",
    "aten::mm": "linear",
    "aten::linear": "linear",
    "aten::_int_mm": "linear",
    "quantized::linear_dynamic": "linear",
    "mkldnn::_linear_pointwise": "linear",
    "onednn::qlinear_pointwise": "linear",
    "aten::bmm": "attention matmul",
    "aten::baddbmm": "attention matmul",
    "aten::matmul": "attention matmul",
    "aten::_softmax": "softmax",
    "aten::_scaled_dot_product_flash_attention_for_cpu": "fused attention",
    "aten::native_layer_norm": "normalization",
    "aten::gelu": "activation",
    "aten::mkldnn_convolution": "convolution",
    "aten::copy_": "copy",
    "aten::_to_copy": "copy",
    "aten::cat": "copy",
    "aten::reshape": "copy",
    "aten::t": "copy",
    "aten::mul": "element-wise",
    "aten::add_": "element-wise",
    "aten::mean": "element-wise",
    "aten::fake_quantize_per_tensor_affine": "quantization",
    "aten::empty": OTHER,
    "Torch-Compiled Region": "compiled code",
    # OpenVINO
    "FullyConnected": "linear",
    "FullyConnectedQuantizedLegacy": "linear",
    "MatMul": "attention matmul",
    "ScaledDotProductAttention": "fused attention",
    "SoftMax": "softmax",
    "MVN": "normalization",
    "RMS": "normalization",
    "FakeQuantize": "quantization",
    "Convolution": "convolution",
    "Convert": "copy",
    "Reorder": "copy",
    "Concatenation": "copy",
    "Eltwise": "element-wise",
    "Subgraph": "element-wise",
    # ONNX Runtime
    "Gemm": "linear",
    "MatMulInteger": "linear",
    "QLinearMatMul": "linear",
    "DynamicQuantizeMatMul": "linear",
    "DynamicQuantizeLinear": "quantization",
    "QuantizeLinear": "quantization",
    "DequantizeLinear": "quantization",
    "LayerNormalization": "normalization",
    "MultiHeadAttention": "fused attention",
    "ConvInteger": "convolution",
    "Transpose": "copy",
    "Erf": "activation",
    OUTSIDE: OUTSIDE,
}


@pytest.mark.parametrize("name", NAMES)
def test_operators_by_their_names(name: str) -> None:
    assert kind_of(name) == NAMES[name]


def test_every_kind_is_known() -> None:
    assert set(NAMES.values()) == set(KINDS)
    assert len(set(KINDS)) == len(KINDS)
    assert set(KINDS) >= PRODUCTS


@pytest.mark.parametrize(
    ("operator", "kernel", "expected"),
    [
        ("quantized::linear_dynamic", "", True),
        ("aten::_int_mm", "", True),
        ("MatMulIntegerToFloat", "", True),
        ("QLinearMatMul", "", True),
        ("FullyConnected", "brgemm_avx512_i8", True),
        ("MatMul", "brgemm_avx512_vnni_u8", True),
        ("Gemm", "", False),
        ("aten::addmm", "", False),
        ("FullyConnected", "brgemm_avx512_f32", False),
        ("FullyConnected", "gemm_mlas_f32", False),
        ("DequantizeLinear", "", False),
        ("DynamicQuantizeLinear", "", False),
    ],
)
def test_who_multiplies_integers(operator: str, kernel: str, expected: bool) -> None:
    assert multiplies_integers(operator, kernel) == expected
