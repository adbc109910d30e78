"""What an index is asked with, and the windows that answer it best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from .index.made_by import MadeBy

if TYPE_CHECKING:
    from .by_label.label_odds import AskedLabel
    from .index.rows import Gallery
    from .vector_formats import Vector


@dataclass(frozen=True)
class Query:
    """A vector, or a label."""

    kind: Literal["video", "label", "text"]
    text: str
    """As it was given; of a label as the model spells it."""
    asks: MadeBy
    """The model that asks."""
    vector: Vector | None = field(default=None, repr=False)
    """Of length one: windows are ranked by their cosine with it."""
    label: AskedLabel | None = None
    """Where there is no vector: windows are ranked by how sure the model is of it."""

    @property
    def score(self) -> Literal["cosine", "probability"]:
        """What the scores are."""
        return "cosine" if self.label is None else "probability"

    def best(self, gallery: Gallery, most: int) -> tuple[Sequence[int], Sequence[float]]:
        """The rows of the windows that answer it best, the best first, and their scores.

        Raises:
            VidcompressError: the label cannot be asked of these vectors.
        """
        from .exact_search import highest, nearest

        if self.label is None:
            assert self.vector is not None
            rows, scores = nearest(gallery.vectors, self.vector, most)
            return rows.tolist(), scores.tolist()
        from .by_label.label_odds import probability

        rows, odds = highest(self.label.odds(gallery), most)
        return rows.tolist(), [probability(each) for each in odds]
