"""Variants of a run: recipes applied to its models, and what they learn kept and taken again."""
