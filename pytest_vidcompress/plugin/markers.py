"""The markers: each is the function of what it is written with, from which its help is made too."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError

if TYPE_CHECKING:
    import pytest

    from ..gate.budget import Budget
    from ..run.variants_of_a_test import Named


def vc_variants(*recipes: str, model: str = "*") -> Named:
    """The recipes that vc_variant is parametrized over, for models whose name matches the pattern."""
    wrong = [value for value in (*recipes, model) if not isinstance(value, str)]  # pyright: ignore[reportUnnecessaryIsInstance]
    if wrong or not recipes:
        raise VidcompressError(
            f"marker vc_variants takes recipes as text, such as 'prune-global', not {wrong or 'none'}"
        )
    return recipes, model


def vc_budget(**limits: float) -> Budget:
    """Limits that vc_baseline.check() holds too, whatever the baseline says."""
    from ..gate.budget import Budget

    return Budget.from_kwargs(**limits)


def vc_margin(**margins: float) -> Mapping[str, float]:
    """How much worse than the baseline vc_baseline.check() lets a variant be, as shares; floor is the least share of
    the reference's top-1."""
    return margins


MARKERS: Mapping[str, Callable[..., Any]] = {
    marker.__name__: marker for marker in (vc_variants, vc_budget, vc_margin)
}


def value(mark: pytest.Mark) -> Any:
    """What the function of a marker makes of what it is written with.

    Raises:
        VidcompressError: it cannot be written so.
    """
    marker = MARKERS[mark.name]
    try:
        inspect.signature(marker).bind(*mark.args, **mark.kwargs)
    except TypeError as error:
        raise VidcompressError(f"marker {usage(mark.name)}: {error}") from None
    return marker(*mark.args, **mark.kwargs)


def usage(name: str) -> str:
    """How a marker is written: `vc_variants(*recipes, model='*')`."""
    shown = list[str]()
    for parameter in inspect.signature(MARKERS[name]).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            shown += [f"{each}=" for each in _names(parameter.name)]
        else:
            shown.append(str(parameter.replace(annotation=parameter.empty)))
    return f"{name}({', '.join(shown)})"


def help_lines(whole: bool) -> Iterator[str]:
    """As pytest wants markers declared, a line each.

    Args:
        whole: with all they take; every run declares them, and only `--markers` shows it.
    """
    for name, marker in MARKERS.items():
        yield f"{usage(name) if whole else name}: {' '.join((marker.__doc__ or '').split())}"


def check_names(names: Iterable[str], test: str) -> None:
    """Refuses a marker that looks like ours and is not: a misspelt budget would hold nothing."""
    for name in names:
        if name.startswith("vc_") and name not in MARKERS:
            raise VidcompressError(f"{test}: unknown marker {name!r}; there are {', '.join(sorted(MARKERS))}")


def _names(of: str) -> Iterable[str]:
    from ..gate.budget import MARGINS
    from ..gate.metrics import LIMITS

    return LIMITS if of == "limits" else MARGINS
