"""Embeddings of an index -> how sure their model is of a label, by its own layer of the logits. Heavy: imports torch.

No video is looked at again: the layer is given the vectors, in the length that they had, and its answer is the one
that the whole model gives of that window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ...clips.labels import normal_form
from ...errors import VidcompressError, first_line
from ...models.adapter import logits_from
from ...models.load import tells_several
from ...models.model import Model
from ...runtimes.torch_eager import TORCH
from ..embedding import head_model
from ..index.rows import Gallery
from .near_labels import near_labels

Odds = npt.NDArray[np.float64]
_AT_ONCE = 16_384
"""Rows that the layer is given together."""


@dataclass(frozen=True)
class AskedLabel:
    """A label of a model."""

    model: Model
    """Its layer of the logits alone."""
    place: int
    """Among the logits."""
    several: bool
    """Has each label a probability of its own?"""

    @property
    def name(self) -> str:
        """As the model spells it."""
        return self.model.labels[self.place]

    def odds(self, gallery: Gallery) -> Odds:
        """Natural logarithms of the odds of the label, `(N,)`; minus infinity where the model gives no number.

        They tell apart what is so likely that a probability cannot.

        Raises:
            VidcompressError: the layer does not take these vectors, or does not give a logit a label.
        """
        run, device = TORCH.prepare(self.model), self.model.device
        found = [np.empty(0)]
        for rows in _parts(gallery):
            try:
                with torch.inference_mode():
                    logits = logits_from(run(rows.to(device))).detach().double().cpu()
            except RuntimeError as error:
                raise VidcompressError(
                    f"the layer of {self.model.name!r} that makes logits does not take vectors of {rows.shape[1]}"
                    f" numbers ({first_line(error)}): name the model that made the index"
                ) from error
            if logits.shape != (len(rows), len(self.model.labels)):
                raise VidcompressError(
                    f"the layer of {self.model.name!r} that makes logits gives {tuple(logits.shape)} for"
                    f" {len(rows)} vectors: expected a logit for each of its {len(self.model.labels)} labels"
                )
            found.append(self._of(logits).numpy())
        return np.nan_to_num(np.concatenate(found), nan=-np.inf, posinf=np.inf, neginf=-np.inf)

    def _of(self, logits: torch.Tensor) -> torch.Tensor:
        own = logits[:, self.place]
        if self.several:
            return own
        others = torch.cat((logits[:, : self.place], logits[:, self.place + 1 :]), dim=1)
        return own - others.logsumexp(1)


def asked_label(model: Model, label: str) -> AskedLabel:
    """A label, however it is spelt.

    Raises:
        VidcompressError: the model has none such, or what it makes of its embedding is not known.
    """
    head = head_model(model)
    if head is None:
        raise VidcompressError(
            f"model {model.name!r} gives its embedding itself (a method embedding), and what it makes of that is not"
            " known here, so that its labels cannot be searched for: ask with a video"
        )
    return AskedLabel(head, place_of(label, model.labels, model.name), tells_several(model))


def place_of(label: str, labels: Sequence[str], model: str) -> int:
    """Of a label among those of a model.

    Raises:
        VidcompressError: it is none; the nearest are named.
    """
    wanted = normal_form(label)
    for place, each in enumerate(labels):
        if normal_form(each) == wanted:
            return place
    near = near_labels(label, labels)
    named = (
        f"near it {'is' if len(near) == 1 else 'are'} {', '.join(map(repr, near))}"
        if near
        else (f"it has {len(labels)}, such as {', '.join(map(repr, labels[:3]))}")
    )
    raise VidcompressError(f"model {model!r} has no label {label!r}: {named}")


def probability(odds: float) -> float:
    """Of logarithms of odds."""
    return float(1 / (1 + np.exp(-odds))) if odds > 0 else float(np.exp(odds) / (1 + np.exp(odds)))


def _parts(gallery: Gallery) -> Iterator[torch.Tensor]:
    for begin in range(0, len(gallery.vectors), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        yield torch.from_numpy(gallery.vectors[part] * gallery.lengths[part, None].astype(np.float32))
