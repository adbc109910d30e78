"""A history as people see it: lines on the terminal."""
