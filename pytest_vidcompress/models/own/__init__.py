"""What families have in common that transformers does not have."""
