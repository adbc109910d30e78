"""What a technique is: a frozen dataclass of parameters, and a function that applies them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError
from .parameters import Nothing, check_readable

if TYPE_CHECKING:
    from torch import nn

    from ..clips.loader import Clips
    from ..learn.lessons import Lessons
    from ..models.model import Model

Apply = Callable[["Model", Any, "Clips"], "Model"]
"""`(model, parameters, calibration clips) -> model`; may change the model's module in place."""
Learn = Callable[["Model", Any, "Clips", "Lessons"], "Model"]
"""`(model, parameters, calibration clips, lessons) -> model`; likewise."""
Rebuild = Callable[..., "nn.Module"]
"""`(module, parameters) -> module`, or `(module, parameters, stored) -> module`."""
Stored = Mapping[str, tuple[int, ...]]
"""Name of a stored tensor -> its shape; a technique that asks for names alone takes it as a collection of them."""
After = Callable[[Any], Collection[str]]
"""`parameters -> names of techniques`."""


def needs_lessons(model: Model, parameters: Any, clips: Clips) -> Model:
    """The `apply` of what learns.

    Raises:
        VidcompressError: always.
    """
    raise VidcompressError("it learns, and is given nothing to learn from: apply a recipe with lessons=")


@dataclass(frozen=True)
class Technique:
    """One way to make a model smaller or faster."""

    summary: str
    """What it does, in one line for people."""
    apply: Apply = needs_lessons
    parameters: type = Nothing
    """A frozen dataclass; its field names, types (int, float, str, bool) and defaults are the recipe's."""
    last: bool = False
    """Nothing can come after it: it leaves storage formats that others cannot work on."""
    alone: bool = False
    """It cannot be combined with others at all."""
    rebuild: Rebuild | None = None
    """Gives an uncompressed module the structure that `apply` leaves, whatever its weights, so that an artefact's
    tensors fit in; may change it in place. Its tensors may have shapes and no data (torch's `meta` device). None
    where they fit as it is. Where the structure depends on the weights, names and shapes of the stored tensors, its
    third argument, tell which it is. A module that has that structure already stays as it is."""
    runtime: str = "torch"
    """What executes it best: recipes that end in it run there unless `--vc-runtime` says otherwise."""
    after: After | Collection[str] = ()
    """Techniques one of which must come before it, or a function of its parameters that names them."""
    on_cpu_alone: bool = False
    """What it makes computes on the CPU and on no other device, in torch too."""
    followers: Collection[str] = ()
    """Techniques that can come after it although it is `last`: they leave what it stores as it is."""
    learn: Learn | None = None
    """In the place of `apply`, of a technique that trains."""
    first: bool = False
    """Nothing can come before it: it gives the model that others work on."""
    of_some_models: bool = False
    """It knows some families and refuses others: where nobody names recipes it is not tried."""
    never_before: Collection[str] = ()
    """Techniques that cannot come after it: they would not know what it leaves."""

    @property
    def learns(self) -> bool:
        """Does it train, and so need lessons?"""
        return self.learn is not None

    def must_follow(self, parameters: Any) -> Collection[str]:
        """Techniques one of which must come before it with these parameters; empty where none must."""
        return self.after(parameters) if callable(self.after) else self.after

    def rebuilt(self, module: nn.Module, parameters: Any, stored: Stored) -> nn.Module:
        """What `rebuild` makes of `module`.

        Args:
            stored: the tensors of the compressed model.
        """
        if self.rebuild is None:
            return module
        asks_for_stored = len(signature(self.rebuild).parameters) > 2
        return self.rebuild(module, parameters, *((stored,) if asks_for_stored else ()))


def refuse_without_clips(technique: str, clips: Clips, otherwise: str = "") -> None:
    """Refuses to calibrate where no clip is left.

    Args:
        otherwise: what else can be done about it than to leave some.

    Raises:
        VidcompressError: there is none.
    """
    if not clips.expected:
        raise VidcompressError(
            f"{technique} calibrates on clips that are not tested, and the sample takes all there are: leave it some"
            f" with a smaller sample{otherwise}"
        )


def as_technique(name: str, given: object) -> Technique:
    """What a hook or a file of this package gave under `name`.

    Raises:
        VidcompressError: it is no technique, or has a parameter that no recipe can write.
    """
    if not isinstance(given, Technique):
        raise VidcompressError(f"technique {name!r}: expected a Technique, not {type(given).__name__}")
    if given.learns == (given.apply is not needs_lessons):
        raise VidcompressError(f"technique {name!r}: expected one of apply and learn, not both or neither")
    try:
        check_readable(given.parameters)
    except VidcompressError as error:
        raise VidcompressError(f"technique {name!r}: {error}") from None
    return given
