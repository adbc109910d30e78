"""What an index was made by: another's queries mean nothing in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from ...errors import VidcompressError

_IDENTITY = ("digest", "recipe", "runtime", "protocol")


@dataclass(frozen=True)
class MadeBy:
    """A model, how it was shown videos, and how its vectors are stored."""

    source: str
    """What names it, as `--model` does."""
    model: str
    recipe: str
    runtime: str
    digest: str
    """Of its weights, configuration, labels and pixels."""
    protocol: str
    """Frames and views of a window."""
    embedding: str
    """What that is, in words."""
    width: int
    """Numbers of a vector."""
    stored: str = "fp32"
    """The format of the vectors."""
    window_s: float = 10.0
    step_s: float = 5.0
    labels: tuple[str, ...] = ()
    """That it was given as texts."""
    published: bool = False
    views: str = ""
    """That were asked for; empty: the profile's."""

    @property
    def words(self) -> str:
        """The model, such as `fuse+int8-static of videomae (1f2e3d4c), 8x4, 1x1 views, in torch`."""
        name = self.model if self.recipe == "fp32" else f"{self.recipe} of {self.model}"
        return f"{name} ({self.digest[:8]}), {self.protocol}, in {self.runtime}"

    def is_same_model(self, other: MadeBy) -> bool:
        """Do both give the same vectors?"""
        return all(getattr(self, name) == getattr(other, name) for name in _IDENTITY)

    def refuse_other(self, other: MadeBy, file: str) -> None:
        """Refuses to go on with an index by a model, windows or a format that are not its own.

        Raises:
            VidcompressError: they are not.
        """
        advice = "name another file with --index, or delete this one"
        if not self.is_same_model(other):
            raise VidcompressError(
                f"index {file!r} was made by {self.words}, and this is {other.words}: {advice}"
            )
        own, given = ((each.stored, each.window_s, each.step_s) for each in (self, other))
        if own != given:
            said = [f"{kind} vectors of {length:g} s every {step:g} s" for kind, length, step in (own, given)]
            raise VidcompressError(f"index {file!r} has {said[0]}, and asked for are {said[1]}: {advice}")

    def refuse_query(self, asks: MadeBy, file: str, asymmetric: bool) -> None:
        """Refuses what was embedded by another model than the index.

        Args:
            asymmetric: that is meant.

        Raises:
            VidcompressError: its vectors cannot be compared with these, or that was not meant.
        """
        if asks.width != self.width:
            raise VidcompressError(
                f"index {file!r} has vectors of {self.width} numbers, by {self.words}, and {asks.words} gives"
                f" {asks.width}: ask with a model whose embedding is as wide"
            )
        if not asymmetric and not self.is_same_model(asks):
            raise VidcompressError(
                f"index {file!r} was made by {self.words}, and this is {asks.words}: leave out --model, or say"
                " --asymmetric where the one was made to ask the other's"
            )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> MadeBy:
        """What `as_json` gave.

        Raises:
            ValueError: it is something else.
        """
        given = dict(document)
        if given.keys() != {each.name for each in fields(cls)}:
            raise ValueError("other fields than those of a model")
        given["labels"] = tuple(given["labels"])
        return cls(**given)
