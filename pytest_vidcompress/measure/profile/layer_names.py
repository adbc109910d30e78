"""Dotted names with their layer numbers folded: what is said of all layers at once."""

from __future__ import annotations


def folded(name: str) -> str:
    """`encoder.layer.11.attention` -> `encoder.layer.*.attention`."""
    return ".".join("*" if part.isdigit() else part for part in name.split("."))
