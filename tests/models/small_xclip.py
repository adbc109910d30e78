"""An X-CLIP of a few thousand weights, as the published ones are stored: both towers, a processor and a tokenizer."""

from __future__ import annotations

import json
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import torch
from transformers import XCLIPConfig, XCLIPModel

from tests.models.small import small_geometry

START, END = "<|startoftext|>", "<|endoftext|>"


def xclip_checkpoint(folder: Path, seed: int = 0) -> Any:
    """Saves a model of videos and texts to `folder` and returns it."""
    geometry = {
        key: value
        for key, value in small_geometry("xclip").items()
        if key in ("text_config", "vision_config", "projection_dim", "prompt_num_attention_heads")
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Any = XCLIPModel(XCLIPConfig(**geometry)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.normal_(std=0.2)
    model.save_pretrained(folder)
    said = {
        "crop_size": 32,
        "size": 32,
        "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(said))
    write_tokenizer(folder, model.config.text_config.vocab_size)
    return model


def write_tokenizer(folder: Path, tokens: int) -> None:
    """Letters alone, without merges; the end of a text has the highest number, as CLIP's has."""
    letters = [f"{letter}{end}" for end in ("", "</w>") for letter in ascii_lowercase]
    vocabulary = {token: number for number, token in enumerate(letters)} | {
        START: tokens - 2,
        END: tokens - 1,
    }
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer"}))
