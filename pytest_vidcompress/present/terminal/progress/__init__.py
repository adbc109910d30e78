"""What is being done and how far it is, for whatever takes longer than a moment."""
