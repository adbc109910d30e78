"""A frame-feature model <-> the folder of a checkpoint: `config.json`, `model.safetensors`, and its profile."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn

from ...clips.profile import Profile
from ...errors import VidcompressError, first_line
from ..checkpoint.checkpoint_files import SINGLE, cannot_be_loaded, file_of
from .frame_classifier import FrameClassifier, build
from .settings import FrameSettings

_SHOWN = 3


def load_classifier(source: str | Path, settings: FrameSettings) -> FrameClassifier:
    """The classifier of a checkpoint, in fp32 and eval mode.

    Args:
        source: a folder, or a Hub id.
        settings: what its `config.json` says.

    Raises:
        VidcompressError: it cannot be built, or the stored tensors are not its own.
    """
    file = file_of(source, SINGLE)
    if file is None:
        raise cannot_be_loaded(source, f"there is no {SINGLE}")
    try:
        with torch.device("meta"):
            module = build(settings)
        _restore(module, _tensors(file))
    except VidcompressError as error:
        raise cannot_be_loaded(source, str(error)) from None
    return module.eval()


def save_checkpoint(classifier: FrameClassifier, profile: Profile, folder: Path) -> None:
    """Writes what `--vc-model=FOLDER` reads.

    Args:
        classifier: with a configuration.
        profile: how it is shown clips.
        folder: made if it is not there.

    Raises:
        VidcompressError: nothing says how the classifier is built.
    """
    from safetensors.torch import save_file

    if classifier.config is None:
        raise VidcompressError(
            "the backbone or the aggregator is a module of your own, which no config.json can say: save its state"
            " dict, and give the model by pytest_vidcompress_models()"
        )
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.contiguous() for name, tensor in classifier.state_dict().items()}
    save_file(tensors, folder / SINGLE, metadata={"format": "pt"})
    folder.joinpath(SINGLE).chmod(folder.stat().st_mode & 0o666)
    protocol = {"rate": profile.rate, "sampling": profile.sampling, "published": str(profile.published)}
    statistics = {"image_mean": [*profile.mean], "image_std": [*profile.std]}
    for name, content in (
        ("config.json", classifier.config.to_dict()),
        ("profile.json", protocol),
        ("preprocessor_config.json", statistics),
    ):
        written = json.dumps(content, indent=2, sort_keys=True) + "\n"
        folder.joinpath(name).write_text(written, encoding="utf-8", newline="\n")


def _tensors(file: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    try:
        stored = load_file(file)
    except Exception as error:  # its library has kinds of its own
        raise VidcompressError(f"{SINGLE} is damaged ({first_line(error)})") from None
    # Counters are no floats, and stay what they are.
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor.clone()
        for name, tensor in stored.items()
    }


def _restore(module: nn.Module, tensors: dict[str, torch.Tensor]) -> None:
    """Puts tensors in their places: each has one, and each place gets one."""
    state = module.state_dict()
    misfits = {
        "missing": sorted(state.keys() - tensors.keys()),
        "unknown": sorted(tensors.keys() - state.keys()),
        "of another shape": sorted(
            name for name in state.keys() & tensors.keys() if state[name].shape != tensors[name].shape
        ),
    }
    found = [
        f"{len(names)} {what}, such as {', '.join(names[:_SHOWN])}"
        for what, names in misfits.items()
        if names
    ]
    if found:
        raise VidcompressError(f"its tensors are not those that config.json describes: {'; '.join(found)}")
    module.load_state_dict(tensors, assign=True)
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(not name.startswith("backbone."))
