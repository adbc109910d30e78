"""An index: vectors of the videos of a folder, in one file."""
