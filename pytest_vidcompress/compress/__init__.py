"""A model and a recipe -> a compressed module."""
