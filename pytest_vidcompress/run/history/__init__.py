"""What commits and runs left behind, read into one database, and the series that are in it."""
