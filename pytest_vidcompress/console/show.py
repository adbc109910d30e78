"""`vidcompress show`: an artefact in words: what made it, what it holds, and what of it is still float; or what
`--vc-bundle` kept of failures."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..artefacts.folder import read, size_bytes, verify
from ..artefacts.manifest import FILE, SAFETENSORS, Manifest
from ..artefacts.packing import whole
from ..models.safetensors_header import Described, described, is_weight
from ..present.printable import printable
from ..present.wording import count
from .bundles.bundle_lines import are_bundles, bundle_lines
from .verb import Named, Verb

_SHOWN = 12
"""Tensors that are named at most."""
_LABELS = 4
"""Labels, likewise."""


def artefact_lines(folder: Path, contents: bool = False) -> list[str]:
    """The lines to print.

    Args:
        contents: read all files and compare their digests; without it their sizes alone.

    Raises:
        VidcompressError: it is none of ours, or not whole.
    """
    manifest = read(folder)
    verify(folder, manifest, contents=contents)
    lines = [
        f"{manifest.recipe} of {manifest.model} ({manifest.weights} weights), for {manifest.runtime}",
        *_files(folder, manifest, contents),
        *_weights(folder, manifest),
        *_input(manifest),
        *_loading(manifest),
        f"made with: {', '.join(f'{name} {text}' for name, text in sorted(manifest.versions.items()))}",
        *(f"note: {note}" for note in manifest.notes),
    ]
    return [printable(line) for line in lines]


def _files(folder: Path, manifest: Manifest, contents: bool) -> Iterator[str]:
    sizes = {name: each.size_bytes for name, each in manifest.files.items()}
    sizes[FILE] = (folder / FILE).stat().st_size
    yield f"{size_bytes(folder, manifest):,} bytes"
    shown = {printable(name): size for name, size in sorted(sizes.items())}
    width = max(map(len, shown))
    for name, size in shown.items():
        yield f"  {name:{width}} {size:15,}"
    yield (
        "files: as they were saved"
        if contents
        else "files: of the sizes that were saved (--verify reads them)"
    )


def _weights(folder: Path, manifest: Manifest) -> Iterator[str]:
    if manifest.format != SAFETENSORS:
        yield f"weights: in {manifest.format}'s own files"
        return
    stored = [
        each
        for name in manifest.files
        if name.endswith(".safetensors")
        for each in whole(described(folder / name), manifest.packed)
        if is_weight(each.name)
    ]
    total = sum(each.numel for each in stored)
    numbers: Counter[str] = Counter()
    for each in stored:
        numbers[each.dtype] += each.numel
    yield f"weights: {total:,} in {count(len(stored), 'tensor')}"
    for dtype, found in numbers.most_common():
        yield f"  {dtype:9} {found:15,} {found / max(1, total):7.1%}"
    packed = [each for each in stored if each.name in manifest.packed]
    if packed:
        yield f"  packed without zeros: {count(len(packed), 'tensor')}, {sum(each.nbytes for each in packed):,} bytes"
    yield from _still_float(stored)


def _still_float(stored: Sequence[Described]) -> Iterator[str]:
    """What a user might think is int8 and is not: matrices, kernels and tables."""
    if not any(each.dtype == "int8" for each in stored):
        return
    left = [each for each in stored if "float" in each.dtype and len(each.shape) > 1]
    kernels = sum(len(each.shape) > 3 for each in left)
    yield f"still float: {count(len(left), 'tensor')} of two axes and more, {count(kernels, 'convolution')} of them"
    for each in sorted(left, key=lambda each: (-each.numel, each.name))[:_SHOWN]:
        shape = " x ".join(map(str, each.shape))
        yield f"  {each.name} {each.dtype} {shape} {each.numel / sum(e.numel for e in stored):.1%}"
    if len(left) > _SHOWN:
        yield f"  and {len(left) - _SHOWN} smaller ones"


def _input(manifest: Manifest) -> Iterator[str]:
    profile = manifest.profile
    if profile is not None:
        size = f"{profile.size} x {profile.size} pixels"
        yield f"input: {profile.protocol} of {size}, {profile.layout} (published: {profile.published} views)"
    named = ", ".join(manifest.labels[:_LABELS]) + (", ..." if len(manifest.labels) > _LABELS else "")
    yield f"labels: {len(manifest.labels)} ({named})"


def _loading(manifest: Manifest) -> Iterator[str]:
    if manifest.needs_module:
        yield (
            "loading: takes module=, a function that builds the uncompressed module, because the model is none of"
            " transformers'"
        )


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="of the artefact, or of --vc-bundle")
    parser.add_argument(
        "--verify", action="store_true", help="read all files of an artefact and compare their digests"
    )


def _run(given: Namespace, named: Named) -> Sequence[str]:
    if are_bundles(given.folder):
        return bundle_lines(given.folder)
    return artefact_lines(given.folder, given.verify)


VERB = Verb(
    "show",
    "what is in an artefact, or in a bundle of a failure",
    "Shows what made an artefact and what it holds: files, numbers by how they are stored, what the model wants. Of"
    " what --vc-bundle kept of a failure: its verdicts, the clips that flipped, blocks, environment.",
    _declare,
    _run,
)
