"""VideoMAE checkpoints as their authors name the tensors: written from transformers' modules, in the tests alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tests.models.small import GEOMETRY, network

Tensors = dict[str, torch.Tensor]
_LAYER = re.compile(r"videomae\.encoder\.layer\.(\d+)\.(.+)")
_NAMES = {
    "layernorm_before": "norm1",
    "attention.output.dense": "attn.proj",
    "layernorm_after": "norm2",
    "intermediate.dense": "mlp.fc1",
    "output.dense": "mlp.fc2",
    "videomae.embeddings.patch_embeddings.projection": "patch_embed.proj",
    "videomae.layernorm": "norm",
    "classifier": "head",
}


def small(**geometry: Any) -> Any:
    """A classifier with the authors' norms."""
    return network("videomae", **{"layer_norm_eps": 1e-6, **geometry})


def original(module: nn.Module) -> Tensors:
    """Its tensors under the authors' names: queries, keys and values in one matrix, with two biases beside it."""
    state, renamed = module.state_dict(), Tensors()
    for name, tensor in state.items():
        found = _LAYER.fullmatch(name)
        stem, _, kind = (found[2] if found else name).rpartition(".")
        prefix = f"blocks.{found[1]}." if found else ""
        if stem == "attention.attention.query":
            own = name.removesuffix(f"query.{kind}")
            if kind == "weight":
                shares = [state[f"{own}{share}.weight"] for share in ("query", "key", "value")]
                renamed[f"{prefix}attn.qkv.weight"] = torch.cat(shares)
            else:
                renamed[f"{prefix}attn.q_bias"] = tensor
                renamed[f"{prefix}attn.v_bias"] = state[f"{own}value.bias"]
        elif not stem.startswith("attention.attention."):
            renamed[f"{prefix}{_NAMES.get(stem, stem)}.{kind}"] = tensor
    return renamed


def beside(folder: Path, **said: Any) -> None:
    """A `config.json` with what no tensor of a small model tells."""
    keys = ("image_size", "num_frames", "num_attention_heads")
    (folder / "config.json").write_text(json.dumps({**{key: GEOMETRY[key] for key in keys}, **said}))


def label_list(folder: Path, *names: str) -> None:
    (folder / "labels.txt").write_text("\n".join(names) + "\n")
