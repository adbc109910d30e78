"""A teacher and training clips -> weights."""
