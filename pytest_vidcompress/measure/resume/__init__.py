"""Predictions that outlive the run that made them."""
