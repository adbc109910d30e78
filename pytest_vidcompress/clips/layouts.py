"""Every layout that is read. The first that recognises a file goes: a list of paths says less than annotations."""

from __future__ import annotations

from .annotation import ANNOTATION
from .layout import Layout
from .layout_folders import FOLDERS
from .layout_list import LIST
from .layout_table import TABLE

LAYOUTS: tuple[Layout, ...] = (ANNOTATION, TABLE, LIST, FOLDERS)
