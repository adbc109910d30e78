"""Is a variant slower than it was?"""
