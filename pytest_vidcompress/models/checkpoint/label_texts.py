"""Labels as texts -> their embeddings, by the text tower and the tokenizer that lie in a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ...errors import VidcompressError, first_line
from .checkpoint_files import file_of
from .transformers_log import silenced

_MOST_BYTES = 64 << 20
"""Of a file; CLIP's largest has two million."""
_OPTIONAL = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja")
"""What is read beside a vocabulary where it is there."""
_VOCABULARIES = (("tokenizer.json",), ("vocab.json", "merges.txt"))
"""Files of which all of one line make a tokenizer."""


@torch.no_grad()
def label_embeddings(source: str | Path, model: Any, labels: Sequence[str]) -> torch.Tensor:
    """Embeds labels as they are spelt, `(labels, width)`.

    Args:
        source: the checkpoint: a folder, from which alone its tokenizer is taken, or a Hub id.
        model: transformers' model of videos and texts, in eval mode.
        labels: X-CLIP was trained on bare class names, without a sentence around them (VideoX, `utils/tools.py`).

    Raises:
        VidcompressError: its tokenizer is missing or damaged, or knows other tokens than the text tower.
    """
    tower = model.config.text_config
    try:
        with silenced():
            tokens = _tokenizer(source)(
                [*labels],
                padding=True,
                truncation=True,
                max_length=tower.max_position_embeddings,
                return_tensors="pt",
            )
    except VidcompressError:
        raise
    except Exception as error:  # tokenizers raise kinds of their own, some of them Exception itself
        raise VidcompressError(
            f"model {str(source)!r}: its tokenizer cannot be read ({first_line(error)}): save it again with"
            " processor.save_pretrained()"
        ) from None
    largest = int(tokens["input_ids"].max())
    if largest >= tower.vocab_size:
        raise VidcompressError(
            f"model {str(source)!r}: its tokenizer gives token {largest}, and its text tower knows {tower.vocab_size}"
            " (vocab_size in its config.json): it is the tokenizer of another model"
        )
    chosen = {name: tokens[name] for name in ("input_ids", "attention_mask")}
    return model.get_text_features(**chosen).pooler_output


def _refuse_odd_files(source: str | Path, folder: Path) -> None:
    """Refuses what would be waited for, or fills the memory, in the place of a tokenizer's file."""
    for name in (*(name for names in _VOCABULARIES for name in names), *_OPTIONAL):
        path = folder / name
        if path.exists() and not (path.is_file() and path.stat().st_size <= _MOST_BYTES):
            raise VidcompressError(
                f"model {str(source)!r}: its tokenizer cannot be read ({name}: expected a regular file of at most"
                f" {_MOST_BYTES >> 20} MiB)"
            )


def _tokenizer(source: str | Path) -> Any:
    from transformers import CLIPTokenizer

    for names in _VOCABULARIES:
        files = [file_of(source, name) for name in names]
        if files[0] is not None and None not in files:
            folder = files[0].parent
            _refuse_odd_files(source, folder)
            return CLIPTokenizer.from_pretrained(str(folder), local_files_only=True)
    if Path(source).is_dir():
        where, remedy = "folder has", "save them there with processor.save_pretrained()"
    else:
        where, remedy = (
            "copy in the Hub's cache has",
            f"run `hf download {source}` once where there is a network",
        )
    raise VidcompressError(
        f"model {str(source)!r} takes texts for labels, and its {where} no tokenizer: expected"
        f" {', or '.join(' and '.join(names) for names in _VOCABULARIES)} beside config.json; {remedy}"
    )
