"""Our own recipes in the duel."""

from __future__ import annotations

from benchmarks.duel.contender import Contender, Peer, logits_of
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES


def ours(recipe: str, runtime: str = "") -> Peer:
    def made(model: Model, clips: Clips) -> Contender:
        variant = build(parse(recipe, TECHNIQUES), model, clips, RUNTIMES, runtime)
        return Contender(logits_of(variant.module), variant.size_bytes())

    return Peer(made)


OURS = {
    f"ours: {recipe}{runtime and '@'}{runtime}": ours(recipe, runtime)
    for recipe, runtime in (
        ("fuse", ""),
        ("fuse", "openvino"),
        ("fuse+bf16", ""),
        ("fuse+bf16", "openvino"),
        ("fuse+int8-static", "onnxruntime"),
        ("fuse+int8-static", ""),
    )
}
