"""What the packaged sets share, whose clips are drawn: their sequence, the waves behind them, and their files."""
