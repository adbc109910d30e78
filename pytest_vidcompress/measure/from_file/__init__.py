"""How long it takes from a clip's file to the answer, beside the reference, and in which stage."""
