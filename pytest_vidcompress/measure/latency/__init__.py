"""How long a call takes, beside its reference."""
