"""The labels of the clip set `events`: none of them is about order, so that any few frames may show them."""

from __future__ import annotations

from .layer import Kind
from .lights import LIGHTS
from .patterns import PATTERNS
from .shapes import SHAPES
from .weather import WEATHER

KINDS: dict[str, Kind] = dict(sorted({**SHAPES, **PATTERNS, **WEATHER, **LIGHTS}.items()))
"""Label -> what draws an event of that kind, in label order."""
