"""Kept variants: what a recipe that learns made of a model, found again by everything that decided it.

In the cache, sealed (`cache_entry`), and in a folder of the repository, for everybody (`committed`).
"""
