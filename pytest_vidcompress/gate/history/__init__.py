"""A number over commits: where it stepped, and where it drifted too slowly for any single run to see. Pure."""
