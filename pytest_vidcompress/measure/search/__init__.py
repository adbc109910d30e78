"""What compression costs a ranking: every clip asks for all others, by embeddings."""
