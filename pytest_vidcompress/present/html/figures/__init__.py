"""What is measured -> plots, each with its numbers as a table."""
