from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import CATALOG, DEFAULT_MODELS
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from pytest_vidcompress.models.frame_count import frames_of, refuse_other_frames
from pytest_vidcompress.models.load import check_name, load
from tests.models.small import LABELS, NO_CLIPS, checkpoint, logits, network

# As the published checkpoint's file has it.
PROCESSOR = {
    "crop_size": {"height": 32, "width": 32},
    "do_center_crop": True,
    "do_normalize": True,
    "do_rescale": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_processor_type": "ViViTImageProcessor",
    "image_std": [0.5, 0.5, 0.5],
    "rescale_factor": 0.00784313725490196,
    "size": {"shortest_edge": 32},
}


def test_a_checkpoint_loads_with_its_familys_protocol(tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, "vivit")
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    model = load(str(tmp_path), LABELS, "clips")
    assert torch.equal(logits(model.module), logits(saved))
    profile, published = model.profile, CATALOG["vivit"].profile
    assert (profile.frames, profile.size, profile.rate, profile.sampling) == (4, 32, 2, "stride")
    assert (profile.mean, profile.std) == (published.mean, published.std) == ((0.75,) * 3, (0.25,) * 3)


@pytest.mark.parametrize("frames", [2, 5, 8])
def test_its_weights_tell_their_frames(frames: int) -> None:
    module = network("vivit", num_frames=frames)
    assert frames_of(module) == frames
    with pytest.raises(VidcompressError, match=f"its weights know {frames}:"):
        refuse_other_frames("it", module, 2 * frames)


def test_the_weights_go_before_the_configuration() -> None:
    module: Any = network("vivit")
    module.config.num_frames = 32
    assert frames_of(module) == 4


def test_it_has_a_name_and_does_not_run_by_default() -> None:
    check_name("vivit", {})
    assert "vivit" not in DEFAULT_MODELS
    with pytest.raises(
        VidcompressError, match=r"unknown model 'vivitt': expected one of .*videomae, .*, vivit"
    ):
        check_name("vivitt", {})


@pytest.mark.parametrize("scope", ["global", "attention", "dense"])
def test_the_studys_scopes_are_its_layers(scope: str) -> None:
    patterns = CATALOG["vivit"].profile.modules[scope]
    parts = dict(network("vivit").named_modules())
    for pattern in patterns:
        assert isinstance(parts[pattern.format(layer=1)], torch.nn.Linear)


def test_fuse_takes_the_checkpoint(tmp_path: Path) -> None:
    checkpoint(tmp_path, "vivit")
    model = load(str(tmp_path), LABELS, "clips")
    made = parse("fuse", TECHNIQUES).apply(model, NO_CLIPS)
    assert torch.allclose(logits(made.module), logits(model.module), atol=1e-5)


def test_its_older_names_of_weights_are_read(tmp_path: Path) -> None:
    """As the published checkpoint has them."""
    from tests.models.small import rewrite, weights

    saved = checkpoint(tmp_path, "vivit")
    pairs = (
        (".layers.", ".encoder.layer."),
        ("attention.q_proj", "attention.attention.query"),
        ("attention.k_proj", "attention.attention.key"),
        ("attention.v_proj", "attention.attention.value"),
        ("attention.o_proj", "attention.output.dense"),
        ("mlp.fc1", "intermediate.dense"),
        ("mlp.fc2", "output.dense"),
    )
    older = {}
    for name, weight in weights(tmp_path).items():
        for new, old in pairs:
            name = name.replace(new, old)
        older[name] = weight
    rewrite(tmp_path, older)
    assert torch.equal(logits(load_checkpoint(tmp_path)[0]), logits(saved))
