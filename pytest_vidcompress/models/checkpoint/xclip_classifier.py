"""X-CLIP as a classifier: its video branch, held against embeddings of labels that are fixed.

The text tower runs once, when a checkpoint is loaded, and is no part of it. What adapts the texts to a video, the
prompt generator, is (Ni et al., "Expanding Language-Image Pretrained Models for General Video Recognition", ECCV
2022, section 3.3).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.functional import normalize


class XClipClassifier(nn.Module):
    """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`: cosines, scaled.

    Args:
        model: transformers' `XCLIPModel`; shares its weights.
        embeddings: of the labels, `(labels, width)`, as its text tower and projection give them.
    """

    text_embeddings: torch.Tensor

    def __init__(self, model: Any, embeddings: torch.Tensor) -> None:
        super().__init__()
        self.config = model.config
        self.vision_model = model.vision_model
        # Never stored, and without data on the device where shapes alone are built.
        places = self.vision_model.embeddings
        places.position_ids = torch.arange(places.num_positions, device="cpu").expand((1, -1))
        self.visual_projection = model.visual_projection
        self.mit = model.mit
        self.prompts_visual_layernorm = model.prompts_visual_layernorm
        self.prompts_visual_projection = model.prompts_visual_projection
        self.prompts_generator = model.prompts_generator
        self.logit_scale = model.logit_scale
        self.register_buffer("text_embeddings", embeddings.detach().clone())

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        video, vision = self._seen(pixel_values)
        patches = self.prompts_visual_layernorm(vision[:, 1:])
        patches = (patches @ self.prompts_visual_projection).unflatten(0, (len(video), -1)).mean(1)
        texts = self.text_embeddings.expand(len(video), -1, -1)
        texts = texts + self.prompts_generator(texts, patches)  # (B, labels, D)
        scaled = self.logit_scale.exp() * normalize(texts, dim=-1)
        return (scaled @ normalize(video, dim=-1).unsqueeze(-1)).squeeze(-1)

    def embedding(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """What texts are held against, `(B, D)`."""
        return self._seen(pixel_values)[0]

    def _seen(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The vector of a clip, and the tokens of its frames `(B T, N, D)`."""
        batch, frames = pixel_values.shape[:2]
        vision = self.vision_model(pixel_values=pixel_values.flatten(0, 1))
        of_frames = self.visual_projection(vision.pooler_output).unflatten(0, (batch, frames))
        return self.mit(of_frames).pooler_output, vision.last_hidden_state
