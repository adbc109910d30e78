"""Which convolutions of a family are gated, a file a family: those where its compute is."""
