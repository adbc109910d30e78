"""Why the study's fp16 files did not shrink: three ways to "fp16" in torch, and what each puts on disk.

python benchmarks/fp16_size.py            # writes fp16_size.json beside it
"""

import io
import json
import warnings
from pathlib import Path

import torch
from torch import nn

from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from pytest_vidcompress.models.model import Model


def saved_bytes(module: nn.Module) -> int:
    """Bytes of the usual `torch.save(module.state_dict())`."""
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return file.tell()


def main() -> None:
    rows = []
    for name in ("timesformer", "videomae"):
        model = Model(name, *load_checkpoint(CATALOG[name].pocket))
        fp32 = saved_bytes(model.module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dynamic = torch.ao.quantization.quantize_dynamic(
                model.copy().module, {nn.Linear}, dtype=torch.float16
            )
        with torch.autocast(
            "cpu", torch.bfloat16
        ):  # computes in half precision, converts nothing that is stored
            autocast = saved_bytes(model.module)
        ours = TECHNIQUES["fp16"].apply(model.copy(), TECHNIQUES["fp16"].parameters(), None)
        rows.append(
            {
                "model": name,
                "torch": torch.__version__,
                "fp32_bytes": fp32,
                "quantize_dynamic_float16_ratio": round(saved_bytes(dynamic) / fp32, 4),
                "autocast_ratio": round(autocast / fp32, 4),
                "half_ratio": round(saved_bytes(model.copy().module.half()) / fp32, 4),
                "fp16_artefact_ratio": round(size_bytes(ours.module) / size_bytes(model.module), 4),
            }
        )
        print(rows[-1])
    Path(__file__).with_suffix(".json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
