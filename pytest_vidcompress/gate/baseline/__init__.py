"""What is stored of earlier runs, and how it changes."""
