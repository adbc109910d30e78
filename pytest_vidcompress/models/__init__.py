"""A name -> a reference model."""
