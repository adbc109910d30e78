"""Grids, wherever they are shown."""
