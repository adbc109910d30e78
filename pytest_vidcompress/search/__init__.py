"""Embeddings of videos, and what is like what by them."""
