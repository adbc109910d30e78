"""`int8-qat`: `int8-static` whose weights and ranges learn, while they are rounded, to answer as the reference does.

It starts from what calibration finds, and leaves what `int8-static` leaves: the same parts, files and integer kernels
(Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR
2018, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from .int8_static import INT8_STATIC, Int8Static, calibrated, rebuild, with_int8
from .parameters import positive
from .technique import Technique
from .train.training_parameters import TrainingParameters

if TYPE_CHECKING:
    from torch import nn

    from ..clips.loader import Clips
    from ..learn.lessons import Lessons
    from ..models.model import Model
    from .layers.product import Layer


@dataclass(frozen=True)
class Int8Qat(Int8Static, TrainingParameters):
    """What `int8-static` takes, and the training's settings."""

    rate: float = 1e-5
    """Highest learning rate: the weights are good already."""
    temperature: float = 2.0
    """That the logits of both are divided by, as in `distil`."""

    def __post_init__(self) -> None:
        Int8Static.__post_init__(self)
        TrainingParameters.__post_init__(self)
        positive(self, "temperature", 100)


def learn(model: Model, parameters: Int8Qat, clips: Clips, lessons: Lessons) -> Model:
    from ..learn.distillation import Distillation
    from ..learn.loop import train
    from .fuse.fused_layers import Attention
    from .int8.fake_quantized import FakeQuantized
    from .int8.quantized import QuantizedAttention
    from .layers.product import is_layer
    from .layers.substitute import exactly, substitute

    calibration = calibrated(model, parameters, clips, "int8-qat")

    def fake(name: str, part: nn.Module) -> nn.Module | None:
        start = calibration.layers.get(name)
        return None if start is None else FakeQuantized(cast("Layer", part), start)

    def attention(name: str, _: nn.Module) -> nn.Module | None:
        ranges = calibration.products.get(name)
        return None if ranges is None else QuantizedAttention(*ranges)

    module = substitute(substitute(model.module, is_layer, fake), exactly(Attention), attention)
    objective = Distillation(lessons.teacher.module, parameters.temperature)
    curve = train(module, parameters.training(objective), lessons)
    module = substitute(
        module, exactly(FakeQuantized), lambda _, part: cast("FakeQuantized", part).quantized()
    )
    # Only what nothing was learned of is left to it.
    made = with_int8(module, parameters, lambda *_: None, lambda _: ())
    notes = (*model.notes, calibration.note, curve.describe())
    return replace(model, module=made.eval(), notes=notes, curves=(*model.curves, curve))


INT8_QAT = Technique(
    "int8-static, trained while it rounds",
    parameters=Int8Qat,
    last=INT8_STATIC.last,
    rebuild=rebuild,
    runtime=INT8_STATIC.runtime,
    after=INT8_STATIC.after,
    followers=INT8_STATIC.followers,
    learn=learn,
)
TECHNIQUES = {"int8-qat": INT8_QAT}
