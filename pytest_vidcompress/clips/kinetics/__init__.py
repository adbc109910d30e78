"""Somebody's Kinetics folder, CSV or list -> clips."""
