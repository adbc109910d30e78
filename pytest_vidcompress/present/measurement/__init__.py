"""What a run file says of a measurement beyond its numbers."""
