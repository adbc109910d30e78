"""What the int8 techniques share."""
