"""A variant <-> a folder: what a user ships."""
