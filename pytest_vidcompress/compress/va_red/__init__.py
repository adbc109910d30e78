"""Convolutions whose filters and frames are computed as a clip needs them."""

from .va_red import TECHNIQUES

__all__ = ["TECHNIQUES"]
