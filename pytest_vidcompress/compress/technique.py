"""What a technique is: a frozen dataclass of parameters, and a function that applies them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError

if TYPE_CHECKING:
    from torch import nn

    from ..clips.loader import Clips
    from ..models.model import Model

Apply = Callable[["Model", Any, "Clips"], "Model"]
"""`(model, parameters, calibration clips) -> model`; may change the model's module in place."""
Rebuild = Callable[["nn.Module", Any], "nn.Module"]
"""`(module, parameters) -> module` of the structure that `apply` leaves, whatever its weights; may change it in
place. The module's tensors may have shapes and no data (torch's `meta` device)."""


@dataclass(frozen=True)
class Nothing:
    """The parameters of a technique that has none."""


@dataclass(frozen=True)
class Technique:
    """One way to make a model smaller or faster."""

    summary: str
    """What it does, in one line for people."""
    apply: Apply
    parameters: type = Nothing
    """A frozen dataclass; its field names, types (int, float, str) and defaults are the recipe's."""
    last: bool = False
    """Nothing can come after it: it leaves storage formats that others cannot work on."""
    alone: bool = False
    """It cannot be combined with others at all."""
    rebuild: Rebuild | None = None
    """Gives an uncompressed module the structure of a compressed one, so that an artefact's tensors fit in; None
    where they fit as it is."""
    runtime: str = "torch"
    """What executes it best: recipes that end in it run there unless `--vc-runtime` says otherwise."""


def in_range(owner: object, name: str, low: float, high: float) -> None:
    """Refuses a parameter outside `low <= value < high`; for `__post_init__` of parameter classes."""
    value = getattr(owner, name)
    if not low <= value < high:
        raise VidcompressError(f"{name}={value:g} is out of range: expected {low:g} <= {name} < {high:g}")


def one_of(owner: object, name: str, choices: Iterable[str]) -> None:
    """Refuses a parameter that is not one of `choices`."""
    value = getattr(owner, name)
    if value not in (known := tuple(choices)):
        raise VidcompressError(f"{name}={value} is unknown: expected one of {', '.join(known)}")


LAYERS = re.compile(r"-?\d+|(-?\d+)?:(-?\d+)?")


def is_layers(owner: object, name: str) -> None:
    """Refuses a layer choice that is neither an index (`3`) nor a slice (`0:11`, `:-1`)."""
    value = getattr(owner, name)
    if not LAYERS.fullmatch(value):
        raise VidcompressError(
            f"{name}={value} is no layer choice: expected an index (3) or a slice (0:11, :-1)"
        )


def parse_parameters(kind: type, texts: dict[str, str]) -> Any:
    """Text values -> an instance of the parameter class `kind`."""
    fields = {field.name: field for field in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise VidcompressError(f"unknown parameter {name!r}: it takes {known}")
        default = fields[name].default
        convert = type(default) if default is not dataclasses.MISSING else str
        try:
            values[name] = convert(text)
        except ValueError:
            raise VidcompressError(f"{name}={text} is not a number ({convert.__name__})") from None
    return kind(**values)


def format_parameters(parameters: Any) -> str:
    """The parameters that differ from their defaults, in declared order: `amount=0.4,layers=:-1`."""
    parts: list[str] = []
    for field in dataclasses.fields(parameters):
        value = getattr(parameters, field.name)
        if value != field.default:
            parts.append(f"{field.name}={_number(value) if isinstance(value, float) else value}")
    return ",".join(parts)


def _number(value: float) -> str:
    """As short as it can be and still be read as the same number; without the `+` that joins techniques."""
    short = f"{value:g}"
    return (short if float(short) == value else repr(value)).replace("e+", "e")
