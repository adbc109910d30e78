"""What stands in the place of a class where there is none."""

NO_ANSWER = -1
"""Logits that were NaN, or that ruled out every class."""
