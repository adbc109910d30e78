"""Folders and Hub ids -> modules: files, configurations, processors, weights; no code of others."""
