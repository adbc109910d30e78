"""Something that maps pixels to logits, and clips -> numbers."""
