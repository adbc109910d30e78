"""Frames -> crops of pixels -> what a model takes, with the cache between."""
