"""What a model answers, and how often that is right."""
