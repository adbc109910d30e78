"""A file -> the wanted frames; the only importer of PyAV."""
