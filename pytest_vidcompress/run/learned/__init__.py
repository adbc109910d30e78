"""Recipes that learn in a run: what was learned before is taken, and what is not there is trained, or skipped."""
