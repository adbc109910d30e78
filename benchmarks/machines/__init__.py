"""How sharing the work scales: stores of very many jobs."""
