"""What fits limits, in words and as data."""
