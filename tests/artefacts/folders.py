"""Artefacts of a few small files."""

from __future__ import annotations

from pathlib import Path

from pytest_vidcompress.artefacts.atomic_folder import replaced
from pytest_vidcompress.artefacts.folder import read, verify
from pytest_vidcompress.artefacts.manifest import Manifest


def write(folder: Path, content: str = "some numbers", **more: str) -> None:
    """An artefact of a few small files."""
    with replaced(folder) as unfinished:
        for name, text in {"model": content, **more}.items():
            (unfinished / f"{name}.safetensors").write_text(text)
        Manifest("safetensors", recipe="fp32", notes=(content,)).write(unfinished)


def whole(folder: Path) -> Manifest:
    manifest = read(folder)
    verify(folder, manifest)
    assert {path.name for path in folder.iterdir()} == {*manifest.files, "recipe.json"}
    return manifest
