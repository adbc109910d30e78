"""Every layout that is read. The first that recognises a file goes: a list of paths says less than annotations."""

from __future__ import annotations

from ..layout import Layout
from .annotation import ANNOTATION
from .folders import FOLDERS
from .path_list import LIST
from .path_table import TABLE

LAYOUTS: tuple[Layout, ...] = (ANNOTATION, TABLE, LIST, FOLDERS)
