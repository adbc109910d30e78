"""How a process ends with its parent, computes with one thread, and says how it ended."""
