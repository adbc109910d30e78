"""How long it takes from files on disk to the first answer, beside the reference."""
