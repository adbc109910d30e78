"""What one test does: it measures, checks, and has what is in doubt timed again."""
