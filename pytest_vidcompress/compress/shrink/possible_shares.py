"""Which shares of a model can go: one that cannot is refused, with one that can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import VidcompressError
from .allocation import LEAST_SHARE, kept_of, largest_share, least_kept, smallest_share
from .shares import GLOBAL
from .site import HEADS, Site

WHOLE = 0.01
"""Channels by which what a share leaves may miss a whole number: shares are typed with a few digits."""


def refuse_shares(sites: Sequence[Site], shares: Mapping[str, float], allocation: str) -> None:
    """Refuses shares of which even the largest layer would have nothing left, or would lose nothing, and those of
    which a layer would keep less than has to stay.

    Args:
        sites: of the whole model; its blocks may differ.
        shares: axis -> what goes of it.

    Raises:
        VidcompressError: saying what could go.
    """
    for axis, share in shares.items():
        if share:
            totals = [site.groups for site in sites if site.axis == axis]
            if allocation == GLOBAL:
                _refuse_too_much(axis, share, totals)
            _refuse_none(axis, share, max(totals, default=0))


def blocks_gone(blocks: float, total: int) -> int:
    """How many blocks go where this number or share of them is asked for.

    Raises:
        VidcompressError: none or all would.
    """
    gone = round(blocks * total) if blocks < 1 else int(blocks)
    if blocks and not 0 < gone < total:
        raise VidcompressError(
            f"blocks={blocks:g} removes {gone or 'none'} of {total} blocks: expected 1 to {total - 1}, or a share"
        )
    return gone


def width_left(share: float, before: int, heads: int) -> int:
    """How many channels of a token are left where this share of them goes.

    Raises:
        VidcompressError: no whole number, or one that the heads cannot share; names one that they can.
    """
    left = before * (1 - share)
    whole = round(left)
    if abs(left - whole) > WHOLE or whole % heads or not 0 < whole < before:
        near = min(max(heads, round(left / heads) * heads), before - heads)
        raise VidcompressError(
            f"width={share:g} leaves {left:g} of {before} channels, which {heads} heads cannot share:"
            f" expected such as width={1 - near / before:g} ({near} channels)"
        )
    return whole


def _refuse_too_much(axis: str, share: float, totals: Sequence[int]) -> None:
    if any(kept_of(total, share) < least_kept(total) for total in totals):
        raise VidcompressError(
            f"{axis}={share:g} with allocate={GLOBAL} is more than can go, because {LEAST_SHARE:.0%} of the"
            f" {_things(axis)} of every layer stay: expected at most {axis}={1 - LEAST_SHARE:g}"
        )


def _refuse_none(axis: str, share: float, total: int) -> None:
    what, things = f"{axis}={share:g}", _things(axis)
    if kept_of(total, 1) >= total:
        raise VidcompressError(f"{what} cannot remove any of {total} {things}: leave {axis} out")
    if round(total * (1 - share)) < 1:
        raise VidcompressError(
            f"{what} leaves none of {total} {things}: expected at most {largest_share(total):.4g}"
        )
    if kept_of(total, share) >= total:
        raise VidcompressError(
            f"{what} removes none of {total} {things}: expected at least {smallest_share(total):.4g}"
        )


def _things(axis: str) -> str:
    return "heads" if axis == HEADS else "neurons or channels"
