"""Windows by what the model that embedded them says of a label."""
