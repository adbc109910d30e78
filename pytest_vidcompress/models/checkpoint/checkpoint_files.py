"""Where the files of a checkpoint are: in a folder, in the Hub's cache, or on the Hub.

What the Hub's cache has is taken from there without asking the Hub: a reference changes when somebody fetches it
anew, not when its author pushes, and nobody waits for a network that is not there.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from ...errors import VidcompressError
from ...untrusted import Malformed, json_object, read_json

SINGLE, SHARDS = "model.safetensors", "model.safetensors.index.json"
_OLD = ("pytorch_model.bin", "pytorch_model.bin.index.json")
WEIGHTS = (SINGLE, SHARDS, *_OLD)
"""Files one of which holds the weights, or names the files that do."""
_HUB_TIMEOUT_S = 10
_MOST_BYTES = 16 << 20
"""Of a JSON file."""


def folder_of(source: str | Path) -> Path | None:
    """The folder on this machine where a checkpoint's files are: itself, or that of a file of weights; None of a Hub
    id."""
    path = Path(source)
    if path.is_dir():
        return path
    return path.parent if path.is_file() else None


def local_file(source: str | Path, name: str) -> Path | None:
    """A file that is on this machine; None where it is not, or may be on the Hub only."""
    folder = folder_of(source)
    if folder is not None:
        path = folder / name
        return path if path.exists() else None
    entry = _cache_entry(source, name)
    return Path(entry) if isinstance(entry, str) else None


def file_of(source: str | Path, name: str) -> Path | None:
    """A small file of a checkpoint, fetched from the Hub where that has it; None where there is none."""
    path = local_file(source, name)
    if path is None and folder_of(source) is None and _cache_entry(source, name) is None:
        return _download(source, name)
    return path


def json_file(source: str | Path, name: str) -> dict[str, Any]:
    """A small JSON file of a checkpoint, fetched from the Hub where that has it; empty where there is none.

    Raises:
        VidcompressError: it is there, and no object of JSON.
    """
    path = file_of(source, name)
    if path is None:
        return {}
    try:
        return json_object(read_json(path, _MOST_BYTES), name)
    except (OSError, Malformed) as error:
        raise VidcompressError(
            f"model {str(source)!r}: {name} cannot be read ({error}): correct it, or remove it and what it says is as"
            " the family has it"
        ) from None


def config_file(source: str | Path) -> dict[str, Any]:
    """`config.json`.

    Raises:
        VidcompressError: there is no such checkpoint, or it is damaged.
    """
    refuse_absent(source, ("config.json",))
    path = local_file(source, "config.json") or (
        None if Path(source).is_dir() else _download(source, "config.json")
    )
    try:
        if path is None:
            raise Malformed("there is no config.json")
        return json_object(read_json(path, _MOST_BYTES), "config.json")
    except (OSError, Malformed) as error:
        raise cannot_be_loaded(source, str(error)) from None


def is_local(source: str | Path, names: tuple[str, ...]) -> bool:
    """Is one of these files, or a folder that should have it, on this machine?"""
    return Path(source).is_dir() or any(local_file(source, name) for name in names)


def refuse_absent(source: str | Path, names: tuple[str, ...]) -> None:
    """Raises VidcompressError where none of the files is on this machine, and the Hub does not answer."""
    if is_local(source, names):
        return
    reason = _hub_refusal(str(source))
    if reason:
        from huggingface_hub.constants import HF_HUB_CACHE

        raise VidcompressError(
            f"model {str(source)!r} is neither in the local cache ({HF_HUB_CACHE}) nor reachable on the Hub:"
            f" {reason}; run `hf download {source}` once where there is a network, give a folder, or use"
            " --vc-weights=random"
        )


def cannot_be_loaded(source: str | Path, reason: str) -> VidcompressError:
    folder = "folder " if Path(source).is_dir() else ""
    return VidcompressError(
        f"model {folder}{str(source)!r} cannot be loaded: {reason}; expected config.json and model.safetensors in"
        " Hugging Face format"
    )


def _cache_entry(source: str | Path, name: str) -> object:
    """Path of a file in the Hub's cache, None when that is not known there, or a mark that there is none."""
    from huggingface_hub import try_to_load_from_cache

    try:
        return try_to_load_from_cache(str(source), name)
    except ValueError:  # not even the form of a Hub id
        return None


@lru_cache
def _hub_refusal(source: str) -> str:
    """Why the Hub does not give a model; empty where it does. Asked once: transformers asks for half a minute."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, OfflineModeIsEnabled, RepositoryNotFoundError

    try:
        HfApi().model_info(source, timeout=_HUB_TIMEOUT_S)
    except OfflineModeIsEnabled:
        return "HF_HUB_OFFLINE switches it off"
    except RepositoryNotFoundError:  # gated ones too
        return "it has no such model, or does not show it to you"
    except HFValidationError:
        return "no model of it can have this name"
    except Exception as error:  # whatever its client makes of no network
        return f"it does not answer, as without a network ({type(error).__name__})"
    return ""


def _download(source: str | Path, name: str) -> Path | None:
    from huggingface_hub import hf_hub_download

    if _hub_refusal(str(source)):
        return None
    try:
        return Path(hf_hub_download(str(source), name))
    except Exception:  # whatever the Hub answers: that it has no such file, most of the time
        return None
